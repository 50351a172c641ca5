import { beforeEach, describe, expect, it } from 'vitest';
import { type DhcpPacket, decodePacket, encodePacket } from '../../src/dhcp/codec/packet.ts';
import { createDhcpCounters, type DhcpCounters } from '../../src/dhcp/counters.ts';
import { Exchange } from '../../src/dhcp/exchange.ts';
import type { DhcpFact } from '../../src/dhcp/facts.ts';
import type { LeaseBook } from '../../src/dhcp/leases/lease-book.ts';
import type { JournalEntry, LeaseJournal } from '../../src/dhcp/leases/lease-journal.ts';
import { createLeaseWriter } from '../../src/dhcp/leases/lease-writer.ts';
import { createReservationTable } from '../../src/dhcp/leases/reservations.ts';
import type { Destination } from '../../src/dhcp/replies/destination.ts';
import { IngotError } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import { bookOf, factsOf, ip, type MessageParts, mac, message, NETWORK, NOW } from './samples.ts';

/** A journal whose disk is slow: the test says when a write is done, and how it ended. */
class SlowJournal implements LeaseJournal {
  readonly entries: JournalEntry[] = [];
  #waiting: ((failure: IngotError | null) => void)[] = [];

  append(entry: JournalEntry, done: (failure: IngotError | null) => void): void {
    this.entries.push(entry);
    this.#waiting.push(done);
  }
  finish(failure: IngotError | null = null): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const done of waiting) done(failure);
  }
  async load(): Promise<readonly []> {
    return [];
  }
  async flush(): Promise<void> {
    this.finish();
  }
  async close(): Promise<void> {}
}

const US = '10.77.0.1';
let journal: SlowJournal;
let book: LeaseBook;
let counters: DhcpCounters;
let sent: { packet: DhcpPacket; bytes: Uint8Array; to: Destination }[];
let facts: DhcpFact[];
let now: number;
let exchange: Exchange;

function restart(mode: 'authoritative' | 'reservations' = 'authoritative'): void {
  journal = new SlowJournal();
  book = bookOf();
  counters = createDhcpCounters();
  sent = [];
  facts = [];
  now = NOW;
  const clock = { now: () => now };
  const log = createLog('silent');
  exchange = new Exchange({
    places: [{ network: { ...NETWORK, mode }, book }],
    write: createLeaseWriter({ journal, counters, clock, log }),
    reservations: createReservationTable(),
    onOtherServer: () => undefined,
    bootFields: (_facts, network) => ({ siaddr: network.address, file: 'undionly.kpxe', options: [] }),
    clock,
    log,
    counters,
    onFact: (fact) => facts.push(fact),
    onNotice: () => undefined,
    probeOn: () => null,
  });
}
beforeEach(() => restart());

const send = (bytes: Uint8Array, to: Destination): void => {
  const decoded = decodePacket(bytes);
  if (decoded.ok) sent.push({ packet: decoded.packet, bytes, to });
};

function say(parts: MessageParts): void {
  const packet = message(parts);
  const arrival = { by: 'interface', interface: 'eth1' } as const;
  const question = {
    datagram: encodePacket(packet).bytes,
    packet,
    facts: factsOf(parts),
    stage: null,
    arrival,
    port: 68,
    now,
    send,
  };
  exchange.receive(question);
}
const takeTen: MessageParts = { type: 'request', asks: '10.77.0.10', serverId: US, xid: 5 };
const types = (): unknown[] => sent.map(({ packet }) => packet.options.get(53)?.[0]);
const counted = (): Record<string, number> =>
  Object.fromEntries(Object.entries(counters.snapshot()).filter(([, count]) => count > 0));

