/** What leaves: replies are made of what was decided and what there is to boot, sent, counted and logged. */
import type { Log } from '../../log.ts';
import type { ClientFacts } from '../codec/client-facts.ts';
import type { DhcpCounters } from '../counters.ts';
import type { Reservations } from '../leases/reservations.ts';
import type { Case, Question } from '../question.ts';
import type { DhcpNetwork } from '../wires/network.ts';
import type { DhcpBootFields } from './boot-fields.ts';
import { composeBootReply } from './boot-reply.ts';
import { atRelayPort, replyDestination } from './destination.ts';
import { composeReply, type Reply, type ReplyParts } from './reply.ts';

export type RepliesParts = {
  readonly reservations: Reservations;
  /** What a client boots; null: an address and nothing to boot. */
  readonly bootFields: (facts: ClientFacts, network: DhcpNetwork) => DhcpBootFields | null;
  readonly counters: DhcpCounters;
  readonly log: Log;
};

/** A reply that says what to boot, and the name or URL in it. */
export type BootOffer = { readonly reply: Reply; readonly file: string };

type Granted = Pick<ReplyParts, 'kind' | 'yiaddr'>;

export class Replies {
  readonly #parts: RepliesParts;

  constructor(parts: RepliesParts) {
    this.#parts = parts;
  }

  /** `message`: why not, for a NAK. */
  compose(question: Case, granted: Granted, message: string | null = null): Reply {
    const { packet, facts, stage, place, arrival } = question;
    const { bootFields, reservations } = this.#parts;
    const { network } = place;
    const isNak = granted.kind === 'nak';
    return composeReply({
      ...granted,
      question: packet,
      isRouted: arrival.by === 'address',
      facts,
      network,
      isBooting: stage !== null,
      hostname: reservations.of(facts.mac)?.hostname ?? null,
      boot: isNak ? null : bootFields(facts, network),
      message,
    });
  }

  /** Sends it, and logs the end of an exchange. */
  dispatch({ facts, port, send }: Question, reply: Reply): void {
    const { counters, log } = this.#parts;
    const { kind, header, omitted } = reply;
    // Of this question, not of the first one that had these bytes.
    const { asksFromOwnPort } = facts.relay;
    const destination = atRelayPort(reply.destination, { giaddr: facts.giaddr, asksFromOwnPort, port });
    if (omitted.length > 0) counters.count('options_omitted');
    counters.count(`sent_${kind}`);
    send(reply.bytes, destination);
    const fields = {
      network: reply.network,
      mac: facts.mac,
      xid: facts.xid,
      asked: facts.messageType,
      ...header,
      to: `${destination.address}:${destination.port}`,
      ...(omitted.length > 0 ? { omitted_options: omitted } : {}),
    };
    // An exchange ends with its ACK or NAK: that is its one line.
    if (kind === 'offer') log.debug(fields, 'DHCP offer');
    else log.info(fields, `DHCP ${kind.replace('_', ' ')}`);
  }

  /** What to boot, without an address; null when there is nothing to boot. */
  composeBootOffer({ packet, facts, arrival, place: { network } }: Case): BootOffer | null {
    const boot = this.#parts.bootFields(facts, network);
    if (boot === null) return null;
    const isRouted = arrival.by === 'address';
    const destination = replyDestination({ ...packet, cidr: network.cidr, isRouted, alone: null }, 'offer');
    const parts = { question: packet, facts, network, boot, destination };
    return { reply: composeBootReply({ ...parts, kind: 'boot_offer' }), file: boot.file };
  }
}
