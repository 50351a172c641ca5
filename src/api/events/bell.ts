/** A doorbell: rings that come while nobody waits are kept as one. */
export type Bell = { ring(): void; reset(): void; rung(): Promise<void> };

/** An aborted signal rings for ever. */
export function createBell(signal: AbortSignal): Bell {
  let next = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => next.resolve(), { once: true });
  return {
    ring: () => next.resolve(),
    reset: () => {
      next = Promise.withResolvers<void>();
      if (signal.aborted) next.resolve();
    },
    rung: () => next.promise,
  };
}
