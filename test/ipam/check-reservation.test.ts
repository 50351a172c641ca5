import { expect, test } from 'vitest';
import { checkReservation, type ReservationWish } from '../../src/ipam/check-reservation.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { parseMac } from '../../src/net/mac.ts';
import { networks } from './networks.ts';

const pxe = {
  name: 'pxe',
  role: 'pxe',
  cidr: '10.20.0.0/16',
  interface: 'eth1',
  address: '10.20.0.1',
  gateway: '10.20.0.254',
  nameservers: ['10.20.0.53'],
  dhcp: 'authoritative',
  ranges: [
    { use: 'dhcp', from: '10.20.1.0', to: '10.20.1.255' },
    { use: 'static', from: '10.20.10.0', to: '10.20.10.255' },
  ],
};
const beside = { ...pxe, name: 'beside', cidr: '10.21.0.0/16', address: '10.21.0.1', dhcp: 'reservations' };
const proxy = { name: 'old', role: 'pxe', cidr: '10.22.0.0/24', dhcp: 'proxy' };
const PXE = networks(pxe);
const ALL = networks(pxe, { ...beside, gateway: null, nameservers: [], ranges: [] }, proxy);

function verdict(wish: { address?: string; network?: string; hostname?: string }, among = ALL): string {
  const whole: ReservationWish = {
    mac: parseMac('52:54:00:00:00:01') ?? expect.fail('the MAC is wrong'),
    network: wish.network ?? null,
    hostname: wish.hostname ?? null,
    address: wish.address === undefined ? null : parseIpv4(wish.address),
  };
  const found = checkReservation(whole, among);
  return found.ok ? `on ${found.network.name}` : found.message;
}

test.each([
  { address: '10.20.5.5', says: 'on pxe' },
  { address: '10.20.1.7', says: 'on pxe' },
  { address: '10.21.0.5', hostname: 'rack1-u07.example', says: 'on beside' },
  { network: 'beside', says: 'on beside' },
  { address: '10.99.0.1', says: '10.99.0.1 is in none of the configured networks' },
  { address: '10.21.0.5', network: 'pxe', says: '10.21.0.5 is not in network pxe (10.20.0.0/16)' },
  { address: '10.20.5.5', network: 'PXE', says: 'there is no network "PXE"' },
  { says: 'neither an address nor a network is named' },
  { address: '10.20.0.0', says: '10.20.0.0 is the network address of network pxe' },
  { address: '10.20.255.255', says: '10.20.255.255 is the broadcast address of network pxe' },
  { address: '10.20.0.1', says: "10.20.0.1 is ingot's own address of network pxe" },
  { address: '10.20.0.254', says: '10.20.0.254 is the gateway of network pxe' },
  { address: '10.20.0.53', says: '10.20.0.53 is a name server of network pxe' },
  {
    address: '10.20.10.7',
    says: 'in the static range 10.20.10.0-10.20.10.255 of network pxe, which ingot gives to deployed systems',
  },
  { address: '10.22.0.7', says: 'network old has dhcp: proxy, so ingot gives no addresses there' },
  { address: '10.20.5.5', hostname: 'rack_1', says: '"rack_1" is no host name' },
])('a reservation of $address on $network: $says', ({ says, ...wish }) => {
  expect(verdict(wish)).toContain(says);
});

test('without an address it is for the only network that has DHCP', () => {
  expect(verdict({}, PXE)).toBe('on pxe');
  expect(verdict({ address: '10.1.1.1' }, [])).toContain('in none of the configured networks');
});
