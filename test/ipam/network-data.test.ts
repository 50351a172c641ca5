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
  { address: '52:54:00:00:00:01', physical_network: 'pxe' },
  { address: '52:54:00:00:00:03', physical_network: 'storage' },
  { address: '52:54:00:00:00:02', physical_network: 'lcm' },
];

describe('network_data.json', () => {
  const both = networkDataFor({
    ports: PORTS,
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
    const data = networkDataFor({ ports: PORTS, allocations, networks: NETWORKS });
    expect(data).toEqual({ links: [], networks: [], services: [] });
  });

  test('an address without a NIC on its network is refused with what to set', () => {
    const node = {
      ports: PORTS.slice(0, 1),
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
      allocations: [{ network: 'gone', address: '10.9.0.9' }],
      networks: NETWORKS,
    };
    expect(() => networkDataFor(node)).toThrow('network "gone"');
  });
});
