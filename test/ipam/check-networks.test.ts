import { describe, expect, test } from 'vitest';
import { checkNetworks } from '../../src/ipam/check-networks.ts';
import { networks } from './networks.ts';

const PXE = {
  name: 'pxe',
  role: 'pxe',
  interface: 'eth1',
  cidr: '10.20.0.0/16',
  address: '10.20.0.1',
  dhcp: 'authoritative',
  ranges: [
    { use: 'dhcp', from: '10.20.1.0', to: '10.20.9.255' },
    { use: 'static', from: '10.20.10.0', to: '10.20.10.255' },
  ],
};
/** On the same wire as PXE. */
const PXE2 = { ...PXE, name: 'pxe2', cidr: '10.21.0.0/16', address: '10.21.0.1', ranges: [] };
/** Behind relays. */
const RACK = { name: 'rack-7', role: 'pxe', cidr: '10.70.0.0/24', dhcp: 'authoritative' };
const LCM = { name: 'lcm', role: 'lcm', cidr: '10.40.0.0/24', gateway: '10.40.0.1' };
const OOB = { name: 'oob', role: 'oob', cidr: '10.30.0.0/24' };

const sentences = (...given: readonly object[]): readonly string[] =>
  checkNetworks(networks(...given)).map(({ message }) => message);

