/**
 * Python's format fields in a rule's arguments: `{inventory[cpu][count]}`, `{node.properties[cpu_arch]}`, `{item}`.
 * Pure.
 */
import { IngotError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json.ts';
import { isJsonObject } from '../json.ts';
import { valueAt } from './paths.ts';

const LONGEST_TEXT = 100_000;
const FIELD = /\{\{|\}\}|\{([^{}]*)\}/g;
const PATH = /^(\w+)((?:\.\w+|\[[^[\]]+\])*)$/;

/**
 * Every text in `value` with its fields filled in. A text with a field that is not there stays as it is, as in Ironic;
 * with `missingAsNull` it is null then. Throws `invalid_input` when a text grows too long.
 */
export function interpolate(
  value: Json,
  context: JsonObject,
  options: { readonly missingAsNull: boolean },
): Json {
  if (typeof value === 'string') return fill(value, context, options);
  if (value === null || typeof value !== 'object') return value;
  if (!isJsonObject(value)) return value.map((one) => interpolate(one, context, options));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const name = fill(key, context, { missingAsNull: false });
      return [typeof name === 'string' ? name : key, interpolate(inner, context, options)];
    }),
  );
}

function fill(
  text: string,
  context: JsonObject,
  { missingAsNull }: { readonly missingAsNull: boolean },
): Json {
  let missing = false;
  let size = text.length;
  const filled = text.replace(FIELD, (whole, field: string | undefined) => {
    if (field === undefined) return whole.slice(1);
    const found = lookUp(field, context);
    missing ||= found === undefined;
    const said = pythonText(found ?? null);
    size += said.length;
    if (size > LONGEST_TEXT) throw tooLong();
    return said;
  });
  if (!missing) return filled;
  return missingAsNull ? null : text;
}

function lookUp(field: string, context: JsonObject): Json | undefined {
  const match = PATH.exec(field);
  if (match === null) return undefined;
  const [, root = '', rest = ''] = match;
  const keys = [...rest.matchAll(/\.(\w+)|\[([^[\]]+)\]/g)].map(([, name, key]) => name ?? key ?? '');
  return valueAt(context, [root, ...keys]);
}

/** As Python's `str` writes it: `True`, `None`; lists and objects as JSON. */
export function pythonText(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function tooLong(): IngotError {
  return new IngotError('invalid_input', `a text grows beyond ${LONGEST_TEXT} characters`, {
    hint: 'Name the field that is meant, not all of the inventory.',
  });
}
