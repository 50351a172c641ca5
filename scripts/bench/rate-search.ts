/** The search for the highest rate that a server sustains: up by half until it loses too much, then by halves. Pure. */

/** Of questions without an answer; more is too much. */
const TOLERATED_LOSS = 0.005;

const FIRST_RATE = 2_000;
const GROWTH = 1.5;
/** The search ends when the bounds are this close. */
const CLOSE_ENOUGH = 0.04;

export type RateSearch = {
  /** The highest rate begun that was sustained, 0 at first; and the lowest that was not, null at first. */
  readonly good: number;
  readonly bad: number | null;
  /** The highest rate completed. */
  readonly best: number;
  /** A rate that failed once: the machine may have hiccuped, so it is tried again before it counts. */
  readonly doubtful: number | null;
};

export const FRESH_SEARCH: RateSearch = { good: 0, bad: null, best: 0, doubtful: null };

/** The rate to try next; null when the limit is known. */
export function nextRate({ good, bad, doubtful }: RateSearch): number | null {
  if (doubtful !== null) return doubtful;
  if (bad === null) return good === 0 ? FIRST_RATE : Math.round(good * GROWTH);
  const middle = Math.round((good + bad) / 2);
  return bad - good <= bad * CLOSE_ENOUGH ? null : middle;
}

/** A client that cannot begin as much as it should has met its own limit: there is no use in asking for more. */
export function learn(
  search: RateSearch,
  tried: number,
  result: { readonly rate: number; readonly lost: number },
): RateSearch {
  const kept = result.lost <= TOLERATED_LOSS;
  const best = kept ? Math.max(search.best, result.rate) : search.best;
  if (kept && result.rate > tried * 0.9) return { ...search, good: tried, best, doubtful: null };
  if (search.doubtful === null) return { ...search, best, doubtful: tried };
  return { ...search, bad: tried, best, doubtful: null };
}
