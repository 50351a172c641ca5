import { createRecentMap, type RecentMap } from './recent-map.ts';

/** Lets the first of equal remarks through and holds its repetitions back for a while, in bounded memory. */
export class RepeatLimit {
  #saidAt: RecentMap<string, number>;
  readonly #quietMs: number;
  readonly #mostKeys: number;

  constructor(options: { readonly quietMs: number; readonly mostKeys: number }) {
    this.#quietMs = options.quietMs;
    this.#mostKeys = options.mostKeys;
    this.#saidAt = createRecentMap(options.mostKeys);
  }

  /** Forgets all, when the clock was set. */
  clear(): void {
    this.#saidAt = createRecentMap(this.#mostKeys);
  }

  /** True when `key` was not let through within the last `quietMs`; a clock that was set back holds nothing longer. */
  allows(key: string, now: number): boolean {
    const before = this.#saidAt.get(key);
    if (before !== undefined && Math.abs(now - before) < this.#quietMs) return false;
    this.#saidAt.set(key, now);
    return true;
  }
}
