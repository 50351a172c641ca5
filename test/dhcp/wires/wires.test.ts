import { describe, expect, it } from 'vitest';
import { endpointName, endpointsOf } from '../../../src/dhcp/wires/endpoints.ts';
import type { DhcpNetwork } from '../../../src/dhcp/wires/network.ts';
import { type Arrival, chooseWire, wiresOf } from '../../../src/dhcp/wires/wires.ts';
import { cidr, factsOf, ip, type MessageParts, NETWORK } from '../samples.ts';

const network = (name: string, block: string, rest: Partial<DhcpNetwork>): DhcpNetwork => ({
  ...NETWORK,
  name,
  cidr: cidr(block),
  wire: rest.interface ?? name,
  ...rest,
});

/** Two on eth1, one on eth2; behind relays two on one wire, and one alone. */
const NETWORKS = [
  NETWORK,
  network('more', '10.78.0.0/24', { interface: 'eth1' }),
  network('lab', '10.79.0.0/24', { interface: 'eth2', address: ip('10.79.0.1') }),
  network('rack-a', '10.70.0.0/24', { interface: null, wire: 'row' }),
  network('rack-b', '10.71.0.0/24', { interface: null, wire: 'row' }),
  network('far', '10.72.0.0/24', { interface: null, address: ip('192.0.2.1') }),
];

describe('networks on wires', () => {
  it('share one where they name the same interface, or behind relays the same wire', () => {
    const wires = wiresOf(NETWORKS).map((wire) => wire.networks.map(({ name }) => name).join(' '));
    expect(wires).toEqual(['pxe more', 'lab', 'rack-a rack-b', 'far']);
  });

  it('get one socket for each interface, and one for each address that relays send to', () => {
    const endpoints = endpointsOf(NETWORKS).map((one) => `${endpointName(one)}: ${one.networks.join(' ')}`);
    expect(endpoints).toEqual(['eth1: pxe more', 'eth2: lab', '10.77.0.1: rack-a rack-b', '192.0.2.1: far']);
  });
});

const ON_ETH1: Arrival = { by: 'interface', interface: 'eth1' };
const ROUTED: Arrival = { by: 'address', address: ip('10.77.0.1') };
const option82 = (...bytes: readonly number[]): readonly (readonly [number, Uint8Array])[] => [
  [82, Uint8Array.from(bytes)],
];
const linkSelection = option82(5, 4, 10, 70, 0, 0);
const RELAY_ELSEWHERE = '192.0.2.77';

describe('the wire of a question', () => {
  const found = (parts: Omit<MessageParts, 'type'>, arrival: Arrival): string => {
    const choice = chooseWire(factsOf({ type: 'discover', ...parts }), arrival, wiresOf(NETWORKS));
    return choice.ok ? choice.wire.networks.map(({ name }) => name).join(' ') : choice.reason;
  };

  it.each<{ readonly says: string; parts: Omit<MessageParts, 'type'>; arrival: Arrival; wire: string }>([
    { says: 'without a relay: where it was heard', parts: {}, arrival: ON_ETH1, wire: 'pxe more' },
    {
      says: 'a machine that was moved here and still uses its old address',
      parts: { ciaddr: '10.79.0.20' },
      arrival: ON_ETH1,
      wire: 'pxe more',
    },
    { says: 'giaddr', parts: { giaddr: '10.72.0.254' }, arrival: ROUTED, wire: 'far' },
    {
      says: 'giaddr of any network of the wire',
      parts: { giaddr: '10.71.0.254' },
      arrival: ROUTED,
      wire: 'rack-a rack-b',
    },
    {
      says: 'a relay that is heard on our own wire',
      parts: { giaddr: '10.72.0.254' },
      arrival: ON_ETH1,
      wire: 'far',
    },
    {
      says: 'a relay in no network of ours',
      parts: { giaddr: RELAY_ELSEWHERE },
      arrival: ROUTED,
      wire: 'unknown_relay',
    },
    ...[
      '255.255.255.255',
      '224.0.0.1',
      '240.0.0.1',
      '127.0.0.1',
      '0.1.2.3',
      '10.72.0.255',
      '10.72.0.0',
      '10.77.0.1',
      '192.0.2.1',
    ].flatMap((giaddr) =>
      [[], linkSelection].map((options) => ({
        says: `a relay that cannot be one, ${giaddr}${options.length > 0 ? ', with link selection' : ''}`,
        parts: { giaddr, options },
        arrival: ROUTED,
        wire: 'impossible_relay',
      })),
    ),
    {
      says: 'link selection (RFC 3527) before giaddr',
      parts: { giaddr: '10.72.0.254', options: linkSelection },
      arrival: ROUTED,
      wire: 'rack-a rack-b',
    },
    {
      says: 'link selection of a relay in no network of ours',
      parts: { giaddr: RELAY_ELSEWHERE, options: linkSelection },
      arrival: ROUTED,
      wire: 'rack-a rack-b',
    },
    {
      says: 'link selection of a link that we do not serve',
      parts: { giaddr: '10.72.0.254', options: option82(5, 4, 9, 9, 9, 9) },
      arrival: ROUTED,
      wire: 'unknown_link',
    },
    {
      says: 'subnet selection (RFC 3011) before giaddr',
      parts: { giaddr: '10.72.0.254', options: [[118, Uint8Array.of(10, 79, 0, 0)]] },
      arrival: ROUTED,
      wire: 'lab',
    },
    {
      says: 'selections of 0.0.0.0, which are none: giaddr',
      parts: { giaddr: '10.72.0.254', options: [[118, new Uint8Array(4)], ...option82(5, 4, 0, 0, 0, 0)] },
      arrival: ROUTED,
      wire: 'far',
    },
    {
      says: 'link selection before subnet selection',
      parts: {
        giaddr: '10.72.0.254',
        options: [[118, Uint8Array.of(10, 79, 0, 0)], ...linkSelection],
      },
      arrival: ROUTED,
      wire: 'rack-a rack-b',
    },
    {
      says: 'no selection by a machine without a relay: it could help itself to any network',
      parts: { options: [[118, Uint8Array.of(10, 79, 0, 0)], ...linkSelection] },
      arrival: ON_ETH1,
      wire: 'pxe more',
    },
    {
      says: 'a renewal from behind a relay: the address that it renews',
      parts: { ciaddr: '10.72.0.20' },
      arrival: ROUTED,
      wire: 'far',
    },
    {
      says: 'a renewal on our own wire, sent to the address that relays use as well',
      parts: { ciaddr: '10.77.0.20' },
      arrival: ROUTED,
      wire: 'pxe more',
    },
    { says: 'a renewal from nowhere', parts: { ciaddr: '9.9.9.9' }, arrival: ROUTED, wire: 'unknown_link' },
    { says: 'nothing that says where', parts: {}, arrival: ROUTED, wire: 'unknown_link' },
  ])('$says → $wire', ({ parts, arrival, wire }) => {
    expect(found(parts, arrival)).toBe(wire);
  });
});
