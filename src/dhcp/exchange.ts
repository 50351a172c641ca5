/**
 * One datagram from question to reply: decode, recognise, decide, carry out. Everything that changes or leaves
 * goes through what is passed in; the socket is not known here.
 */
import type { Clock } from '../clock.ts';
import type { IngotError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import { type Answer, answer, type Silence } from './answer.ts';
import type { DhcpBootFields } from './boot-fields.ts';
import { type ClientFacts, readClient } from './client-facts.ts';
import type { DhcpCounters } from './counters.ts';
import type { Destination } from './destination.ts';
import { type DhcpFact, dhcpFact, type FactBody, silenceSentence, unansweredKind } from './facts.ts';
import type { LeaseJournal } from './lease-journal.ts';
import type { Lease, LeaseBook } from './leases.ts';
import { type DhcpNetwork, leaseSecondsFor } from './network.ts';
import { type DhcpPacket, decodePacket } from './packet.ts';
import { RepeatLimit } from './repeat-limit.ts';
import { composeReply, type Reply, type ReplyParts } from './reply.ts';
import type { Reservations } from './reservations.ts';
import { Retransmissions } from './retransmissions.ts';

export type ExchangeParts = {
  readonly network: DhcpNetwork;
  readonly book: LeaseBook;
  /** Shared by all servers of the process, so that they share each turn's fsync. */
  readonly journal: LeaseJournal;
  readonly reservations: Reservations;
  /** What a client boots; null: an address and nothing to boot. */
  readonly bootFields: (facts: ClientFacts, network: DhcpNetwork) => DhcpBootFields | null;
  /** Firmware and iPXE get short leases. */
  readonly isBooting: (facts: ClientFacts) => boolean;
  /** Whether a question is that of our own search for other servers, which a relay brought back. */
  readonly isOurSearch: (mac: Mac) => boolean;
  /** A machine takes the offer of that server. */
  readonly onOtherServer: (address: Ipv4) => void;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly counters: DhcpCounters;
  readonly onFact: (fact: DhcpFact) => void;
  readonly send: (bytes: Uint8Array, destination: Destination) => void;
};

/** An offered address is kept for this long; EDK2 collects offers for up to 60 s. */
const OFFER_HOLD_MS = 120_000;

type Question = {
  readonly datagram: Uint8Array;
  readonly packet: DhcpPacket;
  readonly facts: ClientFacts;
  readonly isBooting: boolean;
  readonly now: number;
};

type Granted = Pick<ReplyParts, 'kind' | 'yiaddr'>;

export class Exchange {
  readonly #parts: ExchangeParts;
  readonly #sent = new Retransmissions();
  /** Unanswered machines ask again every few seconds; one remark a minute and machine is enough. */
  readonly #remarks = new RepeatLimit({ quietMs: 60_000, mostKeys: 4096 });

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  /** Handles one datagram. Bad input is counted, never thrown. */
  receive(datagram: Uint8Array): void {
    const { counters } = this.#parts;
    const decoded = decodePacket(datagram);
    if (!decoded.ok) {
      counters.count(decoded.reason);
      return;
    }
    if (decoded.truncated) counters.count('options_truncated');
    const client = readClient(decoded.packet);
    if (!client.ok) {
      counters.count(client.reason);
      return;
    }
    this.#receiveFrom({
      datagram,
      packet: decoded.packet,
      facts: client.facts,
      isBooting: this.#parts.isBooting(client.facts),
      now: this.#parts.clock.now(),
    });
  }

  #receiveFrom(question: Question): void {
    const { book, counters, network, reservations } = this.#parts;
    const { facts, datagram, isBooting, now } = question;
    counters.count(`received_${facts.messageType}`);
    if (this.#parts.isOurSearch(facts.mac)) {
      counters.count('own_search');
      return;
    }
    const repeated = this.#sent.find(facts.mac, facts.messageType, { bytes: datagram, now });
    if (repeated !== null) {
      counters.count('retransmission');
      this.#dispatch(question, repeated);
      return;
    }
    book.sweep(now);
    this.#carryOut(question, answer(facts, { network, book, reservations, isBooting, now }));
  }

  #carryOut(question: Question, decided: Answer): void {
    switch (decided.kind) {
      case 'offer':
        this.#offer(question, decided);
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

  #offer(question: Question, { address, because }: Extract<Answer, { kind: 'offer' }>): void {
    const { facts, now, datagram } = question;
    this.#parts.book.hold({ address, mac: facts.mac, until: now + OFFER_HOLD_MS });
    const reply = this.#compose(question, { kind: 'offer', yiaddr: address });
    this.#sent.remember(facts.mac, 'discover', { question: datagram, reply, at: now });
    this.#dispatch(question, reply);
    this.#tell(question, { kind: 'dhcp.offer', address, sentence: `was offered ${address} (${because})` });
  }

  /** The lease counts at once, so that nobody else gets the address; the ACK leaves when it is on disk. */
  #acknowledge(question: Question, lease: Lease): void {
    const { facts, datagram, now } = question;
    const superseded = this.#parts.book.grant(lease, now);
    const reply = this.#compose(question, { kind: 'ack', yiaddr: lease.address });
    this.#journal(superseded === null ? [lease] : [superseded, lease], () => {
      this.#sent.remember(facts.mac, 'request', { question: datagram, reply, at: now });
      this.#dispatch(question, reply);
      const seconds = leaseSecondsFor(this.#parts.network, question.isBooting);
      const sentence = `leased ${lease.address} for ${seconds} s`;
      this.#tell(question, { kind: 'dhcp.ack', address: lease.address, sentence });
    });
  }

  #refuse(question: Question, { address, because }: Extract<Answer, { kind: 'nak' }>): void {
    this.#forget(question.facts);
    this.#dispatch(question, this.#compose(question, { kind: 'nak', yiaddr: null }, because));
    const sentence = `asked for ${address} and was refused: ${because}`;
    this.#tell(question, { kind: 'dhcp.nak', address, sentence });
  }

  #inform(question: Question, address: Ipv4): void {
    this.#dispatch(question, this.#compose(question, { kind: 'inform', yiaddr: null }));
    const sentence = `asked for options at its address ${address}`;
    this.#tell(question, { kind: 'dhcp.inform', address, sentence });
  }

  #release(question: Question, address: Ipv4): void {
    const { facts, now } = question;
    this.#endLease(facts, address, now);
    this.#tell(question, { kind: 'dhcp.release', address, sentence: `gave ${address} back` });
  }

  #decline(question: Question, address: Ipv4): void {
    const { book, counters, reservations } = this.#parts;
    const { facts, now } = question;
    this.#endLease(facts, address, now);
    const isReserved = reservations.holderOf(address) !== null;
    // A reservation is the operator's word: it is offered again, and the operator is told.
    if (!isReserved && !book.quarantine(address, now)) counters.count('quarantine_full');
    const sentence = `found ${address} in use by a foreign machine: look for a host with a fixed address there`;
    this.#tell(question, { kind: 'dhcp.decline', address, sentence });
  }

  #keepSilent(question: Question, reason: Silence): void {
    const { facts, now } = question;
    this.#parts.counters.count(reason);
    if (reason === 'other_server_chosen') {
      this.#forget(facts);
      if (facts.serverId !== null) this.#parts.onOtherServer(facts.serverId);
    }
    const kind = unansweredKind(facts);
    if (kind === null || !this.#remarks.allows(`${facts.mac} ${reason}`, now)) return;
    const address = facts.requestedAddress ?? facts.ciaddr;
    this.#tell(question, { kind, address, sentence: silenceSentence(reason, facts) });
  }

  #endLease(facts: ClientFacts, address: Ipv4, now: number): void {
    const { book } = this.#parts;
    const ended = book.leaseOf(facts.mac)?.address === address ? book.release(facts.mac, now) : null;
    this.#forget(facts);
    if (ended !== null) this.#journal([ended], () => undefined);
  }

  /** What was offered or said before no longer counts. */
  #forget(facts: ClientFacts): void {
    this.#parts.book.dropOffer(facts.mac);
    this.#sent.forget(facts.mac);
  }

  #journal(leases: readonly Lease[], done: () => void): void {
    const { journal, network, counters, log, clock } = this.#parts;
    journal.append({ network: network.name, leases }, (failure: IngotError | null) => {
      if (failure === null) {
        done();
        return;
      }
      counters.count('journal_failed');
      if (this.#remarks.allows('journal', clock.now()))
        log.error({ network: network.name, hint: failure.hint }, failure.message);
    });
  }

  #compose({ packet, facts, isBooting }: Question, granted: Granted, message: string | null = null): Reply {
    const { network, bootFields, reservations } = this.#parts;
    const isNak = granted.kind === 'nak';
    return composeReply({
      ...granted,
      question: packet,
      facts,
      network,
      isBooting,
      hostname: reservations.of(facts.mac)?.hostname ?? null,
      boot: isNak ? null : bootFields(facts, network),
      message,
    });
  }

  #dispatch({ facts }: Question, reply: Reply): void {
    const { network, counters, log, send } = this.#parts;
    const { kind, packet, destination, omitted } = reply;
    if (omitted.length > 0) counters.count('options_omitted');
    counters.count(`sent_${kind}`);
    send(reply.bytes, destination);
    const fields = {
      network: network.name,
      mac: facts.mac,
      xid: facts.xid.toString(16),
      asked: facts.messageType,
      yiaddr: packet.yiaddr,
      siaddr: packet.siaddr,
      file: packet.file,
      to: `${destination.address}:${destination.port}`,
      ...(omitted.length > 0 ? { omitted_options: omitted } : {}),
    };
    // An exchange ends with its ACK or NAK: that is its one line.
    if (kind === 'offer') log.debug(fields, 'DHCP offer');
    else log.info(fields, `DHCP ${kind}`);
  }

  #tell({ facts, now }: Question, body: FactBody): void {
    this.#parts.onFact(dhcpFact(facts, { network: this.#parts.network.name, at: now }, body));
  }
}
