/** JSON that is almost right: one to four of its values are others, by type, size or name. */
import { pick, type Random } from './mutate.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const MOST_BENDS = 4;
/** Nested deeper than any honest body, and far from what a parser's stack takes. */
const DEEP = 400;

const ODD: readonly (() => Json)[] = [
  () => null,
  () => true,
  () => -1,
  () => 1e308,
  () => 2 ** 53,
  () => '',
  () => '\u0000',
  () => '\ud800',
  () => '../../etc/passwd',
  () => "'; DROP TABLE nodes; --",
  () => 'x'.repeat(20_000),
  () => [],
  () => ({}),
  () => Array.from({ length: 500 }, () => 0),
  () => JSON.parse('{"__proto__": {"admin": true}, "constructor": null}'),
  () => Array.from({ length: DEEP }).reduce<Json>((inner) => [inner], []),
];

export function bendJson(value: Json, random: Random): Json {
  let bent = value;
  for (let left = 1 + random.below(MOST_BENDS); left > 0; left--) bent = bendOnce(bent, random);
  return bent;
}

function bendOnce(value: Json, random: Random): Json {
  if (typeof value !== 'object' || value === null || random.below(8) === 0) return pick(random, ODD)();
  if (isList(value)) {
    if (value.length === 0) return [pick(random, ODD)()];
    const at = random.below(value.length);
    return value.map((item, index) => (index === at ? bendOnce(item, random) : item));
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return { [pick(random, ['toString', 'uuid', '__proto__x'])]: null };
  const at = random.below(entries.length);
  return Object.fromEntries(
    entries.flatMap(([key, inner], index): readonly (readonly [string, Json])[] => {
      if (index !== at) return [[key, inner]];
      switch (random.below(4)) {
        case 0:
          return [];
        case 1:
          return [[`${key}x`, inner]];
        default:
          return [[key, bendOnce(inner, random)]];
      }
    }),
  );
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
