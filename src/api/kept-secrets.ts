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
  // Nothing of it is masked, so nothing can come back masked.
  if (isDeepStrictEqual(stored, shown)) return given;
  if (given === null || stored === null || shown === null) return given;
  if (typeof given !== 'object' || typeof stored !== 'object' || typeof shown !== 'object') return given;
  if (!isArray(given) && !isArray(stored) && !isArray(shown)) return keptObject(given, stored, shown);
  if (!isArray(given) || !isArray(stored) || !isArray(shown)) return given;
  return keptList(given, stored, shown);
}

/**
 * By what they are and not by where they stand: a list that was sorted anew shall mix no secrets up. Each item that is
 * stored comes back once; of those that are shown alike, in their order. Found by their texts: lists may be long.
 */
function keptList(given: readonly Json[], stored: readonly Json[], shown: readonly Json[]): readonly Json[] {
  const left = new Set(stored.keys());
  const [inStored, inShown] = [placesByText(stored), placesByText(shown)];
  const take = (places: ReadonlyMap<string, number[]>, text: string): number | null => {
    const alike = places.get(text) ?? [];
    for (let place = alike.pop(); place !== undefined; place = alike.pop())
      if (left.delete(place)) return place;
    return null;
  };
  const texts = given.map(textOf);
  const asStored = texts.map((text) => take(inStored, text) !== null);
  return given.map((item, at) => {
    const place = asStored[at] === true ? null : take(inShown, texts[at] ?? '');
    return place === null ? item : (stored[place] ?? item);
  });
}

/** Where each text stands, the first place last. */
function placesByText(items: readonly Json[]): ReadonlyMap<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [place, item] of [...items.entries()].reverse()) {
    const text = textOf(item);
    const alike = places.get(text);
    if (alike === undefined) places.set(text, [place]);
    else alike.push(place);
  }
  return places;
}

/** The same for objects whose keys stand in another order. */
function textOf(item: Json): string {
  return JSON.stringify(item, (_key, value: Json) =>
    value === null || typeof value !== 'object' || isArray(value)
      ? value
      : Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))),
  );
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
