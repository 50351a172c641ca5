/**
 * Who has which address on one network, in memory. Every dynamic address is in exactly one place: never used
 * yet, free (longest unused first), offered, leased, or in quarantine. A lease that ended stays on record until
 * somebody else gets the address, so that a machine comes back to its old one. All operations take constant
 * time: a /16 costs no more than a /24.
 */
import type { Ipv4 } from '../../net/ipv4.ts';
import { AddressHolds } from './address-holds.ts';
import type { DynamicAddresses } from './address-range.ts';
import { ExpiryCalendar } from './expiry-calendar.ts';
import { FreeAddresses } from './free-addresses.ts';
import { type Hold, type Holder, inTime, type Lease, NOBODY, type Offer } from './lease.ts';
import { type LeaseKey, leaseKeyOf } from './lease-key.ts';

/** Addresses of one network by what they are used for; `free` ones are of the ranges. */
export type Usage = {
  readonly leased: number;
  readonly offered: number;
  readonly declined: number;
  readonly free: number;
};

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

export class LeaseBook implements LeaseView {
  readonly #dynamic: DynamicAddresses;
  readonly #leaseAt = new Map<Ipv4, Lease>();
  readonly #leaseOf = new Map<LeaseKey, Lease>();
  readonly #free: FreeAddresses;
  readonly #leaseEnds = new ExpiryCalendar<Ipv4>();
  readonly #holds = new AddressHolds();
  /** Held addresses of no range: reserved ones, and leases of ranges that were. */
  readonly #heldOutside = new Set<Ipv4>();

  /** `leases` as the journal has them, the oldest end first. */
  constructor(dynamic: DynamicAddresses, leases: readonly Lease[], now: number) {
    this.#dynamic = dynamic;
    this.#free = new FreeAddresses(dynamic, (address) => this.#isHeld(address));
    for (const lease of leases) this.#load(lease, now);
  }

  leaseOf(key: LeaseKey): Lease | null {
    return this.#leaseOf.get(key) ?? null;
  }

