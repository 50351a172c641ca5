import { describe, expect, test } from 'vitest';
import { createProgramRounds } from '../../src/boot/program-rounds.ts';
import { entry, MAC, mac } from './fixtures.ts';

const MINUTE = 60_000;
const RAMDISK = entry('ramdisk');

/** Firmware that boots from the network as often as the test says. */
function firmware() {
  const rounds = createProgramRounds();
  let [now, xid] = [0, 0];
  let at = RAMDISK;
  /** Whether it was told of nothing to boot: DISCOVER and REQUEST must be answered alike. */
  const round = (after = MINUTE): boolean => {
    now += after;
    const question = { mac: MAC, entry: at, xid: `${++xid}` };
    const { stuck } = rounds.judge({ ...question, now });
    if (!stuck) rounds.given({ mac: MAC, now });
    now += 500;
    expect(rounds.judge({ ...question, now })).toEqual({ stuck, news: false });
    if (!stuck) rounds.given({ mac: MAC, now });
    return stuck;
  };
  return {
    rounds,
    round,
    rounding: (times: number, after?: number) => Array.from({ length: times }, () => round(after)),
    anew: () => {
      at = { ...at, generation: at.generation + 1 };
    },
    next: () => rounds.judge({ mac: MAC, entry: at, xid: `${++xid}`, now }),
  };
}

const FIVE = [false, false, false, false, false];

describe('firmware that never runs its boot program', () => {
  test('is led to it five times in ten minutes and not once more', () => {
    expect(firmware().rounding(7)).toEqual([...FIVE, true, true]);
  });

  test('is led to it again when ten minutes have passed', () => {
    const { rounding, round } = firmware();
    rounding(6);
    expect(round(6 * MINUTE)).toBe(false);
  });

  test('is led to it again at the next boot that ingot asks for', () => {
    const { rounding, anew } = firmware();
    rounding(6);
    anew();
    expect(rounding(6)).toEqual([...FIVE, true]);
  });

  test('is news once, until it was led there again', () => {
    const { rounding, next, round } = firmware();
    rounding(5);
    expect([next(), next(), next()]).toEqual([
      { stuck: true, news: true },
      { stuck: true, news: false },
      { stuck: true, news: false },
    ]);
    expect(round(11 * MINUTE)).toBe(false);
    rounding(4);
    expect(next()).toEqual({ stuck: true, news: true });
  });

  test('is not taken for one that asks at several doors within seconds', () => {
    expect(firmware().rounding(7, 1_000)).not.toContain(true);
  });
});

test('firmware whose program asks what to boot never goes round', () => {
  const { round, rounds } = firmware();
  for (let times = 0; times < 20; times++) {
    expect(round()).toBe(false);
    rounds.arrived(MAC);
  }
});

test('another machine has nothing to do with it', () => {
  const { rounding, rounds } = firmware();
  rounding(6);
  const other = { mac: mac('52:54:00:00:00:02'), entry: null, xid: '1', now: 0 };
  expect(rounds.judge(other).stuck).toBe(false);
});