describe('an exchange', () => {
  it('offers at once, and acknowledges only when the lease is on disk', () => {
    say({ type: 'discover', xid: 5 });
    expect(types()).toEqual([2]);
    say(takeTen);
    expect(types()).toEqual([2]);
    expect(journal.entries).toMatchObject([
      { network: 'pxe', leases: [{ address: '10.77.0.10', mac: mac(1) }] },
    ]);
    journal.finish();
    expect(types()).toEqual([2, 5]);
    expect(sent[1]?.packet.yiaddr).toBe(sent[0]?.packet.yiaddr);
    expect(facts.map(({ kind, sentence }) => `${kind}: ${sentence}`)).toEqual([
      'dhcp.offer: was offered 10.77.0.10 (the longest unused)',
      'dhcp.ack: leased 10.77.0.10 for 3600 s',
    ]);
  });

  it('does not give an address to another while its lease is being written', () => {
    say(takeTen);
    say({ type: 'discover', mac: mac(2), asks: '10.77.0.10' });
    expect(sent[0]?.packet.yiaddr).toBe('10.77.0.11');
  });

  it('sends no ACK when the disk refuses, counts it, and tries again when the client does', () => {
    say(takeTen);
    journal.finish(new IngotError('environment', 'disk full', { hint: 'make room' }));
    expect(sent).toEqual([]);
    expect(counted()).toMatchObject({ journal_failed: 1 });
    say({ ...takeTen, secs: 4 });
    journal.finish();
    expect(types()).toEqual([5]);
  });

  it('answers a repeated question from memory, without another write', () => {
    say({ type: 'discover', xid: 5 });
    say({ type: 'discover', xid: 5, secs: 4 });
    say(takeTen);
    journal.finish();
    say({ ...takeTen, secs: 8 });
    expect(types()).toEqual([2, 2, 5, 5]);
    expect(sent[3]?.bytes).toEqual(sent[2]?.bytes);
    expect(journal.entries).toHaveLength(1);
    expect(counted()).toMatchObject({ retransmission: 2, sent_offer: 2, sent_ack: 2 });
    expect(facts).toHaveLength(2);
  });

  it('does not answer from memory a question that differs, nor after ten seconds', () => {
    say(takeTen);
    journal.finish();
    say({ ...takeTen, asks: '10.77.0.11' });
    now += 11_000;
    say(takeTen);
    journal.finish();
    expect(journal.entries).toHaveLength(3);
  });

  it('journals the end of the lease that a machine leaves behind', () => {
    say(takeTen);
    say({ ...takeTen, asks: '10.77.0.15', xid: 6 });
    expect(journal.entries[1]?.leases).toMatchObject([
      { address: '10.77.0.10', expiresAt: NOW },
      { address: '10.77.0.15', expiresAt: NOW + 3_600_000 },
    ]);
  });

  it('takes a released address back and journals that', () => {
    say(takeTen);
    say({ type: 'release', ciaddr: '10.77.0.10', serverId: US });
    expect(journal.entries[1]?.leases).toMatchObject([{ address: '10.77.0.10', expiresAt: NOW }]);
    expect(book.holderOf(ip('10.77.0.10'), now)).toBeNull();
    journal.finish();
    expect(types()).toEqual([5]);
  });

  it('gives a machine another address after it declined one, and nobody the declined one', () => {
    say(takeTen);
    say({ type: 'decline', asks: '10.77.0.10', serverId: US });
    say({ type: 'discover', xid: 9 });
    say({ type: 'discover', mac: mac(2), asks: '10.77.0.10' });
    expect(sent.map(({ packet }) => packet.yiaddr)).toEqual(['10.77.0.11', '10.77.0.12']);
    expect(facts.map(({ kind }) => kind)).toContain('dhcp.decline');
  });

  it('forgets its offer when the machine takes that of another server', () => {
    say({ type: 'discover' });
    say({ type: 'request', asks: '10.77.0.99', serverId: '10.77.0.2' });
    expect(book.offerTo(mac(1))).toBeNull();
    expect(facts.at(-1)?.sentence).toBe('took the offer of another DHCP server, 10.77.0.2');
  });

  it('speaks of an unknown machine once a minute, however often it asks', () => {
    restart('reservations');
    for (let second = 0; second < 59; second += 4) {
      now = NOW + second * 1000;
      say({ type: 'discover', secs: second });
    }
    expect(sent).toEqual([]);
    expect(facts.map(({ kind }) => kind)).toEqual(['dhcp.discover']);
    expect(counted()).toMatchObject({ unknown_client: 15 });
  });
});
