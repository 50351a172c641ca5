/** Hands things on at once while they are few, and in portions with a pause between them while they are many. */

export type Portions<T> = {
  /** Hands the item on, now or in its turn; false, and not taken, when too many wait. */
  add(item: T): boolean;
  /** Hands on what waits, as if there were no limit. */
  drain(): void;
};

export type PortionOptions<T> = {
  /** Handed on at once, at most, and again when `pauseMs` are over: up to twice as many where the two meet. */
  readonly size: number;
  readonly pauseMs: number;
  readonly mostWaiting: number;
  /** Milliseconds of a clock that is never set. */
  readonly elapsed: () => number;
  readonly hand: (item: T) => void;
  /** After what waited was handed on. */
  readonly onHanded: () => void;
};

export function createPortions<T>(options: PortionOptions<T>): Portions<T> {
  const { size, pauseMs, mostWaiting, elapsed, hand, onHanded } = options;
  const waiting: T[] = [];
  let began = Number.NEGATIVE_INFINITY;
  let room = size;
  let timer: NodeJS.Timeout | null = null;

  const handOn = (count: number): void => {
    for (const item of waiting.splice(0, count)) hand(item);
    onHanded();
  };
  const next = (): void => {
    began = elapsed();
    room = size - Math.min(size, waiting.length);
    timer = waiting.length > size ? setTimeout(next, pauseMs) : null;
    handOn(size);
  };

  return {
    add: (item) => {
      const now = elapsed();
      if (timer === null && now - began >= pauseMs) {
        began = now;
        room = size;
      }
      if (room > 0) {
        room--;
        hand(item);
        return true;
      }
      if (waiting.length >= mostWaiting) return false;
      waiting.push(item);
      timer ??= setTimeout(next, pauseMs);
      return true;
    },
    drain: () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      handOn(waiting.length);
    },
  };
}
