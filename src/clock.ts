/** Time as a parameter: the core never reads a clock by itself, so that tests own time. */
export type Clock = {
  /** Milliseconds since the Unix epoch: for timestamps. Jumps whenever NTP or an operator sets the clock. */
  now(): number;
  /** Milliseconds since some moment of this process's life, never set: for how long something takes or waits. */
  elapsed(): number;
  /** Resolves after `ms`, or rejects at once with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      // What is left until a moment that passes just now is less than nothing.
      const timer = setTimeout(
        () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
        Math.max(0, ms),
      );
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};
