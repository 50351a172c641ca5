/** A Map with a bound: the entry that was set longest ago is forgotten first. */
export type RecentMap<Key, Value> = {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
  delete(key: Key): void;
  readonly size: () => number;
};

export function createRecentMap<Key, Value>(most: number): RecentMap<Key, Value> {
  const map = new Map<Key, Value>();
  return {
    get: (key) => map.get(key),
    size: () => map.size,
    delete: (key) => void map.delete(key),
    set: (key, value) => {
      // To the end, as the newest.
      map.delete(key);
      map.set(key, value);
      if (map.size <= most) return;
      const oldest = map.keys().next();
      if (!oldest.done) map.delete(oldest.value);
    },
  };
}
