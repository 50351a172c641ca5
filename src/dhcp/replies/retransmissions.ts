/**
 * Recent replies, so that a repeated question gets the same bytes again without a new decision or write.
 * Questions are the same when nothing but `secs` differs.
 */
import type { Mac } from '../../net/mac.ts';
import { createRecentMap, type RecentMap } from '../../net/recent-map.ts';
import type { ClientMessage } from '../codec/message-type.ts';
import type { Reply } from './reply.ts';

/** Clients repeat within seconds; later the world may have changed. */
const KEEP_MS = 10_000;
/** Of one kind: 4,096 machines that start at once. */
const MOST_ENTRIES = 4096;
/** No client asks at greater length; the largest datagrams, times all entries, would be half a gigabyte. */
const MOST_QUESTION_BYTES = 1500;
/** `secs` stands at bytes 8 and 9. */
const SECS = { from: 8, to: 10 } as const;

type Entry = { readonly question: Uint8Array; readonly reply: Reply; readonly at: number };
type Repeatable = Extract<ClientMessage, 'discover' | 'request'>;

const nothing = (): Readonly<Record<Repeatable, RecentMap<Mac, Entry>>> => ({
  discover: createRecentMap(MOST_ENTRIES),
  request: createRecentMap(MOST_ENTRIES),
});

export class Retransmissions {
  #entries = nothing();

  remember(mac: Mac, type: Repeatable, entry: Entry): void {
    if (entry.question.length > MOST_QUESTION_BYTES) return;
    this.#entries[type].set(mac, entry);
  }

  find(mac: Mac, type: ClientMessage, question: { bytes: Uint8Array; now: number }): Reply | null {
    if (type !== 'discover' && type !== 'request') return null;
    const entry = this.#entries[type].get(mac);
    if (entry === undefined || question.now - entry.at > KEEP_MS) return null;
    return isSameQuestion(entry.question, question.bytes) ? entry.reply : null;
  }

  /** The clock was set: nobody knows how old they are. */
  clear(): void {
    this.#entries = nothing();
  }

  /** Its lease changed: nothing said before counts. */
  forget(mac: Mac): void {
    this.#entries.discover.delete(mac);
    this.#entries.request.delete(mac);
  }
}

function isSameQuestion(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) {
    if (one[at] !== other[at] && (at < SECS.from || at >= SECS.to)) return false;
  }
  return true;
}
