/** What a measure is, and how its figures are shown. */

/** One number. `name` is the key in the JSON line: words with underscores, the unit last where it is one word. */
export type Figure = {
  readonly name: string;
  readonly value: number;
  /** For people: `MB`, `ms`, `exchanges/s`, `times`. */
  readonly unit: string;
  readonly goal?: { readonly at_most: number } | { readonly at_least: number };
};

export type Tools = {
  say(sentence: string): void;
  /** Done in reverse order when the measure is over, also when it fails or is interrupted. */
  defer(undo: () => Promise<unknown>): void;
};

export type Measure = {
  /** What is measured, in half a sentence. */
  readonly about: string;
  readonly run: (tools: Tools) => Promise<readonly Figure[]>;
};

/** Null: there is no goal to meet. */
export function isMet({ value, goal }: Figure): boolean | null {
  if (goal === undefined) return null;
  return 'at_most' in goal ? value <= goal.at_most : value >= goal.at_least;
}

export function formatFigure(figure: Figure): string {
  const { name, value, unit, goal } = figure;
  const met = isMet(figure);
  const bound =
    goal === undefined ? '' : 'at_most' in goal ? `at most ${goal.at_most}` : `at least ${goal.at_least}`;
  const verdict = met === null ? '' : `  (goal: ${bound} ${unit}: ${met ? 'met' : 'MISSED'})`;
  return `  ${name.padEnd(36)} ${String(value).padStart(10)} ${unit}${verdict}`;
}

/** The figures of one measure as they stand in the JSON line. */
export function jsonFigures(figures: readonly Figure[]): Readonly<Record<string, object>> {
  return Object.fromEntries(
    figures.map((figure) => {
      const { name, value, unit, goal } = figure;
      return [name, { value, unit, ...(goal === undefined ? {} : { ...goal, met: isMet(figure) }) }];
    }),
  );
}

/** Three significant digits are more than a measurement on a shared machine is good for. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** The value that `share` (0 to 1) of all values do not exceed; NaN when there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}
