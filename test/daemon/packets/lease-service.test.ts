import { expect, test } from 'vitest';
import type { LeaseImport, LeaseView } from '../../../src/api/deps.ts';
import { createLeaseService } from '../../../src/daemon/packets/lease-service.ts';
import type { Lease } from '../../../src/dhcp/leases/lease.ts';
import type { LeaseBook } from '../../../src/dhcp/leases/lease-book.ts';
import type { JournalEntry } from '../../../src/dhcp/leases/lease-journal.ts';
import { createReservationTable } from '../../../src/dhcp/leases/reservations.ts';
import { IngotError } from '../../../src/errors.ts';
import { bookOf, cidr, ip, lease, mac, NETWORK, NOW } from '../../dhcp/samples.ts';

function service(book: LeaseBook, failure: IngotError | null = null) {
  const journaled: JournalEntry[] = [];
  const made = createLeaseService({
    places: () => [{ network: WIDE, book }],
    journal: {
      append: (entry, done) => {
        journaled.push(entry);
        setImmediate(done, failure);
      },
    },
    reservations: createReservationTable(),
    clock: { now: () => NOW },
  });
  const order = (leases: readonly Lease[], more: Partial<LeaseImport> = {}) =>
    new Promise((resolve) => made.import({ network: 'pxe', leases, rehearsal: null, ...more }, resolve));
  return { ...made, journaled, order, imported: (...leases: readonly Lease[]) => order(leases) };
}

const WIDE = {
  ...NETWORK,
  cidr: cidr('10.77.0.0/16'),
  ranges: [{ from: ip('10.77.1.0'), to: ip('10.77.9.255') }],
};

test('a long list comes in parts, whole, and lets packets in between', async () => {
  const book = bookOf([], WIDE);
  const macs = Array.from({ length: 1200 }, (_, i) => mac(i));
  for (const [i, one] of macs.entries())
    book.grant(lease(one, `10.77.${1 + Math.floor(i / 250)}.${1 + (i % 250)}`, i < 1199 ? 60 : -60), NOW);
  book.hold({ address: ip('10.77.9.9'), mac: mac(9999), until: NOW + 1000 });
  const parts: (readonly LeaseView[])[] = [];
  let turns = 0;
  const turn = (): void => {
    turns++;
    if (parts.length < 3) setImmediate(turn);
  };
  await new Promise<void>((resolve) => {
    service(book).list((part, last) => {
      parts.push(part);
      if (last) resolve();
    });
    turn();
  });
  expect(parts.map(({ length }) => length)).toEqual([500, 500, 201]);
  expect(turns).toBeGreaterThanOrEqual(2);
  expect(parts.flat().slice(-2)).toMatchObject([
    { network: 'pxe', state: 'ended', mac: mac(1199) },
    { state: 'offered', address: '10.77.9.9', starts_at: null },
  ]);
});

test('imported leases are in the book at once, and told as taken when they are on disk', async () => {
  const book = bookOf([], WIDE);
  const { imported, journaled } = service(book);
  expect(await imported(lease(mac(1), '10.77.1.7'), lease(mac(2), '10.99.0.1'))).toMatchObject([
    { result: 'taken' },
    { result: 'skipped', why: 'the address is not of network pxe' },
  ]);
  expect(book.holderOf(ip('10.77.1.7'), NOW)).toEqual({ kind: 'machine', key: mac(1) });
  expect(journaled).toMatchObject([{ network: 'pxe', leases: [{ address: '10.77.1.7' }] }]);
  expect(await imported(lease(mac(1), '10.77.1.7'))).toEqual([{ result: 'unchanged' }]);
});

test('a rehearsal judges as if its reservations stood, and leaves everything as it is', async () => {
  const book = bookOf([], WIDE);
  const { order, journaled } = service(book);
  const rehearsal = [
    { mac: mac(1), address: ip('10.77.200.1') },
    { mac: mac(1), address: ip('10.88.0.1') },
    { mac: mac(2), address: ip('10.77.1.9') },
  ];
  const leases = [lease(mac(1), '10.77.200.1'), lease(mac(3), '10.77.1.9'), lease(mac(4), '10.77.200.4')];
  expect(await order(leases, { rehearsal })).toMatchObject([
    { result: 'taken' },
    { why: expect.stringContaining('another machine') },
    { why: expect.stringContaining('in no DHCP range') },
  ]);
  expect([book.leases(), journaled]).toEqual([[], []]);
});

test('a full disk, or a network that is not served, is why a lease was not taken', async () => {
  const failure = new IngotError('environment', 'cannot write leases', { hint: '' });
  const broken = service(bookOf([], WIDE), failure);
  expect(await broken.imported(lease(mac(1), '10.77.1.7'))).toEqual([
    { result: 'skipped', why: 'cannot write leases' },
  ]);
  expect(await broken.order([lease(mac(1), '10.77.1.7')], { network: 'lab' })).toMatchObject([
    { why: expect.stringContaining('network lab is not served') },
  ]);
});
