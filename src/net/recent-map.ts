/** A Map with a bound: the entry that was set longest ago is forgotten first. */
export type RecentMap<Key, Value> = {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
  delete(key: Key): void;
  readonly size: () => number;
};

export function createRecentMap<Key, Value>(most: number): RecentMap<Key, Value> {
  const map = new Map<Key, Value>();
  // Goes on where it stopped: from the start it would pass the place of every entry that was deleted since.
  let eldest = map.keys();
  let setsOfThisWalk = 0;
  const dropEldest = (): void => {
    let next = eldest.next();
    if (next.done) {
      eldest = map.keys();
      next = eldest.next();
    }
    if (!next.done) map.delete(next.value);
  };
  return {
    get: (key) => map.get(key),
    size: () => map.size,
    delete: (key) => void map.delete(key),
    set: (key, value) => {
      // A walk holds all that the map has thrown away since it began, keys and values: it may not grow old.
      if (++setsOfThisWalk > most) {
        eldest = map.keys();
        setsOfThisWalk = 0;
      }
      // To the end, as the newest.
      map.delete(key);
      map.set(key, value);
      if (map.size > most) dropEldest();
    },
  };
}
