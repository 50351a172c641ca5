/**
 * Clients read a resource, change it and send it back with the masks that they were shown. Where a value comes back as
 * it was shown, what is stored stays. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import { IngotError } from '../errors.ts';
import { isArray, type Json, type JsonObject } from '../json.ts';
import { holdsMask } from './masking.ts';

type Was = {
  readonly stored: JsonObject;
  /** The same as answers show it, masked. */
  readonly shown: JsonObject;
};

/**
 * `after` with the secrets of `stored`. Throws `invalid_input` for a mask in `touched` that has no secret behind it.
 */
export function withKeptSecrets(after: JsonObject, was: Was, touched: readonly string[]): JsonObject {
  const kept = keptObject(after, was.stored, was.shown);
  for (const name of touched) refuseMask(kept[name] ?? null);
  return kept;
}

function keptObject(given: JsonObject, stored: JsonObject, shown: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [
      key,
      Object.hasOwn(stored, key) ? kept(value, stored[key] ?? null, shown[key] ?? null) : value,
    ]),
  );
}

function kept(given: Json, stored: Json, shown: Json): Json {
  if (isDeepStrictEqual(given, shown)) return stored;
  if (given === null || stored === null || shown === null) return given;
  if (typeof given !== 'object' || typeof stored !== 'object' || typeof shown !== 'object') return given;
  if (!isArray(given) && !isArray(stored) && !isArray(shown)) return keptObject(given, stored, shown);
  if (!isArray(given) || !isArray(stored) || !isArray(shown)) return given;
  return keptList(given, stored, shown);
}

/**
 * By what they are and not by where they stand: a list that was sorted anew shall mix no secrets up. Each item that is
 * stored comes back once; of those that are shown alike, in their order.
 */
function keptList(given: readonly Json[], stored: readonly Json[], shown: readonly Json[]): readonly Json[] {
  const left = new Set(stored.keys());
  const take = (from: readonly Json[], item: Json): number | null => {
    for (const index of left) {
      if (!isDeepStrictEqual(from[index], item)) continue;
      left.delete(index);
      return index;
    }
    return null;
  };
  const asStored = given.map((item) => take(stored, item) !== null);
  return given.map((item, at) => {
    const index = asStored[at] === true ? null : take(shown, item);
    return index === null ? item : (stored[index] ?? item);
  });
}

/** Throws `invalid_input` when the mask that stands for a secret comes as a value. */
export function refuseMask(input: Json): void {
  if (!holdsMask(input)) return;
  throw new IngotError(
    'invalid_input',
    'A value is "******", which is the mask that stands for a secret, and no secret',
    {
      hint: 'Leave out the fields that you do not change; give the real secret where you do.',
    },
  );
}
