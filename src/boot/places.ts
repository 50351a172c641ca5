/**
 * A bounded number of places for big downloads, and the line before them. Who finds no place is told when to come
 * back and keeps the place in the line meanwhile, so that a rack that starts at once is served in turn and nobody
 * starves. One client gets a share of the places only, or one host could stop a rack's boots. Pure but for its own
 * memory: the time is passed in.
 */

/** A machine loads one file after the other; what it broke off, and never closed, is cut after minutes only. */
const LEAST_SHARE = 4;
const SHARES = 16;

/** What one client gets of `count` places at once unless told otherwise. */
function usualShare(count: number): number {
  return Math.max(LEAST_SHARE, Math.ceil(count / SHARES));
}

/** A waiter that has not come back so long after it should have has given up. */
const GIVEN_UP_MS = 15_000;
/** Waiters due within this time hold a claim on the next free place. */
const SOON_MS = 1_000;
/** How long a place is kept for a client whose next file is about to be asked for: the ramdisk after its kernel. */
const KEPT_MS = 3_000;
/** Longest wait without a look at the line; more would let late-comers pass for longer. */
const LONGEST_WAIT_S = 10;
/** Waiters remembered; more are told to come back all the same, and stand at the end. */
const MOST_WAITING = 20_000;
/** From a place that becomes free to its next client's question: `Retry-After` counts in seconds. */
const BETWEEN_MS = 500;
/** What a download takes until the first has ended. */
const FIRST_GUESS_MS = 3_000;

export type Place =
  | {
      readonly kind: 'place';
      /** Gives the place back; kept for this client for a moment when another file of its own follows. */
      readonly leave: (next: 'another' | 'nothing', now: number) => void;
    }
  | {
      readonly kind: 'wait';
      readonly retryAfterS: number;
      /** 1 is the next. */
      readonly position: number;
      /** The first refusal of this wait. */
      readonly first: boolean;
      /** Its own downloads where they are what it waits for: as many as one client gets at once; null: everybody's. */
      readonly own: number | null;
    };

export type Places = {
  /** `jitterS`: a few seconds of the client's own, so that those refused at once do not come back as one. */
  ask(client: string, at: { readonly now: number; readonly jitterS: number }): Place;
  /** Clients in the line. */
  waiting(): number;
};

type Waiter = { dueAt: number };

/** `ownShare`: places that one client gets at once; null: the usual share. */
export function createPlaces(count: number, ownShare: number | null = null): Places {
  const share = ownShare ?? usualShare(count);
  let taken = 0;
  const held = new Map<string, number>();
  let usualMs = FIRST_GUESS_MS;
  const kept = new Map<string, number>();
  /** In the order of their first question. */
  const line = new Map<string, Waiter>();

  const forgetTheGone = (now: number): void => {
    for (const [client, until] of kept) if (until <= now) kept.delete(client);
    for (const [client, { dueAt }] of line) if (dueAt + GIVEN_UP_MS < now) line.delete(client);
  };

  const hasItsShare = (client: string): boolean => (held.get(client) ?? 0) >= share;

  /** All who stand before the client, and those of them who are about to ask again and could take a place. */
  const before = (client: string, now: number): { readonly all: number; readonly due: number } => {
    let [all, due] = [0, 0];
    for (const [other, { dueAt }] of line) {
      if (other === client) break;
      all++;
      if (dueAt <= now + SOON_MS && !hasItsShare(other)) due++;
    }
    return { all, due };
  };

  const take = (client: string, startedAt: number): Place => {
    line.delete(client);
    kept.delete(client);
    taken++;
    held.set(client, (held.get(client) ?? 0) + 1);
    let left = false;
    return {
      kind: 'place',
      leave: (next, now) => {
        if (left) return;
        left = true;
        taken--;
        const others = (held.get(client) ?? 0) - 1;
        if (others > 0) held.set(client, others);
        else held.delete(client);
        usualMs += (Math.max(0, now - startedAt) - usualMs) / 8;
        if (next === 'another') kept.set(client, now + KEPT_MS);
      },
    };
  };

  return {
    waiting: () => line.size,
    ask: (client, { jitterS, now }) => {
      forgetTheGone(now);
      const ahead = before(client, now);
      const own = hasItsShare(client) ? share : null;
      if (own === null && (kept.has(client) || taken + kept.size + ahead.due < count))
        return take(client, now);
      const known = line.get(client);
      const expectedS = (((ahead.all + 1) / count) * (usualMs + BETWEEN_MS)) / 1000;
      // Who came back is apart from the others already.
      const apart = known === undefined ? jitterS : 0;
      const retryAfterS = Math.min(LONGEST_WAIT_S, Math.max(1, Math.ceil(expectedS))) + apart;
      const dueAt = now + retryAfterS * 1000;
      if (known !== undefined) known.dueAt = dueAt;
      else if (line.size < MOST_WAITING) line.set(client, { dueAt });
      return { kind: 'wait', retryAfterS, position: ahead.all + 1, first: known === undefined, own };
    },
  };
}
