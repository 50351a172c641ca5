/**
 * Recent replies, so that a repeated question gets the same bytes again without a new decision or write.
 * Questions are the same when nothing but `secs` differs.
 */
import type { Mac } from '../net/mac.ts';
import type { ClientMessage } from './message-type.ts';
import type { Reply } from './reply.ts';

/** Clients repeat within seconds; later the world may have changed. */
const KEEP_MS = 10_000;
/** Two for each of 4,096 machines that start at once. */
const MOST_ENTRIES = 8192;
/** `secs` stands at bytes 8 and 9. */
const SECS = { from: 8, to: 10 } as const;

type Entry = { readonly question: Uint8Array; readonly reply: Reply; readonly at: number };

export class Retransmissions {
  readonly #entries = new Map<string, Entry>();

  remember(mac: Mac, type: ClientMessage, entry: Entry): void {
    const key = `${mac} ${type}`;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size <= MOST_ENTRIES) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }

  find(mac: Mac, type: ClientMessage, question: { bytes: Uint8Array; now: number }): Reply | null {
    const entry = this.#entries.get(`${mac} ${type}`);
    if (entry === undefined || question.now - entry.at > KEEP_MS) return null;
    return isSameQuestion(entry.question, question.bytes) ? entry.reply : null;
  }

  /** Its lease changed: nothing said before counts. */
  forget(mac: Mac): void {
    for (const type of ['discover', 'request'] as const) this.#entries.delete(`${mac} ${type}`);
  }
}

function isSameQuestion(one: Uint8Array, other: Uint8Array): boolean {
  return (
    Buffer.compare(one.subarray(0, SECS.from), other.subarray(0, SECS.from)) === 0 &&
    Buffer.compare(one.subarray(SECS.to), other.subarray(SECS.to)) === 0
  );
}
