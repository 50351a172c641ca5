import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRecentMap } from '../../src/net/recent-map.ts';

type Call = { readonly do: 'set' | 'delete'; readonly key: number };

/** What a map with a bound holds after these calls, the one that was set longest ago first. */
function held(calls: readonly Call[], most: number): readonly number[] {
  let keys: readonly number[] = [];
  for (const { do: what, key } of calls) {
    const others = keys.filter((other) => other !== key);
    keys = what === 'set' ? [...others, key].slice(-most) : others;
  }
  return keys;
}

describe('a map with a bound', () => {
  test('holds those that were set last, whatever was set again or deleted between', () => {
    const calls = fc.array(
      fc.record({
        do: fc.constantFrom('set', 'set', 'delete' as const),
        key: fc.integer({ min: 0, max: 9 }),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(calls, fc.integer({ min: 1, max: 6 }), (made, most) => {
        const map = createRecentMap<number, string>(most);
        for (const { do: what, key } of made) {
          if (what === 'set') map.set(key, `value of ${key}`);
          else map.delete(key);
        }
        const keys = held(made, most);
        expect(map.size()).toBe(keys.length);
        for (let key = 0; key <= 9; key++)
          expect(map.get(key)).toBe(keys.includes(key) ? `value of ${key}` : undefined);
      }),
    );
  });

  test('goes on to forget the eldest after all of it was forgotten once', () => {
    const map = createRecentMap<number, number>(2);
    for (const key of [1, 2]) map.set(key, key);
    for (const key of [1, 2]) map.delete(key);
    for (const key of [3, 4, 5]) map.set(key, key);
    expect([3, 4, 5].map((key) => map.get(key))).toEqual([undefined, 4, 5]);
  });

  test.each([
    { state: 'has room', keys: 3 },
    { state: 'is full', keys: 100 },
  ])('holds no value that was replaced, while it $state', async ({ keys }) => {
    const map = createRecentMap<number, object>(100);
    const replaced: WeakRef<object>[] = [];
    for (let round = 0; round < 5_000 / keys; round++)
      for (let key = 0; key < keys; key++) {
        const value = { round };
        replaced.push(new WeakRef(value));
        map.set(key, value);
      }
    await collectGarbage();
    // Those that are held, and as many in what the map has just thrown away.
    expect(replaced.filter((value) => value.deref() !== undefined).length).toBeLessThan(500);
    expect(map.size()).toBe(keys);
  });
});

/** In a turn of its own: a reference that was made in this one counts until its end. */
async function collectGarbage(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
