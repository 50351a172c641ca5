/** Counters over a closed list of names, so that metrics know every name before the first event. */
export type Counters<Name extends string> = {
  /** One more, or so many. */
  count(name: Name, more?: number): void;
  /** A copy: every name, also those that are still 0. */
  snapshot(): Readonly<Record<Name, number>>;
};

export function createCounters<const Name extends string>(names: readonly Name[]): Counters<Name> {
  const totals = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  return {
    count: (name, more = 1) => {
      totals[name] += more;
    },
    snapshot: () => ({ ...totals }),
  };
}

/** The counts under `<prefix>.<name>`, as status and metrics show them. */
export function prefixed(
  prefix: string,
  counts: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [`${prefix}.${name}`, count]));
}
