import type { Clock } from '../clock.ts';
import { IngotError } from '../errors.ts';

/** Runs tasks one after the other: small BMCs die under parallel requests. */
export type SerialQueue = {
  run<T>(task: () => Promise<T>): Promise<T>;
};

/**
 * One queue per BMC address, with a rest between two tasks.
 *
 * `gapMs`: rest after each task, in milliseconds; `limit`: tasks that may wait or run at once, above which
 * `run` rejects with `busy`.
 */
export function createSerialQueue(options: {
  readonly clock: Clock;
  readonly name: string;
  readonly gapMs?: number;
  readonly limit?: number;
}): SerialQueue {
  const { clock, name, gapMs = 50, limit = 64 } = options;
  let last: Promise<unknown> = Promise.resolve();
  let pending = 0;
  let quietUntil = 0;

  return {
    run(task) {
      if (pending >= limit) {
        const error = new IngotError('busy', `BMC ${name}: ${limit} requests wait for it already`, {
          hint: 'The BMC answers slower than it is asked. Try again in a minute.',
        });
        return Promise.reject(error);
      }
      pending += 1;
      const turn = last.then(async () => {
        try {
          const rest = quietUntil - clock.elapsed();
          if (rest > 0) await clock.sleep(Math.min(rest, gapMs));
          return await task();
        } finally {
          quietUntil = clock.elapsed() + gapMs;
          pending -= 1;
        }
      });
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
