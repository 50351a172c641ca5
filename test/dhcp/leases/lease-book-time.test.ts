import { describe, expect, it } from 'vitest';
import { NOBODY } from '../../../src/dhcp/leases/lease.ts';
import { bookOf, ip, lease, mac, NOW } from '../samples.ts';

const TEN = ip('10.77.0.10');
const HOUR = 3_600_000;
const none = () => false;

describe('a quarantine', () => {
  it('goes into the journal as a lease of nobody, and stands again after a restart', () => {
    const entry = bookOf().quarantine(TEN, NOW);
    expect(entry).toMatchObject({
      address: TEN,
      mac: NOBODY,
      hostname: null,
      startedAt: NOW,
      expiresAt: NOW + HOUR,
    });
    const again = bookOf(entry === null ? [] : [entry]);
    expect(again.holderOf(TEN, NOW)).toEqual({ kind: 'quarantine' });
    expect(again.leases()).toEqual([]);
    expect(again.longestUnused(none)).toBe('10.77.0.11');
    again.sweep(NOW + HOUR + 1000);
    expect(again.holderOf(TEN, NOW + HOUR + 1000)).toBeNull();
    expect(again.wasLeased(TEN)).toBe(false);
  });

  it('that ended before the restart leaves the address as if it was never used', () => {
    const ended = lease(NOBODY, TEN, -3600);
    expect(bookOf([ended]).longestUnused(none)).toBe(TEN);
  });
});

describe('a wall clock that is set', () => {
  it.each([
    ['forward by a day', 24 * HOUR],
    ['back by a year', -8760 * HOUR],
  ])('%s ends nothing when all times move with it', (_how, byMs) => {
    const book = bookOf([lease(mac(1), '10.77.0.10'), lease(mac(2), '10.77.0.11', -60)]);
    book.hold({ address: ip('10.77.0.12'), mac: mac(3), until: NOW + 120_000 });
    book.quarantine(ip('10.77.0.13'), NOW);
    const now = NOW + byMs;
    book.shift(byMs, now);
    book.sweep(now);
    expect(book.holderOf(TEN, now)).toEqual({ kind: 'machine', key: mac(1) });
    expect(book.leaseOf(mac(2))?.expiresAt).toBe(now - 60_000);
    expect(book.longestUnused(none)).toBe('10.77.0.14');
    book.sweep(now + 1_801_000);
    expect(book.holderOf(TEN, now + 1_801_000)).toBeNull();
    expect(book.holderOf(ip('10.77.0.13'), now + 1_801_000)).toEqual({ kind: 'quarantine' });
  });

  it('leaves leases of a clock that was far ahead for as long as they were meant, a day at most', () => {
    const [hour, year] = [lease(mac(1), '10.77.0.10'), lease(mac(2), '10.77.0.11', 366 * 86_400)];
    const yearsAgo = NOW - 10 * 8760 * HOUR;
    const book = bookOf([hour, { ...year, startedAt: NOW }], undefined, yearsAgo);
    expect(book.leaseOf(mac(1))).toMatchObject({ startedAt: yearsAgo, expiresAt: yearsAgo + HOUR });
    expect(book.leaseOf(mac(2))?.expiresAt).toBe(yearsAgo + 24 * HOUR);
  });
});

it('addresses that come up next are those that nobody has, had, or is kept from', () => {
  const book = bookOf([lease(mac(1), '10.77.0.11', -60)]);
  book.hold({ address: TEN, mac: mac(2), until: NOW + 1000 });
  expect(book.upcoming(4)).toEqual(['10.77.0.12', '10.77.0.13']);
  expect(book.upcoming(100)).toHaveLength(8);
  expect(book.longestUnused(none)).toBe('10.77.0.12');
});
