/**
 * One wire's questions and their replies: decide, carry out. Everything that changes or leaves goes through what is
 * passed in; the socket is not known here.
 */
import type { Clock } from '../clock.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import type { AddressProbe } from './address-probe.ts';
import type { Answer, Silence } from './answer.ts';
import { identifiedBy } from './client-facts.ts';
import { ExchangeFacts } from './exchange-facts.ts';
import type { DhcpFact } from './facts.ts';
import { FirstOffers } from './first-offers.ts';
import type { Lease } from './lease.ts';
import { keptFor, leaseKeyOf } from './lease-key.ts';
import type { WriteLeases } from './lease-writer.ts';
import { leaseSecondsFor } from './network.ts';
import type { DhcpNotice } from './notice.ts';
import { type Case, type Question, withRelayOfLease } from './question.ts';
import { Replies, type RepliesParts } from './replies.ts';
import { Retransmissions } from './retransmissions.ts';
import { decide, endNextDoor, type Place, type Places } from './shared-network.ts';
import { Strangers } from './strangers.ts';
import { UsedAddresses } from './used-addresses.ts';

export type ExchangeParts = RepliesParts & {
  /** The wire's networks. */
  readonly places: Places;
  readonly write: WriteLeases;
  readonly clock: Pick<Clock, 'now'>;
  /** A machine takes the offer of that server. */
  readonly onOtherServer: (address: Ipv4) => void;
  readonly onFact: (fact: DhcpFact) => void;
  readonly onNotice: (notice: DhcpNotice) => void;
  /** Asks on an interface who has an address; null: it cannot be asked there now. */
  readonly probeOn: (nic: string) => AddressProbe | null;
};

/** An offered address is kept for this long; EDK2 collects offers for up to 60 s. */
const OFFER_HOLD_MS = 120_000;
/** Addresses that one question may find in use; the next question goes on from there. */
const MOST_FOUND_IN_USE = 4;

type Offered = Extract<Answer, { kind: 'offer' }>;

