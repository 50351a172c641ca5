/**
 * The fields of a resource as a table: from which microversion each is there, and where its value comes from. What a
 * version does not know is hidden in answers, and refused where a client names it. Pure.
 */
import { IngotError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json.ts';
import { resourceLinks } from '../links.ts';
import { ironicTime } from '../time.ts';
import { notAcceptable } from './since.ts';

export type Field<R> = {
  readonly name: string;
  /** The microversion that first shows it. */
  readonly since: number;
  readonly value: (record: R, base: string) => Json;
};

/** `names` null: all that this version has. Throws `invalid_input` or `not_acceptable`. */
export function selectFields<R>(
  fields: readonly Field<R>[],
  names: readonly string[] | null,
  minor: number,
): readonly Field<R>[] {
  const shown = fields.filter((field) => field.since <= minor);
  if (names === null) return shown;
  const unknown = names.filter((name) => !fields.some((field) => field.name === name));
  const hint = `Fields at 1.${minor} are: ${shown.map((field) => field.name).join(', ')}.`;
  if (unknown.length > 0)
    throw new IngotError('invalid_input', `Field(s) "${unknown.join(', ')}" are not valid`, { hint });
  refuseNewer(fields, names, minor);
  return shown.filter((field) => names.includes(field.name));
}

export function viewOf<R>(record: R, fields: readonly Field<R>[], base: string): JsonObject {
  return Object.fromEntries(fields.map((field) => [field.name, field.value(record, base)]));
}

/** Of an answer the fields that are asked for, and its links. Throws `invalid_input` for one that it has not. */
export function pickFields(whole: JsonObject, names: readonly string[]): JsonObject {
  const unknown = names.filter((name) => !Object.hasOwn(whole, name));
  if (unknown.length > 0)
    throw new IngotError('invalid_input', `Field(s) "${unknown.join(', ')}" are not valid`, {
      hint: `Fields are: ${Object.keys(whole).join(', ')}.`,
    });
  const shown = Object.entries(whole).filter(([name]) => name === 'links' || names.includes(name));
  return Object.fromEntries(shown);
}

/** Throws `not_acceptable` when a client names a field that its version does not have. */
export function refuseNewer<R>(fields: readonly Field<R>[], names: readonly string[], minor: number): void {
  const newer = fields.find((field) => names.includes(field.name) && field.since > minor);
  if (newer === undefined) return;
  throw notAcceptable(newer.name, newer.since);
}

/** The fields that a body names. */
export function namesIn(body: unknown): readonly string[] {
  return typeof body === 'object' && body !== null ? Object.keys(body) : [];
}

/** Of a patched document what was touched. */
export function only<T extends object>(document: T, touched: readonly string[]): Partial<T> {
  return Object.fromEntries(
    Object.entries(document).filter(([name]) => touched.includes(name)),
  ) as Partial<T>;
}

type Dated = { readonly uuid: string; readonly created_at: string; readonly updated_at: string | null };

/** What every resource has, before its own fields. */
export function datedFields<R extends Dated>(): readonly Field<R>[] {
  return [
    { name: 'uuid', since: 1, value: (record) => record.uuid },
    { name: 'created_at', since: 1, value: (record) => ironicTime(record.created_at) },
    { name: 'updated_at', since: 1, value: (record) => ironicTime(record.updated_at) },
  ];
}

/** Fields that stand in the record as they are shown. */
export function plainFields<R, K extends string & keyof R>(
  names: readonly K[],
  since = 1,
): readonly Field<{ readonly [P in K]: Json }>[] {
  return names.map((name) => ({ name, since, value: (record) => record[name] }));
}

/** Links to the record itself, at `/v1/{path}/{uuid}`. */
export function linksField<R extends Pick<Dated, 'uuid'>>(path: string): Field<R> {
  return { name: 'links', since: 1, value: (record, base) => resourceLinks(base, `${path}/${record.uuid}`) };
}

/** Links to what hangs on the record, at `/v1/{path}/{uuid}/{name}`. */
export function partLinksField<R extends Pick<Dated, 'uuid'>>(
  path: string,
  { name, since }: { readonly name: string; readonly since: number },
): Field<R> {
  return { name, since, value: (record, base) => resourceLinks(base, `${path}/${record.uuid}/${name}`) };
}