describe('checking networks', () => {
  test('a sound plan has no problem, and neither has an empty one', () => {
    expect(sentences(PXE, LCM, OOB)).toEqual([]);
    expect(sentences()).toEqual([]);
  });

  test('networks may share a wire, and be behind relays where we have an address that they reach', () => {
    expect(sentences(PXE, PXE2, RACK, { ...RACK, name: 'rack-8', cidr: '10.71.0.0/24' })).toEqual([]);
    expect(sentences({ ...RACK, server_address: '192.0.2.1' })).toEqual([]);
  });

  const range = (use: string, from: string, to: string): object => ({ use, from, to });
  const cases: readonly (readonly [string, readonly object[], string])[] = [
    [
      'ranges of one network that overlap are both named, with the addresses',
      [
        {
          ...LCM,
          ranges: [range('static', '10.40.0.10', '10.40.0.30'), range('static', '10.40.0.25', '10.40.0.40')],
        },
      ],
      'the static range 10.40.0.10-10.40.0.30 of network "lcm" and the static range 10.40.0.25-10.40.0.40 of network "lcm" both hold 10.40.0.25-10.40.0.30',
    ],
    [
      'ranges of two networks that collide in one address are both named',
      [
        { ...LCM, name: 'a', ranges: [range('static', '10.40.0.10', '10.40.0.20')] },
        { ...LCM, name: 'b', ranges: [range('static', '10.40.0.20', '10.40.0.29')] },
      ],
      'the static range 10.40.0.10-10.40.0.20 of network "a" and the static range 10.40.0.20-10.40.0.29 of network "b" both hold 10.40.0.20',
    ],
    [
      'a range outside its network',
      [{ ...LCM, ranges: [range('static', '10.41.0.10', '10.41.0.20')] }],
      'network "lcm": its static range 10.41.0.10-10.41.0.20 is not inside 10.40.0.0/24',
    ],
    [
      'a range that leaves its network',
      [{ ...LCM, ranges: [range('static', '10.40.0.200', '10.40.1.20')] }],
      'network "lcm": its static range 10.40.0.200-10.40.1.20 is not inside 10.40.0.0/24',
    ],
    [
      'a range from high to low',
      [{ ...LCM, ranges: [range('static', '10.40.0.20', '10.40.0.10')] }],
      'network "lcm": its static range 10.40.0.20-10.40.0.10 ends before it begins',
    ],
    [
      'a range that holds the gateway',
      [{ ...LCM, ranges: [range('static', '10.40.0.1', '10.40.0.10')] }],
      'network "lcm": its static range 10.40.0.1-10.40.0.10 holds 10.40.0.1, the gateway',
    ],
    [
      "a range that holds ingot's own address",
      [{ ...PXE, address: '10.20.1.7' }],
      'network "pxe": its dhcp range 10.20.1.0-10.20.9.255 holds 10.20.1.7, ingot\'s own address',
    ],
    [
      'a range that holds a name server',
      [{ ...LCM, nameservers: ['10.40.0.12'], ranges: [range('static', '10.40.0.10', '10.40.0.20')] }],
      'network "lcm": its static range 10.40.0.10-10.40.0.20 holds 10.40.0.12, a name server',
    ],
    [
      'a range that holds the broadcast address',
      [{ ...LCM, ranges: [range('static', '10.40.0.250', '10.40.0.255')] }],
      'network "lcm": its static range 10.40.0.250-10.40.0.255 holds 10.40.0.255, the broadcast address',
    ],
    [
      'a gateway elsewhere',
      [{ ...LCM, gateway: '10.50.0.1' }],
      'network "lcm": its gateway 10.50.0.1 is not in 10.40.0.0/24',
    ],
    [
      'an address that is the end of its network',
      [{ ...LCM, address: '10.40.0.255' }],
      'network "lcm": its address 10.40.0.255 is the broadcast address of 10.40.0.0/24',
    ],
    [
      'a gateway that is the network itself',
      [{ ...LCM, gateway: '10.40.0.0' }],
      'network "lcm": its gateway 10.40.0.0 is the network address of 10.40.0.0/24',
    ],
    [
      'a gateway that is ourselves',
      [{ ...LCM, address: '10.40.0.1' }],
      'network "lcm": gateway and address are both 10.40.0.1',
    ],
    [
      'networks that overlap',
      [LCM, { ...LCM, name: 'oam', role: 'oam', cidr: '10.40.0.128/25', gateway: null }],
      'networks "lcm" (10.40.0.0/24) and "oam" (10.40.0.128/25) overlap in 10.40.0.128-10.40.0.255',
    ],
    [
      'two networks of one name',
      [LCM, { ...LCM, cidr: '10.41.0.0/24', gateway: null }],
      'two networks are called "lcm"',
    ],
    [
      'DHCP without an interface and an address',
      [{ name: 'pxe', role: 'pxe', cidr: '10.20.0.0/16', dhcp: 'authoritative' }],
      'network "pxe": dhcp is authoritative, which needs interface and address, or server_address',
    ],
    [
      'a dhcp range that is never served',
      [{ ...LCM, ranges: [range('dhcp', '10.40.0.10', '10.40.0.20')] }],
      'network "lcm": it has a dhcp range 10.40.0.10-10.40.0.20 but dhcp is off',
    ],
    [
      'ranges on the out-of-band network',
      [{ ...OOB, ranges: [range('static', '10.30.0.10', '10.30.0.20')] }],
      'network "oob": it is out-of-band, so nothing is given from its ranges',
    ],
    [
      'DHCP on the out-of-band network',
      [{ ...OOB, dhcp: 'authoritative', interface: 'eth2', address: '10.30.0.1' }],
      'network "oob": it is out-of-band, so DHCP is never served on it',
    ],
    [
      'two DHCP modes on one wire',
      [PXE, { ...PXE2, dhcp: 'reservations' }],
      'networks "pxe" (dhcp: authoritative) and "pxe2" (dhcp: reservations) share the wire eth1',
    ],
    [
      'leases by MAC and by client identifier on one wire',
      [PXE, { ...PXE2, identity: 'client-id' }],
      'networks "pxe" (identity: mac) and "pxe2" (identity: client-id) share the wire eth1',
    ],
    [
      'two DHCP modes on one wire behind relays',
      [
        PXE,
        { ...RACK, wire: 'row-7' },
        { ...PXE2, interface: undefined, address: undefined, wire: 'row-7', dhcp: 'reservations' },
      ],
      'networks "rack-7" (dhcp: authoritative) and "pxe2" (dhcp: reservations) share the wire row-7',
    ],
    [
      'a network behind relays when we have no address that its machines reach',
      [RACK],
      'network "rack-7": dhcp is authoritative, which needs interface and address, or server_address',
    ],
    [
      'an address of ours without its interface',
      [PXE, { ...RACK, address: '10.70.0.1' }],
      'network "rack-7": it has an address of ours but no interface',
    ],
    [
      'an interface without an address',
      [{ ...PXE, address: undefined }],
      'network "pxe": dhcp is authoritative, which needs address',
    ],
    [
      'a range that a proxy does not give from',
      [{ ...PXE, dhcp: 'proxy' }],
      'network "pxe": it has a dhcp range 10.20.1.0-10.20.9.255 but dhcp is proxy: another server gives the addresses',
    ],
    [
      'a wire beside an interface',
      [{ ...PXE, wire: 'row-7' }],
      'network "pxe": it has an interface and a wire',
    ],
  ];
  test.each(cases)('%s', (_name, given, sentence) => {
    expect(sentences(...given)).toContain(sentence);
  });

  test('every problem comes with a hint and its networks', () => {
    for (const [, given] of cases) {
      const problems = checkNetworks(networks(...given));
      for (const { hint, networks: concerned } of problems) {
        expect(hint).not.toBe('');
        expect(concerned.length).toBeGreaterThan(0);
      }
    }
  });
});
