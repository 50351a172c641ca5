/**
 * How many addresses machines that nobody knows may hold at once: on one switch port (a relay that adds option 82
 * tells it), behind one relay that tells no ports, and on the whole network. One machine that makes up a MAC for each
 * question can so neither take the addresses of machines on other ports and links nor those that known machines need.
 */
import type { Mac } from '../../net/mac.ts';
import type { LeaseKey } from '../leases/lease-key.ts';

/** What a stranger is told to be behind: its switch port, or at least its relay or switch. */
export type Behind = { readonly kind: 'port' | 'relay'; readonly name: string };

export type StrangerLimits = {
  readonly perPort: number;
  readonly perRelay: number;
  readonly perNetwork: number;
};

export type Stranger = {
  readonly key: LeaseKey;
  readonly mac: Mac;
  /** Null: nobody told. */
  readonly behind: Behind | null;
  /** When its offer or lease ends. */
  readonly until: number;
  /** It has an address already: it is counted, whatever is full. */
  readonly stays: boolean;
};

/** What is full; null: it is admitted. */
export type Full = Behind['kind'] | 'network';

/** Who is counted, behind what, until when. */
type Counted = { readonly mac: Mac; behind: Behind | null; until: number };

/**
 * Those whose time is over, and those that belong to nodes by now, are looked for when something is full, and then no
 * more often than this.
 */
const SWEEP_MS = 1_000;

export class StrangerQuota {
  readonly #limits: StrangerLimits;
  readonly #isKnown: (mac: Mac) => boolean;
  readonly #counted = new Map<LeaseKey, Counted>();
  readonly #held = { port: new Map<string, number>(), relay: new Map<string, number>() };
  #sweptAt = Number.NEGATIVE_INFINITY;

  /** `isKnown`: whether that is no stranger any more. */
  constructor(limits: StrangerLimits, isKnown: (mac: Mac) => boolean = () => false) {
    this.#limits = limits;
    this.#isKnown = isKnown;
  }

  /** Counts it until then; where it was told first to be, for as long as it is counted. */
  admit({ key, mac, behind, until, stays }: Stranger, now: number): Full | null {
    const before = this.#counted.get(key);
    if (before !== undefined && before.until > now) {
      before.until = until;
      if (before.behind === null) {
        before.behind = behind;
        this.#add(behind, 1);
      }
      return null;
    }
    this.leave(key);
    const full = stays ? null : this.#whatIsFull(behind, now);
    if (full !== null) return full;
    this.#counted.set(key, { mac, behind, until });
    this.#add(behind, 1);
    return null;
  }

  /** It gave its address back. */
  leave(key: LeaseKey): void {
    const counted = this.#counted.get(key);
    if (counted === undefined) return;
    this.#counted.delete(key);
    this.#add(counted.behind, -1);
  }

  /** Forgets all. */
  clear(): void {
    this.#counted.clear();
    this.#held.port.clear();
    this.#held.relay.clear();
    this.#sweptAt = Number.NEGATIVE_INFINITY;
  }

  #whatIsFull(behind: Behind | null, now: number): Full | null {
    const full = this.#fullNow(behind);
    if (full === null || now - this.#sweptAt < SWEEP_MS) return full;
    this.#sweptAt = now;
    for (const [key, { mac, until }] of this.#counted)
      if (until <= now || this.#isKnown(mac)) this.leave(key);
    return this.#fullNow(behind);
  }

  #fullNow(behind: Behind | null): Full | null {
    const { perNetwork, perPort, perRelay } = this.#limits;
    if (behind !== null) {
      const most = behind.kind === 'port' ? perPort : perRelay;
      if ((this.#held[behind.kind].get(behind.name) ?? 0) >= most) return behind.kind;
    }
    return this.#counted.size >= perNetwork ? 'network' : null;
  }

  #add(behind: Behind | null, change: 1 | -1): void {
    if (behind === null) return;
    const held = this.#held[behind.kind];
    const count = (held.get(behind.name) ?? 0) + change;
    if (count > 0) held.set(behind.name, count);
    else held.delete(behind.name);
  }
}
