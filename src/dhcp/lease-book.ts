/**
 * Who has which address on one network, in memory. Every dynamic address is in exactly one place: never used
 * yet, free (longest unused first), offered, leased, or in quarantine. A lease that ended stays on record until
 * somebody else gets the address, so that a machine comes back to its old one. All operations take constant
 * time: a /16 costs no more than a /24.
 */
import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import type { DynamicAddresses } from './address-range.ts';
import { ExpiryCalendar } from './expiry-calendar.ts';
import { type Kept, type LeaseKey, leaseKeyOf } from './lease-key.ts';
import { LookAhead } from './look-ahead.ts';

export type Lease = Kept & {
  readonly address: Ipv4;
  readonly hostname: string | null;
  /** Option 82 that came with the lease's request: renewals that pass no relay are answered by it, too. */
  readonly relayInformation: Uint8Array | null;
  /** Milliseconds since the epoch, both. A lease that ended is on record only. */
  readonly startedAt: number;
  readonly expiresAt: number;
};

/**
 * Whose lease in the journal is an address that is left alone because a foreign machine uses it: no machine has this
 * MAC. So a quarantine outlives a restart.
 */
export const NOBODY = '00:00:00:00:00:00' as Mac;

export type Offer = Kept & { readonly address: Ipv4; readonly until: number };

/** An address that is kept from others without a lease. */
export type Hold = { readonly address: Ipv4; readonly mac: Mac | null; readonly until: number };

/** Addresses of one network by what they are used for; `free` ones are of the ranges. */
export type Usage = {
  readonly leased: number;
  readonly offered: number;
  readonly declined: number;
  readonly free: number;
};

/** Who keeps an address from others at the moment. */
export type Holder = { readonly kind: 'machine'; readonly key: LeaseKey } | { readonly kind: 'quarantine' };

/** What choosing an address may read. */
export type LeaseView = {
  /** The machine's lease, also one that ended. */
  leaseOf(key: LeaseKey): Lease | null;
  offerTo(key: LeaseKey): Offer | null;
  holderOf(address: Ipv4, now: number): Holder | null;
  isDynamic(address: Ipv4): boolean;
  /** Whether a machine ever had it, as far as the journal goes. */
  wasLeased(address: Ipv4): boolean;
  /** A free dynamic address that `keptBack` does not claim, the longest unused; null when there is none. */
  longestUnused(keptBack: (address: Ipv4) => boolean): Ipv4 | null;
};

/** A declined address is left alone for this long (netboot practice: 10 minutes to a day). */
const QUARANTINE_MS = 3_600_000;
/** At most this part of the range may be in quarantine: declining is free for an attacker. */
const QUARANTINE_SHARE = 0.1;
/** Entries put back among the free ones in one sweep; the rest wait for the next packet. */
const SWEEP_LIMIT = 1000;
/** Free addresses looked at before giving up on finding one that is not kept back for a reservation. */
const LOOK_LIMIT = 256;

export class LeaseBook implements LeaseView {
  readonly #dynamic: DynamicAddresses;
  readonly #leaseAt = new Map<Ipv4, Lease>();
  readonly #leaseOf = new Map<LeaseKey, Lease>();
  readonly #offerAt = new Map<Ipv4, Offer>();
  readonly #offerTo = new Map<LeaseKey, Offer>();
  /** Address → end of its quarantine; the oldest first. */
  readonly #quarantine = new Map<Ipv4, number>();
  /** Used once, free now; the longest unused first. */
  readonly #free = new Set<Ipv4>();
  readonly #neverUsed: LookAhead<Ipv4>;
  readonly #leaseEnds = new ExpiryCalendar<Ipv4>();
  /** Ends of offers and quarantines. */
  readonly #holdEnds = new ExpiryCalendar<Ipv4>();

  /** `leases` as the journal has them, the oldest end first. */
  constructor(dynamic: DynamicAddresses, leases: readonly Lease[], now: number) {
    this.#dynamic = dynamic;
    this.#neverUsed = new LookAhead(dynamic.inOrder());
    for (const lease of leases) this.#load(lease, now);
  }

  leaseOf(key: LeaseKey): Lease | null {
    return this.#leaseOf.get(key) ?? null;
  }

  offerTo(key: LeaseKey): Offer | null {
    return this.#offerTo.get(key) ?? null;
  }

  isDynamic(address: Ipv4): boolean {
    return this.#dynamic.includes(address);
  }

  /** Dynamic addresses. */
  size(): number {
    return this.#dynamic.size;
  }

  wasLeased(address: Ipv4): boolean {
    return this.#leaseAt.has(address);
  }

