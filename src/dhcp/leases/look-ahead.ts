/** A walk over many values that can see some of what comes, without drawing more of it than was asked for. */
export class LookAhead<Value> {
  readonly #rest: Iterator<Value>;
  readonly #seen: Value[] = [];

  constructor(values: Iterable<Value>) {
    this.#rest = values[Symbol.iterator]();
  }

  /** The next values, at most `most`. They stay. */
  peek(most: number): readonly Value[] {
    while (this.#seen.length < most) {
      const next = this.#rest.next();
      if (next.done) break;
      this.#seen.push(next.value);
    }
    return this.#seen.slice(0, most);
  }

  /** The next value, null at the end. It stays. */
  first(): Value | null {
    return this.#seen[0] ?? this.peek(1)[0] ?? null;
  }

  /** Goes past the next value. */
  drop(): void {
    this.#seen.shift();
  }
}
