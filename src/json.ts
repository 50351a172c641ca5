/** JSON data as they are read. Pure. */
import type { Json } from './store/records.ts';

/** `Array.isArray` that narrows readonly arrays too. */
export function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
