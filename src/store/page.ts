/** One page of a list, for tables that are small enough to be read whole: a few rows a node at most. */
import { IngotError } from '../errors.ts';
import { readable, type TellDamage } from './damaged-rows.ts';

export type Page<Key extends string> = {
  readonly sort_key: Key;
  readonly sort_dir: 'asc' | 'desc';
  readonly limit: number;
  /** uuid of the last one of the page before. */
  readonly marker?: string;
};

type Sortable = { readonly id: number; readonly uuid: string };

export type Reader<R, T> = {
  /** What Ironic calls one of them. */
  readonly noun: string;
  readonly decode: (row: R) => T;
  readonly tell: TellDamage;
};

/**
 * Sorted by the key, then by age. Nothing comes before something. A row that cannot be read is left out, and the page
 * is full without it: clients take a short page for the last one. Throws `not_found` for an unknown marker.
 */
export function pageOf<R extends Sortable, T>(
  rows: readonly R[],
  page: Page<string & keyof R>,
  { noun, decode, tell }: Reader<R, T>,
): readonly T[] {
  const way = page.sort_dir === 'asc' ? 1 : -1;
  const sorted = rows.toSorted((a, b) => way * (compare(a[page.sort_key], b[page.sort_key]) || a.id - b.id));
  const after = page.marker === undefined ? -1 : sorted.findIndex(({ uuid }) => uuid === page.marker);
  if (page.marker !== undefined && after === -1) throw missing(noun, page.marker);
  const found: T[] = [];
  for (let at = after + 1; at < sorted.length && found.length < page.limit; ) {
    const next = sorted.slice(at, at + page.limit - found.length);
    found.push(...readable(next, decode, tell));
    at += next.length;
  }
  return found;
}

/** Ironic's sentence for what is not there. */
export function missing(noun: string, ident: string): IngotError {
  return new IngotError('not_found', `${noun} ${ident} could not be found.`, {
    hint: 'The list of them tells every uuid.',
  });
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [String(a ?? ''), String(b ?? '')];
  return left < right ? -1 : left > right ? 1 : 0;
}
