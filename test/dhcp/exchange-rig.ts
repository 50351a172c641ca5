/** The desk over a small network with a journal whose disk is quick, and what it said and told. */
import { bootStageOf } from '../../src/boot/client.ts';
import { type DhcpPacket, decodePacket, encodePacket } from '../../src/dhcp/codec/packet.ts';
import { createDhcpCounters, type DhcpCounters } from '../../src/dhcp/counters.ts';
import { createDesk, type DeskOptions } from '../../src/dhcp/desk.ts';
import type { DhcpFact } from '../../src/dhcp/facts.ts';
import type { JournalEntry } from '../../src/dhcp/leases/lease-journal.ts';
import { createReservationTable, type ReservationTable } from '../../src/dhcp/leases/reservations.ts';
import type { DhcpNotice } from '../../src/dhcp/notice.ts';
import type { Destination } from '../../src/dhcp/replies/destination.ts';
import type { DhcpNetwork } from '../../src/dhcp/wires/network.ts';
import type { Place } from '../../src/dhcp/wires/shared-network.ts';
import type { Arrival } from '../../src/dhcp/wires/wires.ts';
import { createLog } from '../../src/log.ts';
import { bookOf, type MessageParts, message, NETWORK, NOW } from './samples.ts';

export const US = '10.77.0.1';

export const ON_WIRE: Arrival = { by: 'interface', interface: 'eth1' };

export type Sent = { readonly packet: DhcpPacket; readonly to: Destination; readonly bytes: Uint8Array };

export type ExchangeRig = {
  /** What it sent in answer to this message. */
  say(parts: MessageParts, arrival?: Arrival, port?: number): readonly Sent[];
  /** A datagram as it comes, whatever it holds. */
  receive(datagram: Uint8Array, arrival?: Arrival, port?: number): readonly Sent[];
  /** What was counted so far. */
  counted(): Readonly<Record<string, number>>;
  readonly sent: Sent[];
  readonly facts: DhcpFact[];
  readonly notices: DhcpNotice[];
  readonly journaled: JournalEntry[];
  readonly counters: DhcpCounters;
  readonly reservations: ReservationTable;
  advance(seconds: number): void;
};

/** An empty network. */
export function placeOf(network: DhcpNetwork): Place {
  return { network, book: bookOf([], network) };
}

export function startExchange(changes: Partial<DeskOptions> = {}): ExchangeRig {
  let now = NOW;
  const sent: Sent[] = [];
  const facts: DhcpFact[] = [];
  const journaled: JournalEntry[] = [];
  const notices: DhcpNotice[] = [];
  const counters = createDhcpCounters();
  const reservations = createReservationTable();
  const desk = createDesk({
    places: [{ network: NETWORK, book: bookOf() }],
    journal: {
      load: async () => [],
      append: (entry, done) => {
        journaled.push(entry);
        done(null);
      },
      flush: async () => {},
      close: async () => {},
    },
    reservations,
    macOfUuid: () => null,
    isOurSearch: () => false,
    probeOn: () => null,
    onNotice: (notice) => notices.push(notice),
    onOtherServer: () => undefined,
    stageOf: bootStageOf,
    bootFields: () => null,
    clock: { now: () => now, onStep: () => undefined },
    log: createLog('silent'),
    counters,
    onFact: (fact) => facts.push(fact),
    ...changes,
  });
  const send = (bytes: Uint8Array, to: Destination): void => {
    const decoded = decodePacket(bytes);
    if (!decoded.ok) throw new Error(`a reply that cannot be read: ${decoded.reason}`);
    sent.push({ packet: decoded.packet, to, bytes });
  };
  const receive = (datagram: Uint8Array, arrival = ON_WIRE, port = 67): readonly Sent[] => {
    const before = sent.length;
    desk.receive(datagram, { arrival, source: { port }, send });
    return sent.slice(before);
  };
  return {
    receive,
    say: (parts, arrival, port) => receive(encodePacket(message(parts)).bytes, arrival, port),
    counted: () => Object.fromEntries(Object.entries(counters.snapshot()).filter(([, count]) => count > 0)),
    sent,
    facts,
    notices,
    journaled,
    counters,
    reservations,
    advance: (seconds) => {
      now += seconds * 1000;
    },
  };
}
