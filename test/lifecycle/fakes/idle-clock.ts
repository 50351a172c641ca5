/** Time that passes only when nothing is left to do: a half-hour's wait takes no time, and order is exact. */
import type { Clock } from '../../../src/clock.ts';

type Timer = { readonly at: number; readonly order: number; readonly fire: () => void };

export type IdleClock = Clock & {
  /** Time passes. */
  advance(ms: number): void;
  /** Somebody sets the wall clock, back when negative; no time passes. */
  setWall(byMs: number): void;
};

export function createIdleClock(start = Date.UTC(2026, 10, 22, 12)): IdleClock {
  const timers = new Set<Timer>();
  let epoch = start;
  let elapsed = 0;
  let order = 0;
  let ticking = false;

  const tick = (): void => {
    ticking = false;
    const [first] = [...timers].sort((a, b) => a.at - b.at || a.order - b.order);
    if (first === undefined) return;
    timers.delete(first);
    elapsed = Math.max(elapsed, first.at);
    first.fire();
    startTicking();
  };
  const startTicking = (): void => {
    if (ticking || timers.size === 0) return;
    ticking = true;
    // Everything else here is promises, and all of those have run before an immediate does.
    setImmediate(tick);
  };

  return {
    now: () => epoch + elapsed,
    elapsed: () => elapsed,
    advance: (ms) => {
      elapsed += ms;
    },
    setWall: (byMs) => {
      epoch += byMs;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const onAbort = (): void => {
          timers.delete(timer);
          reject(signal?.reason as Error);
        };
        const timer: Timer = {
          at: elapsed + ms,
          order: order++,
          fire: () => {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        timers.add(timer);
        startTicking();
      }),
  };
}
