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
