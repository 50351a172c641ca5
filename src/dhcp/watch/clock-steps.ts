/**
 * A wall clock that tells when it was set. Leases end by wall time, for that is what survives a restart; but the
 * first answer of a time server after a boot may set the clock by years, and must not end every lease at once. How
 * much time really passed is known from the clock that nobody sets.
 */
import type { Clock } from '../../clock.ts';

export type SteppedClock = Clock & {
  /** Calls back before the new time is used: by how much the clock was set (ms), and the new time. */
  onStep(listener: StepListener): void;
};

export type StepListener = (byMs: number, now: number) => void;

/** Less is no step: the clock is slewed, or this process was not on the CPU between two readings. */
const STEP_MS = 2_000;

export function createSteppedClock(clock: Clock): SteppedClock {
  const listeners: StepListener[] = [];
  /** Wall time at `elapsed()` 0, as it was when it was last in step. */
  let origin = clock.now() - clock.elapsed();
  return {
    now: () => {
      const now = clock.now();
      const byMs = now - clock.elapsed() - origin;
      if (Math.abs(byMs) >= STEP_MS) {
        origin += byMs;
        for (const listener of listeners) listener(byMs, now);
      }
      return now;
    },
    elapsed: () => clock.elapsed(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    onStep: (listener) => void listeners.push(listener),
  };
}
