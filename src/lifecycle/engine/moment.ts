/**
 * Moments that the store holds as wall time, so that they outlast a restart, read as time that nobody sets: within
 * one life of the daemon a step of the wall clock moves no deadline and no back-off.
 */
import type { Clock } from '../../clock.ts';

/**
 * The moment `stored` (ISO 8601) in ms on `Clock.elapsed`, in the past or at most `mostMs` ahead: a wall clock that
 * was set back while ingot was down makes no wait longer than it was.
 */
export type Moment = (stored: string, mostMs: number) => number;

/** The wall clock is asked once for each stored moment, when it is first seen: as it was written, or after a start. */
export function createMoment(clock: Pick<Clock, 'now' | 'elapsed'>): Moment {
  let seen: { readonly stored: string; readonly at: number } | null = null;
  return (stored, mostMs) => {
    if (seen?.stored !== stored) {
      const ahead = Math.min(Date.parse(stored) - clock.now(), mostMs);
      seen = { stored, at: clock.elapsed() + ahead };
    }
    return seen.at;
  };
}

/** Moments that have passed, as far as a step of the wall clock cannot move them. */
export type Past = {
  /** Now, in milliseconds since the epoch: to be saved. */
  mark(): number;
  /**
   * Milliseconds since such a moment. One of an earlier life of the daemon is read by the wall clock once, when it is
   * first asked for, and is not in the future.
   */
  since(moment: number): number;
};

/** More marks than a step makes; the oldest are forgotten. */
const MOST_MARKS = 16;

export function createPast(clock: Pick<Clock, 'now' | 'elapsed'>): Past {
  const marks = new Map<number, number>();
  const keep = (moment: number, at: number): number => {
    const [oldest] = marks.keys();
    if (marks.size >= MOST_MARKS && oldest !== undefined) marks.delete(oldest);
    marks.set(moment, at);
    return at;
  };
  return {
    mark: () => {
      const now = clock.now();
      keep(now, clock.elapsed());
      return now;
    },
    since: (moment) => {
      const at = marks.get(moment) ?? keep(moment, clock.elapsed() - Math.max(0, clock.now() - moment));
      return clock.elapsed() - at;
    },
  };
}
