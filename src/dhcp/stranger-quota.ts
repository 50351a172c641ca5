/**
 * How many addresses machines that nobody knows may hold at once: on one switch port (a relay that adds option 82
 * tells it) and on the whole network. One machine that makes up a MAC for each question can so neither take the
 * addresses of machines on other ports nor those that known machines need.
 */
import type { Mac } from '../net/mac.ts';
import type { LeaseKey } from './lease-key.ts';

export type StrangerLimits = {
  readonly perPort: number;
  readonly perNetwork: number;
};

export type Stranger = {
  readonly key: LeaseKey;
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

/** Who is counted, on which port, until when. */
type Counted = { readonly mac: Mac; readonly port: string | null; until: number };

/**
 * Those whose time is over, and those that belong to nodes by now, are looked for when something is full, and then no
 * more often than this.
 */
const SWEEP_MS = 1_000;

export class StrangerQuota {
  readonly #limits: StrangerLimits;
  readonly #isKnown: (mac: Mac) => boolean;
  readonly #counted = new Map<LeaseKey, Counted>();
  readonly #onPort = new Map<string, number>();
  #sweptAt = Number.NEGATIVE_INFINITY;

  /** `isKnown`: whether that is no stranger any more. */
  constructor(limits: StrangerLimits, isKnown: (mac: Mac) => boolean = () => false) {
    this.#limits = limits;
    this.#isKnown = isKnown;
  }

  /** Counts it until then; where it was first, for as long as it is counted. */
  admit({ key, mac, port, until, stays }: Stranger, now: number): Full | null {
    const before = this.#counted.get(key);
    if (before !== undefined && before.until > now) {
      before.until = until;
      return null;
    }
    this.leave(key);
    const full = stays ? null : this.#whatIsFull(port, now);
    if (full !== null) return full;
    this.#counted.set(key, { mac, port, until });
    if (port !== null) this.#onPort.set(port, this.#count(port) + 1);
    return null;
  }

  /** It gave its address back. */
  leave(key: LeaseKey): void {
    const counted = this.#counted.get(key);
    if (counted === undefined) return;
    this.#counted.delete(key);
    if (counted.port === null) return;
    const left = this.#count(counted.port) - 1;
    if (left > 0) this.#onPort.set(counted.port, left);
    else this.#onPort.delete(counted.port);
  }

  /** Forgets all. */
  clear(): void {
    this.#counted.clear();
    this.#onPort.clear();
    this.#sweptAt = Number.NEGATIVE_INFINITY;
  }

  #whatIsFull(port: string | null, now: number): Full | null {
    const full = this.#fullNow(port);
    if (full === null || now - this.#sweptAt < SWEEP_MS) return full;
    this.#sweptAt = now;
    for (const [key, { mac, until }] of this.#counted)
      if (until <= now || this.#isKnown(mac)) this.leave(key);
    return this.#fullNow(port);
  }

  #fullNow(port: string | null): Full | null {
    if (port !== null && this.#count(port) >= this.#limits.perPort) return 'port';
    return this.#counted.size >= this.#limits.perNetwork ? 'network' : null;
  }

  #count(port: string): number {
    return this.#onPort.get(port) ?? 0;
  }
}