  /** The lease of that address, also when it has ended; null: it has none on record. */
  lastLease(address: Ipv4): Lease | null {
    return this.#leaseAt.get(address) ?? null;
  }

  holderOf(address: Ipv4, now: number): Holder | null {
    const quarantinedUntil = this.#quarantine.get(address);
    if (quarantinedUntil !== undefined && quarantinedUntil > now) return { kind: 'quarantine' };
    const lease = this.#leaseAt.get(address);
    if (lease !== undefined && lease.expiresAt > now) return { kind: 'machine', key: leaseKeyOf(lease) };
    const offer = this.#offerAt.get(address);
    if (offer !== undefined && offer.until > now) return { kind: 'machine', key: leaseKeyOf(offer) };
    return null;
  }

  longestUnused(keptBack: (address: Ipv4) => boolean): Ipv4 | null {
    for (let address = this.#neverUsed.first(); address !== null; address = this.#neverUsed.first()) {
      if (!this.#isKnown(address)) {
        if (!keptBack(address)) return address;
        // Comes up again should its reservation go away.
        this.#free.add(address);
      }
      this.#neverUsed.drop();
    }
    let looks = Math.min(this.#free.size, LOOK_LIMIT);
    for (const address of this.#free) {
      if (looks-- === 0) return null;
      if (!keptBack(address)) return address;
      this.#free.delete(address);
      this.#free.add(address);
    }
    return null;
  }

  /** Addresses that nobody used yet and that come up next, at most `most`. */
  upcoming(most: number): readonly Ipv4[] {
    return this.#neverUsed.peek(most).filter((address) => !this.#isKnown(address));
  }

  /** Keeps the address for the machine until then; an earlier offer to it is void. */
  hold(offer: Offer): void {
    this.dropOffer(leaseKeyOf(offer));
    this.#clearHolds(offer.address);
    this.#offerTo.set(leaseKeyOf(offer), offer);
    this.#offerAt.set(offer.address, offer);
    this.#holdEnds.put(offer.address, offer.until);
    this.#settle(offer.address);
  }

  dropOffer(key: LeaseKey): void {
    const offer = this.#offerTo.get(key);
    if (offer === undefined) return;
    this.#clearHolds(offer.address);
    this.#settle(offer.address);
  }

  /**
   * Records a lease; the machine's offer is void. Returns what this ends on another address: the caller
   * journals it along with the lease.
   */
  grant(lease: Lease, now: number): Lease | null {
    const key = leaseKeyOf(lease);
    this.dropOffer(key);
    this.#clearHolds(lease.address);
    const before = this.#leaseOf.get(key);
    const moved = before !== undefined && before.address !== lease.address && before.expiresAt > now;
    const superseded = moved ? this.#end(before, now) : null;
    this.#record(lease, now);
    return superseded;
  }

  /** Ends the machine's lease now; null when it has none. The ended lease is for the journal. */
  release(key: LeaseKey, now: number): Lease | null {
    const lease = this.#leaseOf.get(key);
    return lease === undefined || lease.expiresAt <= now ? null : this.#end(lease, now);
  }

  /**
   * Leaves an address alone that is in use by somebody else; what is returned is for the journal. Null when too much
   * of the range is already quarantined, or the address is not of the range: then it only goes to the end of the queue.
   */
  quarantine(address: Ipv4, now: number): Lease | null {
    const most = Math.max(1, Math.floor(this.#dynamic.size * QUARANTINE_SHARE));
    if (this.#quarantine.size >= most || !this.isDynamic(address)) {
      this.#settle(address);
      return null;
    }
    this.#leaveAlone(address, now + QUARANTINE_MS);
    const times = { startedAt: now, expiresAt: now + QUARANTINE_MS };
    return { address, mac: NOBODY, hostname: null, relayInformation: null, ...times };
  }

  /** Moves all times by as much as the wall clock was set by, so that nothing ends by that alone. */
  shift(byMs: number, now: number): void {
    const moved = <Timed extends Lease | Offer>(one: Timed): Timed =>
      'until' in one
        ? { ...one, until: one.until + byMs }
        : { ...one, startedAt: one.startedAt + byMs, expiresAt: one.expiresAt + byMs };
    const [leases, offers, quarantine] = [this.leases(), [...this.#offerAt.values()], [...this.#quarantine]];
    this.#leaseEnds.clear();
    this.#holdEnds.clear();
    for (const lease of leases) this.#record(moved(lease), now);
    for (const offer of offers) this.hold(moved(offer));
    for (const [address, until] of quarantine) this.#leaveAlone(address, until + byMs);
  }

  /** Frees what fell due. Called before each packet. */
  sweep(now: number): void {
    for (const address of this.#holdEnds.takeDue(now, SWEEP_LIMIT)) {
      this.#clearHolds(address);
      this.#settle(address);
    }
    for (const address of this.#leaseEnds.takeDue(now, SWEEP_LIMIT)) this.#settle(address);
  }

  /** Every lease on record, ended ones too. */
  leases(): readonly Lease[] {
    return [...this.#leaseAt.values()];
  }

  /** What is offered, and what is in quarantine (then `mac` is null). */
  holds(): readonly Hold[] {
    return [
      ...[...this.#offerAt.values()],
      ...[...this.#quarantine].map(([address, until]) => ({ address, mac: null, until })),
    ];
  }

  /** Counts, after a sweep. `reserved`: addresses that may be leased though they are in no range. */
  usage(reserved: Iterable<Ipv4>): Usage {
    const [leased, offered, declined] = [this.#leaseEnds.size, this.#offerAt.size, this.#quarantine.size];
    let outside = 0;
    for (const address of reserved)
      if ((this.#leaseEnds.has(address) || this.#offerAt.has(address)) && !this.isDynamic(address)) outside++;
    const free = this.#dynamic.size - (leased + offered + declined - outside);
    return { leased, offered, declined, free: Math.max(0, free) };
  }

  #load(lease: Lease, now: number): void {
    if (lease.mac !== NOBODY) this.#record(inTime(lease, now), now);
    // One that ended leaves no trace: nobody ever leased that address.
    else if (lease.expiresAt > now) this.#leaveAlone(lease.address, inTime(lease, now).expiresAt);
  }

  #leaveAlone(address: Ipv4, until: number): void {
    this.#clearHolds(address);
    // Else the machine would be offered the bad address again when the quarantine ends.
    const lease = this.#leaseAt.get(address);
    if (lease !== undefined) this.#forget(lease);
    this.#quarantine.set(address, until);
    this.#holdEnds.put(address, until);
    this.#settle(address);
  }

  #record(lease: Lease, now: number): void {
    const previous = this.#leaseAt.get(lease.address);
    if (previous !== undefined) this.#forget(previous);
    this.#leaseAt.set(lease.address, lease);
    this.#leaseOf.set(leaseKeyOf(lease), lease);
    if (lease.expiresAt > now) this.#leaseEnds.put(lease.address, lease.expiresAt);
    this.#settle(lease.address);
  }

  #forget(lease: Lease): void {
    const key = leaseKeyOf(lease);
    if (this.#leaseOf.get(key)?.address === lease.address) this.#leaseOf.delete(key);
    this.#leaseAt.delete(lease.address);
    this.#leaseEnds.remove(lease.address);
  }

  /** Forgets the offer and the quarantine of an address. */
  #clearHolds(address: Ipv4): void {
    const offer = this.#offerAt.get(address);
    if (offer !== undefined) this.#offerTo.delete(leaseKeyOf(offer));
    this.#offerAt.delete(address);
    this.#quarantine.delete(address);
    this.#holdEnds.remove(address);
  }

  #end(lease: Lease, now: number): Lease {
    const ended = { ...lease, expiresAt: now };
    this.#leaseAt.set(lease.address, ended);
    this.#leaseOf.set(leaseKeyOf(lease), ended);
    this.#leaseEnds.remove(lease.address);
    this.#settle(lease.address);
    return ended;
  }

  /** Puts a dynamic address among the free ones, or takes it out, as its holders say. */
  #settle(address: Ipv4): void {
    const held = this.#leaseEnds.has(address) || this.#offerAt.has(address) || this.#quarantine.has(address);
    if (held) this.#free.delete(address);
    else if (this.isDynamic(address)) this.#free.add(address);
  }

  #isKnown(address: Ipv4): boolean {
    return (
      this.#free.has(address) ||
      this.#leaseEnds.has(address) ||
      this.#offerAt.has(address) ||
      this.#quarantine.has(address)
    );
  }
}

const DAY_MS = 86_400_000;

/**
 * A lease that began in the future was written before the clock was set back by more than a day (a dead battery, and
 * no time server yet): its end means nothing. The machine keeps the address for the lease's length, a day at most.
 */
function inTime(lease: Lease, now: number): Lease {
  if (lease.startedAt <= now + DAY_MS) return lease;
  const length = Math.max(0, lease.expiresAt - lease.startedAt);
  return { ...lease, startedAt: now, expiresAt: now + Math.min(length, DAY_MS) };
}
