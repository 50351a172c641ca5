import { expect, test } from 'vitest';
import { networkWarnings } from '../../src/ipam/network-warnings.ts';
import { networks } from './networks.ts';

const PXE = {
  name: 'pxe',
  role: 'pxe',
  interface: 'eth1',
  cidr: '10.20.0.0/16',
  address: '10.20.0.1',
  dhcp: 'authoritative',
  ranges: [{ use: 'dhcp', from: '10.20.1.0', to: '10.20.9.255' }],
};
const RACK = {
  name: 'rack-7',
  role: 'pxe',
  cidr: '10.70.0.0/24',
  gateway: '10.70.0.254',
  dhcp: 'authoritative',
  ranges: [{ use: 'dhcp', from: '10.70.0.10', to: '10.70.0.99' }],
};

const sentences = (...given: readonly object[]): readonly string[] =>
  networkWarnings(networks(...given)).map(({ message }) => message);

test.each<readonly [string, readonly object[]]>([
  ['a network with a range, and one behind relays with its router', [PXE, RACK]],
  [
    'networks of one wire, of which one has the range',
    [PXE, { ...PXE, name: 'more', cidr: '10.21.0.0/16', address: '10.21.0.1', ranges: [] }],
  ],
  ['a network where every machine has its reservation', [{ ...PXE, dhcp: 'reservations', ranges: [] }]],
  [
    'a network whose addresses another server gives',
    [PXE, { ...RACK, dhcp: 'proxy', gateway: null, ranges: [] }],
  ],
  [
    'a network behind a relay that is a bridge: we are in its cidr',
    [{ ...RACK, gateway: null, server_address: '10.70.0.1' }],
  ],
])('nothing is said of %s', (_what, given) => {
  expect(sentences(...given)).toEqual([]);
});

test('a network that gives no address to machines without a reservation is told', () => {
  expect(sentences({ ...PXE, ranges: [] })).toEqual([
    'network "pxe": dhcp is authoritative and there is no dhcp range: only machines with a reserved address get one',
  ]);
});

test('a network whose machines cannot reach us is told', () => {
  expect(sentences(PXE, { ...RACK, gateway: null })).toEqual([
    'network "rack-7" is behind relays and has no gateway: its machines cannot leave 10.70.0.0/24, so they never reach 10.20.0.1 for their boot files',
  ]);
});
