/**
 * Reading and changing plain data by a path such as `properties/cpu_arch` or `extra.rack`. Pure: data stay as they are.
 */
import { IngotError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json.ts';
import { isJsonObject } from '../json.ts';

/** Slashes where there is one, else dots. */
export function pathParts(path: string): readonly string[] {
  return path.includes('/') ? path.replace(/^\/+|\/+$/g, '').split('/') : path.split('.');
}

/** What is there; undefined where nothing is. */
export function valueAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined || value === undefined) return value;
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
  return valueAt(isJsonObject(value) ? value[key] : value[Number(key)], rest);
}

/** Makes the objects on the way that are not there. Throws `invalid_input` where something else stands in the way. */
export function withValueAt(object: JsonObject, path: readonly string[], value: Json): JsonObject {
  const [key = '', ...rest] = path;
  if (rest.length === 0) return { ...object, [key]: value };
  const inner = Object.hasOwn(object, key) ? (object[key] ?? null) : {};
  if (!isJsonObject(inner)) throw noObject(key);
  return { ...object, [key]: withValueAt(inner, rest, value) };
}

/** Throws `invalid_input` when there is nothing to take away. */
export function withoutValueAt(object: JsonObject, path: readonly string[]): JsonObject {
  const [key = '', ...rest] = path;
  if (!Object.hasOwn(object, key)) throw refuse(`there is no "${key}"`);
  if (rest.length === 0) return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
  const inner = object[key] ?? null;
  if (!isJsonObject(inner)) throw noObject(key);
  return { ...object, [key]: withoutValueAt(inner, rest) };
}

/** Appends to the list that is there; makes one where nothing is. Throws `invalid_input` for anything else. */
export function withAppendedAt(
  object: JsonObject,
  path: readonly string[],
  { value, unique }: { readonly value: Json; readonly unique: boolean },
): JsonObject {
  const list = valueAt(object, path) ?? [];
  if (typeof list !== 'object' || isJsonObject(list)) throw refuse(`"${path.join('/')}" is no list`);
  const there = unique && list.some((one) => JSON.stringify(one) === JSON.stringify(value));
  return there ? object : withValueAt(object, path, [...list, value]);
}

function noObject(key: string): IngotError {
  return refuse(`"${key}" is no object`);
}

function refuse(message: string): IngotError {
  return new IngotError('invalid_input', message, { hint: 'Correct the path in the rule.' });
}
