/** Keys by the second in which they fall due: put, move and remove in constant time, however many there are. */
export class ExpiryCalendar<Key> {
  readonly #secondOf = new Map<Key, number>();
  readonly #keysIn = new Map<number, Set<Key>>();
  #sweptTo = 0;

  /** Puts the key at `at` (milliseconds, rounded up to a second), and nowhere else. */
  put(key: Key, at: number): void {
    const second = Math.max(Math.ceil(at / 1000), this.#sweptTo);
    const before = this.#secondOf.get(key);
    if (before === second) return;
    if (before !== undefined) this.#dropFrom(before, key);
    this.#secondOf.set(key, second);
    const keys = this.#keysIn.get(second);
    if (keys === undefined) this.#keysIn.set(second, new Set([key]));
    else keys.add(key);
  }

  remove(key: Key): void {
    const second = this.#secondOf.get(key);
    if (second === undefined) return;
    this.#secondOf.delete(key);
    this.#dropFrom(second, key);
  }

  #dropFrom(second: number, key: Key): void {
    const keys = this.#keysIn.get(second);
    keys?.delete(key);
    if (keys?.size === 0) this.#keysIn.delete(second);
  }

  /** How many are in it. */
  get size(): number {
    return this.#secondOf.size;
  }

  /** Forgets everything, also how far time had gone. */
  clear(): void {
    this.#secondOf.clear();
    this.#keysIn.clear();
    this.#sweptTo = 0;
  }

  has(key: Key): boolean {
    return this.#secondOf.has(key);
  }

  /** Takes out keys that are due at `now`, the earliest first and at most `limit`; the rest come next time. */
  takeDue(now: number, limit: number): readonly Key[] {
    const thisSecond = Math.floor(now / 1000);
    // Before nearly every packet: nothing is due yet in a second that was looked at already.
    if (thisSecond === this.#sweptTo && !this.#keysIn.has(thisSecond)) return [];
    const due: Key[] = [];
    for (const second of this.#secondsUpTo(thisSecond)) {
      for (const key of this.#keysIn.get(second) ?? []) {
        if (due.length === limit) {
          this.#sweptTo = second;
          for (const taken of due) this.remove(taken);
          return due;
        }
        due.push(key);
      }
    }
    this.#sweptTo = thisSecond;
    for (const taken of due) this.remove(taken);
    return due;
  }

  /** Walks the clock where it moved a little, and the entries where it leapt (start, suspended machine). */
  #secondsUpTo(last: number): Iterable<number> {
    if (last - this.#sweptTo > this.#keysIn.size) {
      return [...this.#keysIn.keys()].filter((second) => second <= last).sort((a, b) => a - b);
    }
    return Array.from({ length: Math.max(0, last - this.#sweptTo + 1) }, (_, i) => this.#sweptTo + i);
  }
}