export class Exchange {
  readonly #parts: ExchangeParts;
  readonly #sent = new Retransmissions();
  readonly #strangers: Strangers;
  readonly #used: UsedAddresses;
  readonly #probes: FirstOffers;
  readonly #told: ExchangeFacts;
  readonly #replies: Replies;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.#told = new ExchangeFacts(parts.onFact);
    this.#strangers = new Strangers(parts, parts.clock.now());
    this.#probes = new FirstOffers(parts);
    this.#replies = new Replies(parts);
    this.#used = new UsedAddresses(parts);
  }

  /** Somebody has an address that is nobody's here. */
  inUse(address: Ipv4, usedBy: Mac): void {
    const place = this.#parts.places.find(({ book }) => book.isDynamic(address));
    const now = this.#parts.clock.now();
    if (place === undefined || place.book.holderOf(address, now) !== null) return;
    this.#used.found(place, { address, usedBy, refusedBy: null }, now);
  }

  /** The wall clock was set: what was remembered by it counts no more. */
  forgetTimes(now: number): void {
    this.#sent.clear();
    this.#told.forgetTimes();
    this.#strangers.recount(now);
  }

  /** Answers it, now or when the lease is on disk. */
  receive(question: Question): void {
    const { counters, places, reservations } = this.#parts;
    const { datagram, stage, now } = question;
    const isBooting = stage !== null;
    const { mac, messageType } = question.facts;
    const repeated = this.#sent.find(mac, messageType, { bytes: datagram, now });
    if (repeated !== null) {
      counters.count('retransmission');
      this.#replies.dispatch(question, repeated);
      return;
    }
    for (const { book } of places) book.sweep(now);
    const facts = withRelayOfLease(identifiedBy(places[0].network.identity, question.facts), places);
    const { place, answer } = decide(facts, places, { reservations, isBooting, now });
    const one: Case = { ...question, facts, place };
    this.#told.asked(one);
    const refusal = this.#refusal(one, answer);
    this.#carryOut(one, refusal === null ? answer : { kind: 'silence', reason: refusal });
  }

  #carryOut(question: Case, decided: Answer): void {
    switch (decided.kind) {
      case 'offer':
        this.#offer(question, decided);
        break;
      case 'boot_offer':
        this.#offerBoot(question);
        break;
      case 'ack':
        this.#acknowledge(question, decided.lease);
        break;
      case 'nak':
        this.#refuse(question, decided);
        break;
      case 'inform':
        this.#inform(question, decided.address);
        break;
      case 'release':
        this.#release(question, decided.address);
        break;
      case 'decline':
        this.#decline(question, decided.address);
        break;
      case 'silence':
        this.#keepSilent(question, decided.reason);
        break;
    }
  }

  #offer(question: Case, offer: Offered): void {
    const { facts, now, place } = question;
    const mayWait = this.#probes.wants(question, offer);
    place.book.hold({ ...keptFor(facts), address: offer.address, until: now + OFFER_HOLD_MS });
    if (
      mayWait &&
      this.#probes.ask(question, offer.address, (usedBy) => this.#asked(question, offer, usedBy))
    )
      return;
    this.#sendOffer(question, offer);
  }

  /** The question about the offered address is answered; meanwhile the machine may have gone elsewhere. */
  #asked(question: Case, offer: Offered, usedBy: Mac | null): void {
    const { facts, place } = question;
    const { leaseKey, mac } = facts;
    const now = this.#parts.clock.now();
    if (place.book.offerTo(leaseKey)?.address !== offer.address) return;
    if (usedBy === null || usedBy === mac) {
      this.#sendOffer(question, offer);
      return;
    }
    this.#forget(question);
    this.#used.found(place, { address: offer.address, usedBy, refusedBy: mac }, now);
    const foundInUse = (question.foundInUse ?? 0) + 1;
    if (foundInUse < MOST_FOUND_IN_USE) this.receive({ ...question, now, foundInUse });
    else this.#keepSilent(question, 'found_in_use');
  }

  #sendOffer(question: Case, { address, because }: Offered): void {
    const { facts, now, datagram } = question;
    const reply = this.#replies.compose(question, { kind: 'offer', yiaddr: address });
    this.#sent.remember(facts.mac, 'discover', { question: datagram, reply, at: now });
    this.#replies.dispatch(question, reply);
    this.#told.tell(question, {
      kind: 'dhcp.offer',
      address,
      sentence: `was offered ${address} (${because})`,
    });
  }

  #offerBoot(question: Case): void {
    const { facts, now, datagram } = question;
    const offer = this.#replies.composeBootOffer(question);
    if (offer === null) {
      this.#keepSilent(question, 'nothing_to_boot');
      return;
    }
    const { reply, file } = offer;
    this.#sent.remember(facts.mac, 'discover', { question: datagram, reply, at: now });
    this.#replies.dispatch(question, reply);
    const sentence = `was told to boot ${file}; another DHCP server gives its address`;
    this.#told.tell(question, { kind: 'dhcp.boot_file', address: null, sentence });
  }

  /** The lease counts at once, so that nobody else gets the address; the ACK leaves when it is on disk. */
  #acknowledge(question: Case, lease: Lease): void {
    const { facts, datagram, now } = question;
    this.#told.acknowledged(question);
    const { place } = question;
    for (const ended of endNextDoor(facts.leaseKey, { place, places: this.#parts.places }, now))
      this.#end(ended.place, ended.lease);
    const superseded = place.book.grant(lease, now);
    const reply = this.#replies.compose(question, { kind: 'ack', yiaddr: lease.address });
    this.#parts.write(place.network.name, superseded === null ? [lease] : [superseded, lease], () => {
      this.#sent.remember(facts.mac, 'request', { question: datagram, reply, at: now });
      this.#replies.dispatch(question, reply);
      const seconds = leaseSecondsFor(place.network, question.stage !== null);
      const sentence = `leased ${lease.address} for ${seconds} s`;
      this.#told.tell(question, { kind: 'dhcp.ack', address: lease.address, sentence });
    });
  }

  #refuse(question: Case, { address, because }: Extract<Answer, { kind: 'nak' }>): void {
    this.#forget(question);
    this.#replies.dispatch(question, this.#replies.compose(question, { kind: 'nak', yiaddr: null }, because));
    const sentence = `asked for ${address} and was refused: ${because}`;
    this.#told.tell(question, { kind: 'dhcp.nak', address, sentence });
  }

  #inform(question: Case, address: Ipv4): void {
    this.#replies.dispatch(question, this.#replies.compose(question, { kind: 'inform', yiaddr: null }));
    const sentence = `asked for options at its address ${address}`;
    this.#told.tell(question, { kind: 'dhcp.inform', address, sentence });
  }

  #release(question: Case, address: Ipv4): void {
    this.#endLease(question, address);
    this.#told.tell(question, { kind: 'dhcp.release', address, sentence: `gave ${address} back` });
  }

  #decline(question: Case, address: Ipv4): void {
    const { facts, now, place } = question;
    this.#endLease(question, address);
    this.#used.found(place, { address, usedBy: null, refusedBy: facts.mac }, now);
    const sentence = `found ${address} in use by a foreign machine: look for a host with a fixed address there`;
    this.#told.tell(question, { kind: 'dhcp.decline', address, sentence });
  }

  #keepSilent(question: Case, reason: Silence): void {
    const { facts } = question;
    this.#parts.counters.count(reason);
    if (reason === 'other_server_chosen') {
      this.#forget(question);
      if (facts.serverId !== null) this.#parts.onOtherServer(facts.serverId);
    }
    this.#told.unanswered(question, reason);
  }

  #endLease(question: Case, address: Ipv4): void {
    const { facts, now, place } = question;
    // Under its identifier, or under the bare MAC (see `isOwn`).
    const key = [facts.leaseKey, facts.mac].find((one) => place.book.leaseOf(one)?.address === address);
    const ended = key === undefined ? null : place.book.release(key, now);
    this.#forget(question);
    if (ended === null) this.#strangers.leave(place, facts.leaseKey);
    else this.#end(place, ended);
  }

  #end(place: Place, ended: Lease): void {
    this.#strangers.leave(place, leaseKeyOf(ended));
    this.#parts.write(place.network.name, [ended]);
  }

  /** Known machines get addresses, by a few identifiers each; others while there are not too many of them. */
  #refusal({ facts, place, now }: Case, decided: Answer): Silence | null {
    if (decided.kind !== 'offer' && decided.kind !== 'ack') return null;
    // Who is offered its address anew keeps the lease that it has.
    const leasedUntil = place.book.leaseOf(facts.leaseKey)?.expiresAt ?? 0;
    const until =
      decided.kind === 'ack' ? decided.lease.expiresAt : Math.max(now + OFFER_HOLD_MS, leasedUntil);
    const isKnown = this.#parts.reservations.of(facts.mac) !== null;
    return this.#strangers.refusal(place, facts, { isKnown, until, now });
  }

  /** What was offered or said before no longer counts. */
  #forget({ facts }: Question): void {
    for (const { book } of this.#parts.places) book.dropOffer(facts.leaseKey);
    this.#sent.forget(facts.mac);
  }
}
