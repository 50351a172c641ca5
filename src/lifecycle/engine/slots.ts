/** Bounds on what happens at once, first come first served. */
export type Slots = {
  /** Resolves with the way to give the slot back (calling it twice is harmless); rejects when aborted. */
  take(signal: AbortSignal, who?: number): Promise<() => void>;
  /** How many have asked before `who` and wait too; null for one that does not wait. */
  before(who: number): number | null;
  /** True when a `take` would have to wait. */
  full(): boolean;
};

export function createSlots(limit: number): Slots {
  let used = 0;
  /** In the order of asking; those that told who they are by that. */
  const queue = new Map<() => void, number | undefined>();

  const release = (): void => {
    used--;
    const first = queue.keys().next();
    if (first.done === true) return;
    queue.delete(first.value);
    first.value();
  };
  const grant = (): (() => void) => {
    used++;
    let held = true;
    return () => {
      if (held) release();
      held = false;
    };
  };

  return {
    full: () => used >= limit,
    before: (who) => {
      const place = [...queue.values()].indexOf(who);
      return place < 0 ? null : place;
    },
    take: (signal, who) => {
      if (signal.aborted) return Promise.reject(signal.reason as Error);
      if (used < limit && queue.size === 0) return Promise.resolve(grant());
      return new Promise((resolve, reject) => {
        const onAbort = (): void => {
          queue.delete(onTurn);
          reject(signal.reason as Error);
        };
        const onTurn = (): void => {
          signal.removeEventListener('abort', onAbort);
          resolve(grant());
        };
        signal.addEventListener('abort', onAbort, { once: true });
        queue.set(onTurn, who);
      });
    },
  };
}
