/** Rows that ask for what another row of their table has, in Ironic's sentences. */
import { IngotError } from '../errors.ts';
import { violatesUnique } from './columns.ts';
import type { Tables } from './tables.ts';

/** The columns that tables have in common, as the sentences call them. */
const TITLES = { uuid: 'UUID', name: 'name', address: 'MAC address' } as const;
type Column = keyof typeof TITLES;
const COLUMNS = ['uuid', 'name', 'address'] as const satisfies readonly Column[];

type Wanted = {
  readonly table: keyof Tables;
  /** What a row is, with its article: `A port`. */
  readonly noun: string;
  /** What was to be written. */
  readonly row: { readonly [C in Column]?: string | null | undefined };
  /** For columns where there is more to say than to choose another. */
  readonly hints?: { readonly [C in Column]?: string };
};

/** A `conflict` where SQLite refused `row` because its uuid, name or address is taken; null for all else. */
export function takenError(thrown: unknown, { table, noun, row, hints = {} }: Wanted): IngotError | null {
  const column = COLUMNS.find((one) => violatesUnique(thrown, `${table}.${one}`));
  if (column === undefined) return null;
  return new IngotError('conflict', `${noun} with ${TITLES[column]} ${row[column] ?? ''} already exists.`, {
    hint: hints[column] ?? `Choose another ${column}, or change or delete the one that has it.`,
    cause: thrown,
  });
}
