/** Addresses of one network that are kept from others without a lease: offered ones, and ones in quarantine. */
import type { Ipv4 } from '../../net/ipv4.ts';
import { ExpiryCalendar } from './expiry-calendar.ts';
import type { Hold, Offer } from './lease.ts';
import { type LeaseKey, leaseKeyOf } from './lease-key.ts';

export class AddressHolds {
  readonly #offerAt = new Map<Ipv4, Offer>();
  readonly #offerTo = new Map<LeaseKey, Offer>();
  /** Address → end of its quarantine; the oldest first. */
  readonly #quarantine = new Map<Ipv4, number>();
  readonly #ends = new ExpiryCalendar<Ipv4>();

  offerTo(key: LeaseKey): Offer | null {
    return this.#offerTo.get(key) ?? null;
  }

  offerAt(address: Ipv4): Offer | null {
    return this.#offerAt.get(address) ?? null;
  }

  isQuarantined(address: Ipv4, now: number): boolean {
    const until = this.#quarantine.get(address);
    return until !== undefined && until > now;
  }

  /** Whether it is held at all; one that fell due is, until it is ended. */
  has(address: Ipv4): boolean {
    return this.#offerAt.has(address) || this.#quarantine.has(address);
  }

  /** What held the address before holds it no more. */
  offer(offer: Offer): void {
    this.end(offer.address);
    this.#offerTo.set(leaseKeyOf(offer), offer);
    this.#offerAt.set(offer.address, offer);
    this.#ends.put(offer.address, offer.until);
  }

  /** As `offer`. */
  quarantine(address: Ipv4, until: number): void {
    this.end(address);
    this.#quarantine.set(address, until);
    this.#ends.put(address, until);
  }

  /** Forgets the offer and the quarantine of an address. */
  end(address: Ipv4): void {
    const offer = this.#offerAt.get(address);
    if (offer !== undefined) this.#offerTo.delete(leaseKeyOf(offer));
    this.#offerAt.delete(address);
    this.#quarantine.delete(address);
    this.#ends.remove(address);
  }

  /** Takes out addresses whose time is over, at most `limit`; the caller ends them. */
  takeDue(now: number, limit: number): readonly Ipv4[] {
    return this.#ends.takeDue(now, limit);
  }

  /** Forgets everything, and returns what it was. */
  takeAll(): { readonly offers: readonly Offer[]; readonly quarantine: ReadonlyMap<Ipv4, number> } {
    const all = { offers: [...this.#offerAt.values()], quarantine: new Map(this.#quarantine) };
    this.#offerAt.clear();
    this.#offerTo.clear();
    this.#quarantine.clear();
    this.#ends.clear();
    return all;
  }

  /** What is offered, and what is in quarantine (then `mac` is null). */
  list(): readonly Hold[] {
    return [
      ...this.#offerAt.values(),
      ...[...this.#quarantine].map(([address, until]) => ({ address, mac: null, until })),
    ];
  }

  /** How many are offered. */
  get offered(): number {
    return this.#offerAt.size;
  }

  /** How many are in quarantine. */
  get quarantined(): number {
    return this.#quarantine.size;
  }
}
