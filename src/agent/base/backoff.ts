/** Pauses that double up to a bound. */

/** 1, 2, 4, ... seconds, at most `longestMs` (60 s); `attempt` counts from 0. */
export function backoffMs(attempt: number, longestMs = 60_000): number {
  return Math.min(longestMs, 1000 * 2 ** Math.min(attempt, 16));
}
