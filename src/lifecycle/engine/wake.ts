/** Waiting that can be cut short: a nudge during the work before it is not lost. */
import type { Clock } from '../../clock.ts';

/** Longest single sleep: below the 24.8 days at which Node's timers overflow. */
const LONGEST_SLEEP_MS = 3_600_000;

export type Wakeable = {
  /** Ends the current sleep, or the next one at once. */
  nudge(): void;
  /** Resolves at `until` (ms on `Clock.elapsed`), or when nudged; rejects when the signal is aborted. */
  sleepUntil(until: number, signal: AbortSignal): Promise<void>;
};

export function createWakeable(clock: Pick<Clock, 'elapsed' | 'sleep'>): Wakeable {
  let nudged = false;
  let wake: AbortController | null = null;
  return {
    nudge: () => {
      nudged = true;
      wake?.abort(new Error('nudged'));
    },
    sleepUntil: async (until, signal) => {
      signal.throwIfAborted();
      while (!nudged && clock.elapsed() < until) {
        const controller = new AbortController();
        wake = controller;
        const either = AbortSignal.any([signal, controller.signal]);
        try {
          await clock.sleep(Math.min(until - clock.elapsed(), LONGEST_SLEEP_MS), either);
        } catch (thrown) {
          signal.throwIfAborted();
          if (!controller.signal.aborted) throw thrown;
        } finally {
          wake = null;
        }
      }
      nudged = false;
    },
  };
}
