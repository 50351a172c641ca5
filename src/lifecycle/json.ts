/** Foreign values (a command's result, a request's body) as JSON that the store keeps. */
import type { JsonObject } from '../json.ts';

/** An object that holds nothing but JSON; what JSON does not know (`undefined`, functions) is dropped. */
export function jsonObjectOf(value: unknown): JsonObject {
  const copy: unknown = JSON.parse(JSON.stringify(value ?? {}));
  return isJsonObject(copy) ? copy : {};
}

/** Of what is JSON all through: an object, no list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
