/**
 * What values of nodes and ports must look like, whoever gives them: clients of the API, or inspection rules. What a
 * rule could set and the API would not take would spoil every later PATCH. Pure.
 */
import type { JsonObject } from '../json.ts';

/**
 * Ironic's `network-data-schema.json` in what it asks for at the top: nothing, or all three lists. Null: as it should
 * be.
 */
export function networkDataProblem(data: JsonObject): string | null {
  if (Object.keys(data).length === 0) return null;
  const lacking = ['links', 'networks', 'services'].find((list) => !Array.isArray(data[list]));
  if (lacking === undefined) return null;
  return `'${lacking}' ${data[lacking] === undefined ? 'is a required property' : 'is no list'}`;
}

/** Characters. */
export const LONGEST_TRAIT = 255;
/** Ironic takes `CUSTOM_…` and the list of os-traits, whose names all begin with one of these words. */
export const TRAIT = /^(CUSTOM|HW|COMPUTE|STORAGE|MISC|OWNER)_[A-Z0-9_]+$/;
export const NO_TRAIT = 'a trait is CUSTOM_ with capitals, digits and _, or one of os-traits';
