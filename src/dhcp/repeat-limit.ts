/** Lets the first of equal remarks through and holds its repetitions back for a while, in bounded memory. */
export class RepeatLimit {
  readonly #saidAt = new Map<string, number>();
  readonly #quietMs: number;
  readonly #mostKeys: number;

  constructor(options: { readonly quietMs: number; readonly mostKeys: number }) {
    this.#quietMs = options.quietMs;
    this.#mostKeys = options.mostKeys;
  }

  /** Forgets all, when the clock was set. */
  clear(): void {
    this.#saidAt.clear();
  }

  /** True when `key` was not let through within the last `quietMs`; a clock that was set back holds nothing longer. */
  allows(key: string, now: number): boolean {
    const before = this.#saidAt.get(key);
    if (before !== undefined && Math.abs(now - before) < this.#quietMs) return false;
    this.#saidAt.delete(key);
    this.#saidAt.set(key, now);
    if (this.#saidAt.size > this.#mostKeys) {
      const oldest = this.#saidAt.keys().next();
      if (!oldest.done) this.#saidAt.delete(oldest.value);
    }
    return true;
  }
}
