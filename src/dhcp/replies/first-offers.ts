/**
 * Which addresses are asked for by ARP before they are offered: dynamic ones that no machine ever had, on our own
 * wire. Never reservations (the operator's word), a machine's own earlier address, or what goes through a relay,
 * for ARP does not.
 */
import type { Ipv4 } from '../../net/ipv4.ts';
import type { ClientFacts } from '../codec/client-facts.ts';
import type { DhcpCounters } from '../counters.ts';
import type { AddressReason } from '../leases/pool.ts';
import type { AddressProbe } from '../watch/address-probe.ts';
import type { Waiter } from '../watch/probe-table.ts';
import type { Place } from '../wires/shared-network.ts';
import type { Arrival } from '../wires/wires.ts';
import type { Answer } from './answer.ts';

export type FirstOffersParts = {
  readonly probeOn: (nic: string) => AddressProbe | null;
  readonly counters: DhcpCounters;
};

/** What of a question matters here. */
type About = {
  readonly facts: Pick<ClientFacts, 'giaddr' | 'mac'>;
  readonly arrival: Arrival;
  readonly place: Place;
};

/** Addresses that are asked for ahead of their turn, and after how many offers that is done again. */
const AHEAD = 64;
const REFILL_EVERY = 16;

const NEW: ReadonlySet<AddressReason> = new Set(['as it asked', 'the longest unused']);

export class FirstOffers {
  readonly #parts: FirstOffersParts;
  #offersSinceRefill = REFILL_EVERY;

  constructor(parts: FirstOffersParts) {
    this.#parts = parts;
  }

  /** Whether the address has to be asked for first. */
  wants({ facts, arrival, place }: About, offer: Extract<Answer, { kind: 'offer' }>): boolean {
    const { network, book } = place;
    if (!network.arpProbe || facts.giaddr !== null || arrival.by !== 'interface') return false;
    if (!NEW.has(offer.because) || book.wasLeased(offer.address)) return false;
    const probe = this.#parts.probeOn(arrival.interface);
    if (probe === null) return false;
    const isClear = probe.takeClear(offer.address);
    if (!isClear || ++this.#offersSinceRefill > REFILL_EVERY) {
      this.#offersSinceRefill = 0;
      probe.prepare(book.upcoming(AHEAD).filter((address) => address !== offer.address));
    }
    return !isClear;
  }

  /** False, and no call, when too many are asked for at once: then it is offered unasked. */
  ask({ arrival }: About, address: Ipv4, waiter: Waiter): boolean {
    const probe = arrival.by === 'interface' ? this.#parts.probeOn(arrival.interface) : null;
    const asked = probe?.probe(address, waiter) ?? false;
    this.#parts.counters.count(asked ? 'probe_asked' : 'probe_skipped');
    return asked;
  }
}
