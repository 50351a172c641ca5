/** The downloads under way, by client address and port, with what the limits need to know of them. */
import type { Ipv4 } from '../net/ipv4.ts';
import { createRecentMap } from '../net/recent-map.ts';
import type { Session } from './transfer-session.ts';

export type Peer = { readonly address: Ipv4; readonly port: number };

export type SessionTable = {
  size(): number;
  of(peer: { readonly address: string; readonly port: number }): Session | null;
  /** It is served, or was until a moment ago: what it says out of place is late, no stranger's. */
  knows(peer: { readonly address: string; readonly port: number }): boolean;
  ofClient(address: Ipv4): number;
  /** The session of this peer when it is still unanswered and began with the same request. */
  isRepeat(peer: Peer, request: string): boolean;
  add(peer: Peer, request: string, session: Session): void;
  /** Closes and forgets the peer's session; true when there was one. */
  replace(peer: Peer): boolean;
  /** Forgets a session that has ended by itself, unless the peer already has a newer one. */
  ended(peer: Peer, session: Session): void;
  ownsPort(port: number): boolean;
  tick(elapsedMs: number): void;
  /** Closes all; returns how many there were. */
  closeAll(): number;
};

/** A last ACK that was sent twice, or took a slow way, comes within this time. */
const REMEMBERED_MS = 10_000;
const MOST_REMEMBERED = 4096;

/** `elapsed`: milliseconds since some fixed moment. */
export function createSessionTable(elapsed: () => number): SessionTable {
  const entries = new Map<string, { readonly session: Session; readonly request: string }>();
  const perClient = new Map<Ipv4, number>();
  const endedAt = createRecentMap<string, number>(MOST_REMEMBERED);
  const keyOf = (peer: { readonly address: string; readonly port: number }): string =>
    `${peer.address}:${peer.port}`;

  const forget = (peer: Peer): void => {
    if (!entries.delete(keyOf(peer))) return;
    endedAt.set(keyOf(peer), elapsed());
    const left = (perClient.get(peer.address) ?? 1) - 1;
    if (left > 0) perClient.set(peer.address, left);
    else perClient.delete(peer.address);
  };

  return {
    size: () => entries.size,
    of: (peer) => entries.get(keyOf(peer))?.session ?? null,
    knows: (peer) => {
      const key = keyOf(peer);
      return entries.has(key) || elapsed() - (endedAt.get(key) ?? Number.NEGATIVE_INFINITY) < REMEMBERED_MS;
    },
    ofClient: (address) => perClient.get(address) ?? 0,
    // Some ROMs always ask from the same port: a request after the first ACK, or for something else, is a new one.
    isRepeat: (peer, request) => {
      const entry = entries.get(keyOf(peer));
      return entry !== undefined && entry.request === request && !entry.session.heard();
    },
    add: (peer, request, session) => {
      entries.set(keyOf(peer), { session, request });
      perClient.set(peer.address, (perClient.get(peer.address) ?? 0) + 1);
    },
    replace: (peer) => {
      const entry = entries.get(keyOf(peer));
      entry?.session.close();
      forget(peer);
      return entry !== undefined;
    },
    ended: (peer, session) => {
      if (entries.get(keyOf(peer))?.session === session) forget(peer);
    },
    ownsPort: (port) => [...entries.values()].some(({ session }) => session.port() === port),
    tick: (elapsedMs) => {
      for (const { session } of [...entries.values()]) session.tick(elapsedMs);
    },
    closeAll: () => {
      const count = entries.size;
      for (const { session } of entries.values()) session.close();
      entries.clear();
      perClient.clear();
      return count;
    },
  };
}