  offerTo(key: LeaseKey): Offer | null {
    return this.#holds.offerTo(key);
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
    if (this.#holds.isQuarantined(address, now)) return { kind: 'quarantine' };
    const lease = this.#leaseAt.get(address);
    if (lease !== undefined && lease.expiresAt > now) return { kind: 'machine', key: leaseKeyOf(lease) };
    const offer = this.#holds.offerAt(address);
    if (offer !== null && offer.until > now) return { kind: 'machine', key: leaseKeyOf(offer) };
    return null;
  }

  longestUnused(keptBack: (address: Ipv4) => boolean): Ipv4 | null {
    return this.#free.longestUnused(keptBack);
  }

  /** Addresses that nobody used yet and that come up next, at most `most`. */
  upcoming(most: number): readonly Ipv4[] {
    return this.#free.upcoming(most);
  }

  /** Keeps the address for the machine until then; an earlier offer to it is void. */
  hold(offer: Offer): void {
    this.dropOffer(leaseKeyOf(offer));
    this.#holds.offer(offer);
    this.#settle(offer.address);
  }

  dropOffer(key: LeaseKey): void {
    const offer = this.#holds.offerTo(key);
    if (offer === null) return;
    this.#holds.end(offer.address);
    this.#settle(offer.address);
  }

  /**
   * Records a lease; the machine's offer is void. Returns what this ends on another address: the caller
   * journals it along with the lease.
   */
  grant(lease: Lease, now: number): Lease | null {
    const key = leaseKeyOf(lease);
    this.dropOffer(key);
    this.#holds.end(lease.address);
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
   * of the range is already quarantined, or the address is not of the range: then it only goes to the end of the queue,
   * and the machine that had it is not given it again for that.
   */
  quarantine(address: Ipv4, now: number): Lease | null {
    const most = Math.max(1, Math.floor(this.#dynamic.size * QUARANTINE_SHARE));
    if (this.#holds.quarantined >= most || !this.isDynamic(address)) {
      this.#forgetLeaseAt(address);
      this.#settle(address);
      return null;
    }
    this.#leaveAlone(address, now + QUARANTINE_MS);
    const times = { startedAt: now, expiresAt: now + QUARANTINE_MS };
    return { address, mac: NOBODY, hostname: null, relayInformation: null, giaddr: null, ...times };
  }

  /** Moves all times by as much as the wall clock was set by, so that nothing ends by that alone. */
  shift(byMs: number, now: number): void {
    const moved = <Timed extends Lease | Offer>(one: Timed): Timed =>
      'until' in one
        ? { ...one, until: one.until + byMs }
        : { ...one, startedAt: one.startedAt + byMs, expiresAt: one.expiresAt + byMs };
    const { offers, quarantine } = this.#holds.takeAll();
    this.#leaseEnds.clear();
    for (const lease of this.leases()) this.#record(moved(lease), now);
    for (const offer of offers) this.hold(moved(offer));
    for (const [address, until] of quarantine) this.#leaveAlone(address, until + byMs);
  }

  /** Frees what fell due. Called before each packet. */
  sweep(now: number): void {
    for (const address of this.#holds.takeDue(now, SWEEP_LIMIT)) {
      this.#holds.end(address);
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
    return this.#holds.list();
  }

  /** Counts, after a sweep. An address that is offered anew to the machine that has it counts in both. */
  usage(): Usage {
    const { offered, quarantined: declined } = this.#holds;
    const twice = this.#holds.list().filter(({ address }) => this.#leaseEnds.has(address)).length;
    const held = this.#leaseEnds.size + offered + declined - twice;
    const free = this.#dynamic.size - (held - this.#heldOutside.size);
    return { leased: this.#leaseEnds.size, offered, declined, free };
  }

  #load(lease: Lease, now: number): void {
    if (lease.mac !== NOBODY) this.#record(inTime(lease, now), now);
    // One that ended leaves no trace: nobody ever leased that address.
    else if (lease.expiresAt > now) this.#leaveAlone(lease.address, inTime(lease, now).expiresAt);
  }

  #leaveAlone(address: Ipv4, until: number): void {
    // Else the machine would be offered the bad address again when the quarantine ends.
    this.#forgetLeaseAt(address);
    this.#holds.quarantine(address, until);
    this.#settle(address);
  }

  #record(lease: Lease, now: number): void {
    const key = leaseKeyOf(lease);
    const before = this.#leaseAt.get(lease.address);
    if (before !== undefined && leaseKeyOf(before) !== key) this.#forgetLeaseAt(lease.address);
    this.#leaseAt.set(lease.address, lease);
    this.#leaseOf.set(key, lease);
    if (lease.expiresAt > now) this.#leaseEnds.put(lease.address, lease.expiresAt);
    else this.#leaseEnds.remove(lease.address);
    this.#settle(lease.address);
  }

  #forgetLeaseAt(address: Ipv4): void {
    const lease = this.#leaseAt.get(address);
    if (lease === undefined) return;
    const key = leaseKeyOf(lease);
    if (this.#leaseOf.get(key)?.address === address) this.#leaseOf.delete(key);
    this.#leaseAt.delete(address);
    this.#leaseEnds.remove(address);
  }

  #end(lease: Lease, now: number): Lease {
    const ended = { ...lease, expiresAt: now };
    this.#leaseAt.set(lease.address, ended);
    this.#leaseOf.set(leaseKeyOf(lease), ended);
    this.#leaseEnds.remove(lease.address);
    this.#settle(lease.address);
    return ended;
  }

  /** Puts a dynamic address among the free ones, or takes it out, as its holders say; others are only counted. */
  #settle(address: Ipv4): void {
    const isHeld = this.#isHeld(address);
    if (this.isDynamic(address)) {
      if (isHeld) this.#free.take(address);
      else this.#free.put(address);
    } else if (isHeld) this.#heldOutside.add(address);
    else this.#heldOutside.delete(address);
  }

  #isHeld(address: Ipv4): boolean {
    return this.#leaseEnds.has(address) || this.#holds.has(address);
  }
}
