/**
 * One wire's questions and their replies: decide, carry out. Everything that changes or leaves goes through what is
 * passed in; the socket is not known here.
 */
import type { Clock } from '../clock.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import { identifiedBy } from './codec/client-facts.ts';
import { ExchangeFacts } from './exchange-facts.ts';
import type { DhcpFact } from './facts.ts';
import type { Lease } from './leases/lease.ts';
import type { WriteLeases } from './leases/lease-writer.ts';
import type { DhcpNotice } from './notice.ts';
import { type Case, type Question, withRelayOfLease } from './question.ts';
import type { Answer, Silence } from './replies/answer.ts';
import { OFFER_HOLD_MS, Offers } from './replies/offers.ts';
import { Replies, type RepliesParts } from './replies/replies.ts';
import { Retransmissions } from './replies/retransmissions.ts';
import { Returns } from './replies/returns.ts';
import { Strangers } from './strangers/strangers.ts';
import type { AddressProbe } from './watch/address-probe.ts';
import { UsedAddresses } from './watch/used-addresses.ts';
import { leaseSecondsFor } from './wires/network.ts';
import { decide, endNextDoor, type Places } from './wires/shared-network.ts';

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

export class Exchange {
  readonly #parts: ExchangeParts;
  readonly #sent = new Retransmissions();
  readonly #strangers: Strangers;
  readonly #used: UsedAddresses;
  readonly #told: ExchangeFacts;
  readonly #replies: Replies;
  readonly #offers: Offers;
  readonly #returns: Returns;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.#told = new ExchangeFacts(parts.onFact);
    this.#strangers = new Strangers(parts, parts.clock.now());
    this.#replies = new Replies(parts);
    this.#used = new UsedAddresses(parts);
    const forget = (question: Question): void => this.#forget(question);
    const shared = { ...parts, forget, told: this.#told, used: this.#used };
    this.#returns = new Returns({ ...shared, strangers: this.#strangers });
    this.#offers = new Offers({
      ...{ ...shared, replies: this.#replies, sent: this.#sent },
      again: (question) => this.receive(question),
      keepSilent: (question, reason) => this.#keepSilent(question, reason),
    });
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
        this.#offers.make(question, decided);
        break;
      case 'boot_offer':
        this.#offers.makeBoot(question);
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
        this.#returns.release(question, decided.address);
        break;
      case 'decline':
        this.#returns.decline(question, decided.address);
        break;
      case 'silence':
        this.#keepSilent(question, decided.reason);
        break;
    }
  }

  /** The lease counts at once, so that nobody else gets the address; the ACK leaves when it is on disk. */
  #acknowledge(question: Case, lease: Lease): void {
    const { facts, datagram, now } = question;
    this.#told.acknowledged(question);
    const { place } = question;
    for (const ended of endNextDoor(facts.leaseKey, { place, places: this.#parts.places }, now))
      this.#returns.end(ended.place, ended.lease);
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

  #keepSilent(question: Case, reason: Silence): void {
    const { facts } = question;
    this.#parts.counters.count(reason);
    if (reason === 'other_server_chosen') {
      this.#forget(question);
      if (facts.serverId !== null) this.#parts.onOtherServer(facts.serverId);
    }
    this.#told.unanswered(question, reason);
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
