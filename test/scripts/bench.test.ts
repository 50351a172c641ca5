/** How the benchmarks search, read and count. */
import { describe, expect, it } from 'vitest';
import { createCleanup } from '../../scripts/bench/cleanup.ts';
import { formatFigure, isMet, jsonFigures, percentile } from '../../scripts/bench/measure.ts';
import { readReport } from '../../scripts/bench/perfdhcp.ts';
import { FRESH_SEARCH, learn, nextRate } from '../../scripts/bench/rate-search.ts';

/** Searches against a server (or a client) that can do so much; every rate in `hiccups` fails once. */
function search(limit: number, hiccups: readonly number[] = []) {
  const left = [...hiccups];
  let state = FRESH_SEARCH;
  const tried: number[] = [];
  for (let rate = nextRate(state); rate !== null; rate = nextRate(state)) {
    tried.push(rate);
    const hiccup = left.indexOf(rate);
    if (hiccup >= 0) left.splice(hiccup, 1);
    const lost = rate > limit || hiccup >= 0 ? 0.2 : 0.001;
    state = learn(state, rate, { rate: rate * (1 - lost), lost });
  }
  return { best: state.best, tried };
}

describe('the search for the highest sustained rate', () => {
  it.each([300, 1_999, 2_000, 7_600, 12_300, 40_000])('comes close to %d/s', (limit) => {
    const { best, tried } = search(limit);
    expect(best).toBeGreaterThan(limit * 0.94);
    expect(best).toBeLessThanOrEqual(limit);
    expect(tried.length).toBeLessThan(40);
  });

  it('is not misled by one hiccup of the machine', () => {
    expect(search(7_600, [2_000, 4_500]).best).toBe(search(7_600).best);
  });

  it('ends where the measuring client cannot begin more', () => {
    let state = FRESH_SEARCH;
    for (let rate = nextRate(state); rate !== null; rate = nextRate(state))
      state = learn(state, rate, { rate: Math.min(rate, 9_000), lost: 0 });
    expect(state.best).toBe(9_000);
  });
});

const REPORT = `***Rate statistics***
Rate: 1.5 4-way exchanges/second, expected rate: 2

***Statistics for: DISCOVER-OFFER***
sent packets: 4
received packets: 4
drops: 0
drops ratio: 0.000 %
***Statistics for: REQUEST-ACK***
sent packets: 4
received packets: 3
drops: 1
drops ratio: 25.000 %
***Timestamps for packets: DISCOVER-OFFER***
sent / received: 000000.002342 / 000000.003342
sent / received: 000001.999000 / 000002.001000

***Timestamps for packets: REQUEST-ACK***
sent / received: 000000.004000 / 000000.007000
`;

describe("perfdhcp's report", () => {
  it('is read as completed exchanges a second, the worse loss, and each latency', () => {
    const { rate, lost, offers, acks } = readReport(REPORT, 2);
    expect({ rate, lost }).toEqual({ rate: 1.5, lost: 0.25 });
    expect(offers).toEqual([expect.closeTo(1), expect.closeTo(2)]);
    expect(acks).toEqual([expect.closeTo(3)]);
  });

  it('counts as all lost where it divided by nothing', () => {
    expect(readReport(REPORT.replace('25.000 %', '-nan %'), 2).lost).toBe(1);
  });

  it('that is none is an error with what perfdhcp said', () => {
    expect(() => readReport('interface c0 not found', 1)).toThrow('interface c0 not found');
  });
});

describe('a figure', () => {
  it('is shown with its goal, and whether it is met', () => {
    const figure = { name: 'p99_ms', value: 5, unit: 'ms', goal: { at_most: 5 } };
    expect(formatFigure(figure)).toMatch(/p99_ms +5 ms {2}\(goal: at most 5 ms: met\)/);
    expect(formatFigure({ ...figure, value: 5.1 })).toContain('MISSED');
    expect(jsonFigures([figure])).toEqual({ p99_ms: { value: 5, unit: 'ms', at_most: 5, met: true } });
    expect(isMet({ name: 'ratio', value: 1.9, unit: 'times', goal: { at_least: 2 } })).toBe(false);
    expect(isMet({ name: 'ratio', value: 1.9, unit: 'times' })).toBeNull();
  });

  it('that was not measured meets no goal', () => {
    expect(isMet({ name: 'p99_ms', value: percentile([], 0.99), unit: 'ms', goal: { at_most: 5 } })).toBe(
      false,
    );
  });

  it.each([
    [0.5, 50],
    [0.99, 99],
    [1, 100],
  ])('at the share %d of 1 to 100 is %d', (share, value) => {
    expect(
      percentile(
        Array.from({ length: 100 }, (_, index) => 100 - index),
        share,
      ),
    ).toBe(value);
  });
});

describe('cleaning up', () => {
  it('undoes in reverse order, and goes on after a failure', async () => {
    const done: string[] = [];
    const cleanup = createCleanup((error) => done.push(String(error)));
    cleanup.defer(async () => done.push('first'));
    cleanup.defer(() => Promise.reject(new Error('stuck')));
    cleanup.defer(async () => done.push('last'));
    await cleanup.run();
    await cleanup.run();
    expect(done).toEqual(['last', 'Error: stuck', 'first']);
  });
});
