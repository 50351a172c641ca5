import { describe, expect, test } from 'vitest';
import type { Ipv4 } from '../../src/net/ipv4.ts';
import { createGatherer, type GatheredLines } from '../../src/syslog/gather.ts';
import { ipv4 } from '../boot/fixtures.ts';

const A = ipv4('10.20.1.1');
const B = ipv4('10.20.1.2');
const line = (text: string) => ({ app: 'ipxe', severity: 6, text });
const texts = (gathered: readonly GatheredLines[]) =>
  gathered.map(({ lines }) => lines.map(({ text }) => text));

function gatherer() {
  let lost = 0;
  const made = createGatherer((lines) => {
    lost += lines;
  });
  return { ...made, lost: () => lost };
}

describe('lines of one machine', () => {
  test('are one event when they come within two seconds, and each machine has its own', () => {
    const { add, due } = gatherer();
    for (const [address, text, at] of [
      [A, 'one', 0],
      [B, 'other', 500],
      [A, 'two', 1_000],
    ] satisfies [Ipv4, string, number][])
      expect(add(address, line(text), at)).toEqual([]);
    expect(due(1_999)).toEqual([]);
    expect(texts(due(2_000))).toEqual([['one', 'two']]);
    expect(texts(due(2_500))).toEqual([['other']]);
  });

  test('are told without waiting when they are many or long', () => {
    const { add } = gatherer();
    const many = Array.from({ length: 12 }, (_, index) => add(A, line(String(index)), 0)).flat();
    expect(many.map(({ lines }) => lines.length)).toEqual([12]);
    const long = Array.from({ length: 3 }, () => add(A, line('x'.repeat(450)), 0)).flat();
    expect(long.map(({ lines }) => lines.length)).toEqual([2]);
  });

  test('are left out when the machine talks for ever, and later its events say how many', () => {
    const { add, due, lost } = gatherer();
    let events = 0;
    for (let second = 0; second < 600; second += 2) {
      add(A, line('noise'), second * 1000);
      events += due((second + 2) * 1000).length;
    }
    // 40 at once and three a minute.
    expect(events).toBeGreaterThanOrEqual(65);
    expect(events).toBeLessThanOrEqual(71);
    expect(lost()).toBe(300 - events);
    add(A, line('after a pause'), 1_000_000);
    expect(due(1_002_000)).toMatchObject([
      { leftOut: expect.any(Number), lines: [{ text: 'after a pause' }] },
    ]);
    expect(due(2_000_000)).toEqual([]);
  });
});

test('a crowd of addresses does not fill the memory: the oldest are told early', () => {
  const { add, waiting } = gatherer();
  let early = 0;
  for (let i = 0; i < 10_500; i++)
    early += add(ipv4(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`), line('x'), 0).length;
  expect([waiting(), early]).toEqual([10_000, 500]);
});
