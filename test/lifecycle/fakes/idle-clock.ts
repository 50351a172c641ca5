/** Time that passes only when nothing is left to do: a half-hour's wait takes no time, and order is exact. */
import type { Clock } from '../../../src/clock.ts';

type Timer = { readonly at: number; readonly order: number; readonly fire: () => void };

export function createIdleClock(start = Date.UTC(2026, 10, 22, 12)): Clock & { advance(ms: number): void } {
  const timers = new Set<Timer>();
  let now = start;
  let order = 0;
  let ticking = false;

  const tick = (): void => {
    ticking = false;
    const [first] = [...timers].sort((a, b) => a.at - b.at || a.order - b.order);
    if (first === undefined) return;
    timers.delete(first);
    now = Math.max(now, first.at);
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
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const onAbort = (): void => {
          timers.delete(timer);
          reject(signal?.reason as Error);
        };
        const timer: Timer = {
          at: now + ms,
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
