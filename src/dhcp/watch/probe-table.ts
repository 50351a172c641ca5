/**
 * Which addresses were asked for by ARP, and what came of it. An address that nobody answers for within 150 ms is
 * clear for some minutes; so a storm finds addresses that were asked for ahead of it. Bounded: when too many questions
 * are open, an address is offered unasked, for a late OFFER would harm every machine and a clash is rare. Time and
 * frames are passed in.
 */
import type { Ipv4 } from '../../net/ipv4.ts';
import type { Mac } from '../../net/mac.ts';
import { createRecentMap } from '../../net/recent-map.ts';

export type ProbeTableOptions = {
  /** Sends a question for the address. */
  readonly ask: (address: Ipv4) => void;
  /** Told of an address that somebody has though no machine waits for it, or waits no longer. */
  readonly onUsed: (address: Ipv4, by: Mac) => void;
  /** A machine that answers for whatever is asked (a router with proxy ARP): it is believed no more. */
  readonly onProxy: (mac: Mac) => void;
};

/** Called with the MAC that answered, or null when nobody did. */
export type Waiter = (usedBy: Mac | null) => void;

type Pending = { readonly askedAt: number; askedAgain: boolean; readonly waiters: Waiter[] };

/** How long an answer may take: ARP answers within a millisecond, a busy or sleeping host needs more. */
export const WAIT_MS = 150;
/** One question may be lost. */
const ASK_AGAIN_MS = 60;
/** A host with a fixed address may be switched on any time. */
const CLEAR_MS = 300_000;
export const MOST_PENDING = 256;
const MOST_CLEAR = 1024;
/** Who answers for more different addresses than this answers for all of them. */
const MOST_ADDRESSES_OF_ONE = 3;
const MOST_ANSWERERS = 256;

export class ProbeTable {
  readonly #options: ProbeTableOptions;
  /** The oldest question first. */
  readonly #pending = new Map<Ipv4, Pending>();
  /** Address → when it was found clear. */
  readonly #clear = createRecentMap<Ipv4, number>(MOST_CLEAR);
  /** MAC → the addresses that it answered for. */
  readonly #answerers = createRecentMap<Mac, Set<Ipv4>>(MOST_ANSWERERS);

  constructor(options: ProbeTableOptions) {
    this.#options = options;
  }

  pending(): number {
    return this.#pending.size;
  }

  isClear(address: Ipv4, now: number): boolean {
    const since = this.#clear.get(address);
    return since !== undefined && now - since < CLEAR_MS;
  }

  /** As `isClear`, and forgets it: it is offered now, and who answers for it later is its machine. */
  takeClear(address: Ipv4, now: number): boolean {
    const isClear = this.isClear(address, now);
    this.#clear.delete(address);
    return isClear;
  }

  /** Calls `waiter` when it is known; false, and no call, when too many questions are open. */
  probe(address: Ipv4, now: number, waiter?: Waiter): boolean {
    const open = this.#pending.get(address);
    const waiters = waiter === undefined ? [] : [waiter];
    if (open !== undefined) {
      open.waiters.push(...waiters);
      return true;
    }
    if (this.#pending.size >= MOST_PENDING) return false;
    this.#pending.set(address, { askedAt: now, askedAgain: false, waiters });
    this.#options.ask(address);
    return true;
  }

  /** Asks for those that are not known to be clear, while half of the questions are left for machines that wait. */
  prepare(addresses: readonly Ipv4[], now: number): void {
    for (const address of addresses) {
      if (this.#pending.size >= MOST_PENDING / 2) return;
      if (!this.isClear(address, now)) this.probe(address, now);
    }
  }

  /** Somebody says to have the address: in time, or after all. What was not asked for does not count. */
  answered(address: Ipv4, by: Mac): void {
    const open = this.#pending.get(address);
    if (open === undefined && this.#clear.get(address) === undefined) return;
    if (this.#answersForAll(by, address)) return;
    this.#clear.delete(address);
    this.#pending.delete(address);
    const waiters = open?.waiters ?? [];
    for (const waiter of waiters) waiter(by);
    if (waiters.length === 0) this.#options.onUsed(address, by);
  }

  /** Ends the questions whose time is up, and repeats the others once. */
  tick(now: number): void {
    for (const [address, open] of this.#pending) {
      const age = now - open.askedAt;
      if (age >= WAIT_MS) this.#found(address, open, now);
      else if (age >= ASK_AGAIN_MS && !open.askedAgain) {
        open.askedAgain = true;
        this.#options.ask(address);
      }
    }
  }

  #answersForAll(mac: Mac, address: Ipv4): boolean {
    const addresses = this.#answerers.get(mac) ?? new Set();
    if (addresses.size > MOST_ADDRESSES_OF_ONE) return true;
    addresses.add(address);
    this.#answerers.set(mac, addresses);
    if (addresses.size <= MOST_ADDRESSES_OF_ONE) return false;
    this.#options.onProxy(mac);
    return true;
  }

  #found(address: Ipv4, { waiters }: Pending, now: number): void {
    this.#pending.delete(address);
    this.#clear.set(address, now);
    for (const waiter of waiters) waiter(null);
  }
}
