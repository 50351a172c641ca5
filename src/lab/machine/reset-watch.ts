/** When a machine's reset counts as a boot. */
import type { Clock } from '../../clock.ts';

/**
 * A reboot counts as one boot once no further reset came for this long: SeaBIOS answers each reset by the OS
 * with a second one of its own, which must still see the override.
 */
const SETTLE_MS = 2000;

export type ResetWatch = {
  /** The machine was reset; one before it that did not count yet never will. */
  seen(): void;
  /** A reset that does not count yet never will; true when there was one. */
  settle(): boolean;
};

/**
 * `onBoot` is told of each boot, and calls `stillCounts` when its turn has come: false when another reset, other
 * settings or the end came first.
 */
export function watchResets(clock: Clock, onBoot: (stillCounts: () => boolean) => void): ResetWatch {
  let pending: AbortController | null = null;
  const settle = (): boolean => {
    const last = pending;
    last?.abort(new Error('another reset, other settings, or the end'));
    pending = null;
    return last !== null;
  };
  const take = (reset: AbortController): boolean => {
    if (pending !== reset) return false;
    pending = null;
    return true;
  };
  return {
    settle,
    seen: () => {
      settle();
      const reset = new AbortController();
      pending = reset;
      clock.sleep(SETTLE_MS, reset.signal).then(
        () => onBoot(() => take(reset)),
        () => undefined,
      );
    },
  };
}
