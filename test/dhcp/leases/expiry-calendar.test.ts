import { describe, expect, it } from 'vitest';
import { ExpiryCalendar } from '../../../src/dhcp/leases/expiry-calendar.ts';
import { NOW } from '../samples.ts';

describe('an expiry calendar', () => {
  it('gives out what is due, the earliest first, each once', () => {
    const calendar = new ExpiryCalendar<string>();
    calendar.put('later', NOW + 5000);
    calendar.put('sooner', NOW + 1000);
    calendar.put('much later', NOW + 60_000);
    expect(calendar.takeDue(NOW, 10)).toEqual([]);
    expect(calendar.takeDue(NOW + 5000, 10)).toEqual(['sooner', 'later']);
    expect(calendar.takeDue(NOW + 5000, 10)).toEqual([]);
    expect(calendar.has('much later')).toBe(true);
  });

  it('never gives a key out before its time, though it counts in seconds', () => {
    const calendar = new ExpiryCalendar<string>();
    calendar.put('key', NOW + 1001);
    expect(calendar.takeDue(NOW + 1000, 10)).toEqual([]);
    expect(calendar.takeDue(NOW + 2000, 10)).toEqual(['key']);
  });

  it('has a moved key in its new place only', () => {
    const calendar = new ExpiryCalendar<string>();
    calendar.put('key', NOW + 1000);
    calendar.put('key', NOW + 9000);
    expect(calendar.takeDue(NOW + 2000, 10)).toEqual([]);
    calendar.remove('key');
    expect(calendar.takeDue(NOW + 10_000, 10)).toEqual([]);
  });

  it('keeps what exceeds the limit for the next time', () => {
    const calendar = new ExpiryCalendar<number>();
    for (let i = 0; i < 25; i++) calendar.put(i, NOW + 1000 * (i % 5));
    const taken = [10, 10, 10, 10].map((limit) => calendar.takeDue(NOW + 5000, limit));
    expect(taken.map((keys) => keys.length)).toEqual([10, 10, 5, 0]);
    expect(new Set(taken.flat()).size).toBe(25);
  });

  it('gives out a key that was put in when it was already due', () => {
    const calendar = new ExpiryCalendar<string>();
    calendar.takeDue(NOW, 10);
    calendar.put('late', NOW - 5000);
    expect(calendar.takeDue(NOW + 1000, 10)).toEqual(['late']);
  });

  it('bears a clock that is set back', () => {
    const calendar = new ExpiryCalendar<string>();
    calendar.put('key', NOW + 1000);
    calendar.takeDue(NOW, 10);
    expect(calendar.takeDue(NOW - 3_600_000, 10)).toEqual([]);
    calendar.put('new', NOW - 3_590_000);
    expect(calendar.takeDue(NOW - 3_580_000, 10)).toEqual(['new']);
    expect(calendar.takeDue(NOW + 1000, 10)).toEqual(['key']);
  });
});
