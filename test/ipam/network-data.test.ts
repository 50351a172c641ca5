import { describe, expect, test } from 'vitest';
import { networkDataFor } from '../../src/ipam/network-data.ts';
import { networks } from './networks.ts';

const NETWORKS = networks(
  { name: 'pxe', role: 'pxe', cidr: '10.20.0.0/16', gateway: '10.20.0.254' },
  {
    name: 'storage',
    role: 'storage',
    cidr: '10.50.0.0/24',
    gateway: '10.50.0.1',
    nameservers: ['10.40.0.2'],
  },
  {
    name: 'lcm',
    role: 'lcm',
    cidr: '10.40.0.0/24',
    gateway: '10.40.0.1',
    nameservers: ['10.40.0.2', '10.40.0.3'],
  },
);
const PORTS = [
  { address: '52:54:00:00:00:01', physical_network: 'pxe', portgroup_uuid: null },
  { address: '52:54:00:00:00:03', physical_network: 'storage', portgroup_uuid: null },
  { address: '52:54:00:00:00:02', physical_network: 'lcm', portgroup_uuid: null },
];

describe('network_data.json', () => {
  const both = networkDataFor({
    ports: PORTS,
    portgroups: [],
    allocations: [
      { network: 'storage', address: '10.50.0.9' },
      { network: 'lcm', address: '10.40.0.9' },
    ],
    networks: NETWORKS,
  });

  test('gives each address to the NIC on its network', () => {
    expect(both.links).toEqual([
      { id: 'nic-525400000003', type: 'phy', ethernet_mac_address: '52:54:00:00:00:03', mtu: null },
      { id: 'nic-525400000002', type: 'phy', ethernet_mac_address: '52:54:00:00:00:02', mtu: null },
    ]);
    expect(both.networks.map(({ link, ip_address, netmask }) => [link, ip_address, netmask])).toEqual([
      ['nic-525400000003', '10.50.0.9', '255.255.255.0'],
      ['nic-525400000002', '10.40.0.9', '255.255.255.0'],
    ]);
  });

  test('has one default route, by the LCM network before others', () => {
    expect(both.networks.map(({ routes }) => routes)).toEqual([
      [],
      [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: '10.40.0.1' }],
    ]);
  });

  test('names each name server once for the whole system', () => {
    expect(both.services).toEqual([
      { type: 'dns', address: '10.40.0.2' },
      { type: 'dns', address: '10.40.0.3' },
    ]);
  });

  test('says nothing of the PXE network, even where the node has an address there', () => {
    const allocations = [{ network: 'pxe', address: '10.20.10.4' }];
    const data = networkDataFor({ ports: PORTS, portgroups: [], allocations, networks: NETWORKS });
    expect(data).toEqual({ links: [], networks: [], services: [] });
  });

  test('an address without a NIC on its network is refused with what to set', () => {
    const node = {
      ports: PORTS.slice(0, 1),
      portgroups: [],
      allocations: [{ network: 'lcm', address: '10.40.0.9' }],
      networks: NETWORKS,
    };
    expect(() => networkDataFor(node)).toThrow(
      'no port of the node is on network "lcm", so 10.40.0.9 has no NIC',
    );
  });

  test('an address on a network that left the configuration is refused', () => {
    const node = {
      ports: PORTS,
      portgroups: [],
      allocations: [{ network: 'gone', address: '10.9.0.9' }],
      networks: NETWORKS,
    };
    expect(() => networkDataFor(node)).toThrow('network "gone"');
  });

  const GROUP = {
    uuid: 'b0a7',
    address: null,
    mode: '4',
    properties: { miimon: 100, bond_lacp_rate: 'fast' },
  };
  const BONDED = [
    { address: '52:54:00:00:00:0b', physical_network: 'lcm', portgroup_uuid: GROUP.uuid },
    { address: '52:54:00:00:00:0a', physical_network: 'lcm', portgroup_uuid: GROUP.uuid },
    { address: '52:54:00:00:00:01', physical_network: 'pxe', portgroup_uuid: null },
  ];
  const allocations = [{ network: 'lcm', address: '10.40.0.9' }];

  test('a portgroup is a bond of its NICs, and the bond has the address', () => {
    const data = networkDataFor({ ports: BONDED, portgroups: [GROUP], allocations, networks: NETWORKS });
    expect(data.links).toEqual([
      {
        id: 'bond-b0a7',
        type: 'bond',
        ethernet_mac_address: '52:54:00:00:00:0a',
        mtu: null,
        bond_mode: '802.3ad',
        bond_links: ['nic-52540000000a', 'nic-52540000000b'],
        bond_miimon: 100,
        bond_lacp_rate: 'fast',
      },
      { id: 'nic-52540000000a', type: 'phy', ethernet_mac_address: '52:54:00:00:00:0a', mtu: null },
      { id: 'nic-52540000000b', type: 'phy', ethernet_mac_address: '52:54:00:00:00:0b', mtu: null },
    ]);
    expect(data.networks).toMatchObject([{ link: 'bond-b0a7', ip_address: '10.40.0.9' }]);
  });

  test("a bond has the portgroup's own MAC where that has one", () => {
    const portgroups = [{ ...GROUP, address: '52:54:00:00:00:ff' }];
    const data = networkDataFor({ ports: BONDED, portgroups, allocations, networks: NETWORKS });
    expect(data.links[0]?.ethernet_mac_address).toBe('52:54:00:00:00:ff');
  });
});
