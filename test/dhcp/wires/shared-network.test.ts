import { describe, expect, it } from 'vitest';
import type { Lease } from '../../../src/dhcp/leases/lease.ts';
import { createReservationTable } from '../../../src/dhcp/leases/reservations.ts';
import { decide } from '../../../src/dhcp/wires/shared-network.ts';
import { startExchange } from '../exchange-rig.ts';
import { bookOf, cidr, factsOf, ip, lease, type MessageParts, mac, NETWORK, NOW } from '../samples.ts';

/** 10.88.0.0/24 on the wire of 10.77.0.0/24, ours .1, dynamic .10 to .11. */
const SECOND = {
  ...NETWORK,
  name: 'second',
  cidr: cidr('10.88.0.0/24'),
  address: ip('10.88.0.1'),
  ranges: [{ from: ip('10.88.0.10'), to: ip('10.88.0.11') }],
};
const ME = mac(1);

type Scene = {
  readonly first?: readonly Lease[];
  readonly second?: readonly Lease[];
  readonly reserved?: string;
  readonly offered?: string;
};

function decided(parts: MessageParts, { first = [], second = [], reserved, offered }: Scene = {}): string {
  const reservations = createReservationTable();
  if (reserved !== undefined)
    reservations.set('reservation', ME, { addresses: [ip(reserved)], hostname: null });
  const book = bookOf(second, SECOND);
  if (offered !== undefined) book.hold({ address: ip(offered), mac: ME, until: NOW + 60_000 });
  const places = [
    { network: NETWORK, book: bookOf(first) },
    { network: SECOND, book },
  ] as const;
  const { place, answer } = decide(factsOf({ mac: ME, ...parts }), [...places], {
    reservations,
    isBooting: false,
    now: NOW,
  });
  const address = answer.kind === 'ack' ? answer.lease.address : 'address' in answer ? answer.address : '';
  const why = answer.kind === 'silence' ? answer.reason : answer.kind === 'offer' ? answer.because : '';
  return `${place.network.name} ${answer.kind} ${address}${why && ` (${why})`}`.replace('  ', ' ');
}

/** The whole range of the first network is given away. */
const FULL = Array.from({ length: 10 }, (_, i) => lease(mac(100 + i), `10.77.0.${10 + i}`));

describe('two networks on one wire', () => {
  it.each<{ readonly says: string; readonly parts: MessageParts; readonly scene?: Scene; result: string }>([
    {
      says: 'a new machine gets an address of the first that has room',
      parts: { type: 'discover' },
      result: 'pxe offer 10.77.0.10 (the longest unused)',
    },
    {
      says: 'the next one when the first is full',
      parts: { type: 'discover' },
      scene: { first: FULL },
      result: 'second offer 10.88.0.10 (the longest unused)',
    },
    {
      says: 'its reservation, though it had an address in the other',
      parts: { type: 'discover', asks: '10.77.0.12' },
      scene: { reserved: '10.88.0.200', first: [lease(ME, '10.77.0.12')] },
      result: 'second offer 10.88.0.200 (its reservation)',
    },
    {
      says: 'the address that it had, though the first has room',
      parts: { type: 'discover' },
      scene: { second: [lease(ME, '10.88.0.11', -60)] },
      result: 'second offer 10.88.0.11 (its earlier address)',
    },
    {
      says: 'the later one of the addresses that it had',
      parts: { type: 'discover' },
      scene: { first: [lease(ME, '10.77.0.12', -600)], second: [lease(ME, '10.88.0.11', -60)] },
      result: 'second offer 10.88.0.11 (its earlier address)',
    },
    {
      says: 'the address that it asks for',
      parts: { type: 'discover', asks: '10.88.0.11' },
      result: 'second offer 10.88.0.11 (as it asked)',
    },
    {
      says: 'a REQUEST is for the network of the address that it names',
      parts: { type: 'request', asks: '10.88.0.11', serverId: '10.88.0.1' },
      result: 'second ack 10.88.0.11',
    },
    {
      says: 'a REQUEST that names none is for the network that made the offer',
      parts: { type: 'request', serverId: '10.88.0.1' },
      scene: { offered: '10.88.0.11' },
      result: 'second ack 10.88.0.11',
    },
    {
      says: 'a renewal is for the network of its address',
      parts: { type: 'request', ciaddr: '10.88.0.10' },
      scene: { second: [lease(ME, '10.88.0.10')] },
      result: 'second ack 10.88.0.10',
    },
    {
      says: 'a RELEASE as well',
      parts: { type: 'release', ciaddr: '10.88.0.10', serverId: '10.88.0.1' },
      scene: { second: [lease(ME, '10.88.0.10')] },
      result: 'second release 10.88.0.10',
    },
    {
      says: 'an address of neither is refused',
      parts: { type: 'request', asks: '10.99.0.5' },
      result: 'pxe nak 10.99.0.5',
    },
    {
      says: 'a machine that starts again with its old address is refused it when the other keeps one for it',
      parts: { type: 'request', asks: '10.77.0.12' },
      scene: { reserved: '10.88.0.200', first: [lease(ME, '10.77.0.12')] },
      result: 'pxe nak 10.77.0.12',
    },
    {
      says: 'and gets it while another machine has the reserved one',
      parts: { type: 'request', asks: '10.77.0.12' },
      scene: { reserved: '10.88.0.200', second: [lease(mac(9), '10.88.0.200')] },
      result: 'pxe ack 10.77.0.12',
    },
    {
      says: 'one that runs is not cut off for it',
      parts: { type: 'request', ciaddr: '10.77.0.12' },
      scene: { reserved: '10.88.0.200', first: [lease(ME, '10.77.0.12')] },
      result: 'pxe ack 10.77.0.12',
    },
    {
      says: 'no room in either',
      parts: { type: 'discover' },
      scene: { first: FULL, second: [lease(mac(201), '10.88.0.10'), lease(mac(202), '10.88.0.11')] },
      result: 'pxe silence (no_free_address)',
    },
  ])('$says', ({ parts, scene, result }) => {
    expect(decided(parts, scene)).toBe(result);
  });
});

describe('a machine that moves from one network of the wire to the other', () => {
  it('holds one address: the lease that it had ends when it gets the new one', () => {
    const first = bookOf([lease(ME, '10.77.0.12')]);
    const second = bookOf([], SECOND);
    const rig = startExchange({
      places: [
        { network: NETWORK, book: first },
        { network: SECOND, book: second },
      ],
    });
    rig.reservations.set('reservation', ME, { addresses: [ip('10.88.0.200')], hostname: null });
    const [nak] = rig.say({ type: 'request', mac: ME, asks: '10.77.0.12', xid: 1 });
    expect(nak?.packet.options.get(53)).toEqual(Uint8Array.of(6));
    rig.say({ type: 'discover', mac: ME, xid: 2 });
    const [ack] = rig.say({ type: 'request', mac: ME, asks: '10.88.0.200', serverId: '10.88.0.1', xid: 2 });
    expect(ack?.packet.yiaddr).toBe('10.88.0.200');
    expect(first.holderOf(ip('10.77.0.12'), NOW)).toBeNull();
    expect(
      rig.journaled.map(({ network, leases }) => [network, leases[0]?.address, leases[0]?.expiresAt]),
    ).toEqual([
      ['pxe', '10.77.0.12', NOW],
      ['second', '10.88.0.200', NOW + 3_600_000],
    ]);
  });
});
