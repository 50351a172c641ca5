/**
 * How many addresses machines that nobody knows may hold at once: on one switch port (a relay that adds option 82
 * tells it) and on the whole network. One machine that makes up a MAC for each question can so neither take the
 * addresses of machines on other ports nor those that known machines need.
 */
import type { Mac } from '../net/mac.ts';
import { ExpiryCalendar } from './expiry-calendar.ts';

export type StrangerLimits = {
  readonly perPort: number;
  readonly perNetwork: number;
};

export type Stranger = {
  readonly mac: Mac;
  /** Which switch port it is behind; null: nobody told. */
  readonly port: string | null;
  /** When its offer or lease ends. */
  readonly until: number;
  /** It has an address already: it is counted, whatever is full. */
  readonly stays: boolean;
};

/** What is full; null: it is admitted. */
export type Full = 'port' | 'network';

/** Strangers that are struck off in one go; the rest waits for the next packet. */
const SWEEP_LIMIT = 1000;

export class StrangerQuota {
  readonly #limits: StrangerLimits;
  readonly #portOf = new Map<Mac, string | null>();
  readonly #onPort = new Map<string, number>();
  readonly #ends = new ExpiryCalendar<Mac>();

  constructor(limits: StrangerLimits) {
    this.#limits = limits;
  }

  /** Counts it until then; where it was first, for as long as it is counted. */
  admit({ mac, port, until, stays }: Stranger, now: number): Full | null {
    for (const ended of this.#ends.takeDue(now, SWEEP_LIMIT)) this.leave(ended);
    if (!this.#portOf.has(mac)) {
      const full = stays ? null : this.#whatIsFull(port);
      if (full !== null) return full;
      this.#portOf.set(mac, port);
      if (port !== null) this.#onPort.set(port, this.#count(port) + 1);
    }
    this.#ends.put(mac, until);
    return null;
  }

  /** It gave its address back, or is known now. */
  leave(mac: Mac): void {
    const port = this.#portOf.get(mac);
    if (port === undefined) return;
    this.#portOf.delete(mac);
    this.#ends.remove(mac);
    if (port === null) return;
    const left = this.#count(port) - 1;
    if (left > 0) this.#onPort.set(port, left);
    else this.#onPort.delete(port);
  }

  /** Forgets all, when the wall clock was set: they are counted again with their next question. */
  clear(): void {
    this.#portOf.clear();
    this.#onPort.clear();
    this.#ends.clear();
  }

  #whatIsFull(port: string | null): Full | null {
    if (port !== null && this.#count(port) >= this.#limits.perPort) return 'port';
    return this.#portOf.size >= this.#limits.perNetwork ? 'network' : null;
  }

  #count(port: string): number {
    return this.#onPort.get(port) ?? 0;
  }
}
