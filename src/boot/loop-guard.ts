/** Notices what comes again and again: how often each key was seen of late. Bounded; the time is passed in. */
import { createRecentMap } from '../net/recent-map.ts';

/** More often than this in `LOOP_WINDOW_MS` without progress is a loop. */
export const MOST_ROUNDS = 5;
export const LOOP_WINDOW_MS = 10 * 60_000;

const MOST_KEYS = 20_000;

export type Visits = {
  /** In the window; counts no higher than one more than `MOST_ROUNDS`. */
  readonly recent: number;
  /** Since the key was first seen. */
  readonly total: number;
};

export type LoopGuard = {
  /** Counts one more; it is in the answer. */
  visit(key: string, now: number): Visits;
  /** How often it was seen in the window so far. */
  recent(key: string, now: number): number;
  forget(key: string): void;
};

export function createLoopGuard(): LoopGuard {
  const seen = createRecentMap<string, { readonly times: readonly number[]; readonly total: number }>(
    MOST_KEYS,
  );
  const timesOf = (key: string, now: number): readonly number[] =>
    (seen.get(key)?.times ?? []).filter((at) => at > now - LOOP_WINDOW_MS);
  return {
    recent: (key, now) => timesOf(key, now).length,
    forget: seen.delete,
    visit: (key, now) => {
      const times = [...timesOf(key, now), now].slice(-(MOST_ROUNDS + 1));
      const total = (seen.get(key)?.total ?? 0) + 1;
      seen.set(key, { times, total });
      return { recent: times.length, total };
    },
  };
}
