/** Fields to columns and back. JSON is checked when it is read, so that a damaged row is named, not passed on. */
import { z } from 'zod';
import { IngotError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Row } from './tables.ts';

type Encoded<P> = { [K in keyof Row<P>]: Row<P>[K] };

/** A record or a patch as columns; fields that are `undefined` are left out. */
export function encode<P extends object>(patch: P): Encoded<P> {
  const columns: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(patch))
    if (value !== undefined) columns[name] = encodeValue(value);
  return columns as Encoded<P>;
}

function encodeValue(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

export function decodeBoolean(column: 0 | 1): boolean;
export function decodeBoolean(column: 0 | 1 | null): boolean | null;
export function decodeBoolean(column: 0 | 1 | null): boolean | null {
  return column === null ? null : column === 1;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Any JSON object. `JSON.parse` yields nothing but JSON, so only the outermost shape is in question. */
export const jsonObject = z.custom<JsonObject>(isObject);

/** Reads a JSON column. `where` names table, row and column for the error. */
export function decodeJson<T>(schema: z.ZodType<T>, text: string, where: string): T {
  const result = schema.safeParse(parse(text, where));
  if (result.success) return result.data;
  throw unreadable(where, new Error(z.prettifyError(result.error)));
}

/** As `decodeJson` with `jsonObject`, for columns that are read with every row and are empty in most. */
export function decodeObject(text: string, where: string): JsonObject {
  if (text === '{}') return {};
  const value = parse(text, where);
  if (isObject(value)) return value;
  throw unreadable(where, new Error('It is no JSON object.'));
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(where, cause);
  }
}

function unreadable(where: string, cause: unknown): IngotError {
  return new IngotError('damaged_row', `The database holds something unreadable in ${where}.`, {
    hint: 'The row was changed by hand or damaged: correct it with sqlite3 while ingot is stopped, or restore a backup.',
    cause,
  });
}

/** True when SQLite refused a row because of the UNIQUE index on `column` (`table.column`). */
export function violatesUnique(thrown: unknown, column: string): boolean {
  return (
    thrown instanceof Error &&
    'code' in thrown &&
    (thrown.code === 'SQLITE_CONSTRAINT_UNIQUE' || thrown.code === 'SQLITE_CONSTRAINT_PRIMARYKEY') &&
    thrown.message.includes(column)
  );
}

/** True when SQLite refused a row because the node that it belongs to does not exist. */
export function violatesForeignKey(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'SQLITE_CONSTRAINT_FOREIGNKEY';
}
