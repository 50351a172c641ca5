/** An exchange over a small network with a journal whose disk is quick, and what it said and told. */
import { createDhcpCounters, type DhcpCounters } from '../../src/dhcp/counters.ts';
import type { Destination } from '../../src/dhcp/destination.ts';
import { Exchange, type ExchangeParts } from '../../src/dhcp/exchange.ts';
import type { DhcpFact } from '../../src/dhcp/facts.ts';
import type { JournalEntry } from '../../src/dhcp/lease-journal.ts';
import { type DhcpPacket, decodePacket, encodePacket } from '../../src/dhcp/packet.ts';
import { createReservationTable, type ReservationTable } from '../../src/dhcp/reservations.ts';
import { createLog } from '../../src/log.ts';
import { bookOf, type MessageParts, message, NETWORK, NOW } from './samples.ts';

export const US = '10.77.0.1';

export type Sent = { readonly packet: DhcpPacket; readonly to: Destination };

export type ExchangeRig = {
  /** What it sent in answer to this message. */
  say(parts: MessageParts): readonly Sent[];
  /** A datagram as it comes, whatever it holds. */
  receive(datagram: Uint8Array): void;
  readonly sent: Sent[];
  readonly facts: DhcpFact[];
  readonly journaled: JournalEntry[];
  readonly counters: DhcpCounters;
  readonly reservations: ReservationTable;
  advance(seconds: number): void;
};

export function startExchange(changes: Partial<ExchangeParts> = {}): ExchangeRig {
  let now = NOW;
  const sent: Sent[] = [];
  const facts: DhcpFact[] = [];
  const journaled: JournalEntry[] = [];
  const counters = createDhcpCounters();
  const reservations = createReservationTable();
  const exchange = new Exchange({
    network: NETWORK,
    book: bookOf(),
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
    isOurSearch: () => false,
    onOtherServer: () => undefined,
    isBooting: ({ vendorClass }) => vendorClass?.startsWith('PXEClient') === true,
    bootFields: () => null,
    clock: { now: () => now },
    log: createLog('silent'),
    counters,
    onFact: (fact) => facts.push(fact),
    send: (bytes, to) => {
      const decoded = decodePacket(bytes);
      if (decoded.ok) sent.push({ packet: decoded.packet, to });
    },
    ...changes,
  });
  return {
    say: (parts) => {
      const before = sent.length;
      exchange.receive(encodePacket(message(parts)).bytes);
      return sent.slice(before);
    },
    receive: (datagram) => exchange.receive(datagram),
    ...{ sent, facts, journaled, counters, reservations },
    advance: (seconds) => {
      now += seconds * 1000;
    },
  };
}
