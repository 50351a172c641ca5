/** A node as Ironic's clients see it: all fields, or those asked for, at one microversion. Pure. */
import { IngotError } from '../../../errors.ts';
import type { Json, JsonObject } from '../../../json.ts';
import { redacted } from '../../access/own.ts';
import { NODE_FIELDS, type NodeField, type NodeSource } from './node-fields.ts';

const FIELDS_SINCE = 8;

/** Chooses the fields of an answer once for a whole list. `names` null: all that this version has. */
export function selectNodeFields(names: readonly string[] | null, minor: number): readonly NodeField[] {
  if (names === null) return NODE_FIELDS.filter((field) => field.since <= minor);
  for (const name of names) checkField(name, minor);
  return NODE_FIELDS.filter((field) => names.includes(field.name) && field.since <= minor);
}

/** Whether an answer with these fields needs the node's job. */
export function tellsOfJob(fields: readonly NodeField[]): boolean {
  return fields.some(({ ofJob }) => ofJob === true);
}

export function nodeView(source: NodeSource, fields: readonly NodeField[]): JsonObject {
  // By hand: Object.fromEntries takes twice as long for a node, of which a list has a thousand.
  const view: Record<string, Json> = {};
  for (const { name, value } of fields) view[name] = value(source);
  return redacted(view, source.viewer, source.node);
}

/** `fields=` of a query: the links come along always, unknown names are refused, names too new are too. */
export function askedFields(fields: readonly string[], minor: number): readonly string[] {
  if (minor < FIELDS_SINCE) {
    const hint = `"fields" needs X-OpenStack-Ironic-API-Version 1.${FIELDS_SINCE} or newer.`;
    throw new IngotError('not_acceptable', 'Request not acceptable.', { hint });
  }
  for (const name of fields) checkField(name, minor);
  return [...new Set([...fields, 'links'])];
}

function checkField(name: string, minor: number): void {
  const field = NODE_FIELDS.find((candidate) => candidate.name === name);
  if (field === undefined) {
    const hint = `Fields of a node are: ${NODE_FIELDS.map((known) => known.name).join(', ')}.`;
    throw new IngotError('invalid_input', `Field ${name} is not a valid field.`, { hint });
  }
  if (field.since > minor) {
    const hint = `The field "${name}" needs X-OpenStack-Ironic-API-Version 1.${field.since} or newer.`;
    throw new IngotError('not_acceptable', 'Request not acceptable.', { hint });
  }
}
