import { describe, expect, it } from 'vitest';
import { addressHolder } from '../../../src/dhcp/leases/address-holder.ts';
import type { DhcpNetwork } from '../../../src/dhcp/wires/network.ts';
import { ipv4, mac } from '../../boot/fixtures.ts';
import { bookOf, NETWORK, NOW } from '../samples.ts';

const MAC = mac('52:54:00:00:00:07');
const lease = (address: string, expiresAt: number) => ({
  mac: MAC,
  address: ipv4(address),
  hostname: null,
  relayInformation: null,
  giaddr: null,
  startedAt: NOW - 10_000,
  expiresAt,
});

function holderOf(address: string, mode: DhcpNetwork['mode'] = 'authoritative') {
  const leases = [lease('10.77.0.11', NOW - 5_000), lease('10.77.0.10', NOW + 5_000)];
  return addressHolder(ipv4(address), [{ network: { ...NETWORK, mode }, book: bookOf(leases) }]);
}

describe('who has an address', () => {
  it.each([
    ['the machine that has the lease', '10.77.0.10', { kind: 'machine', mac: MAC }],
    ['the machine that had it last, until another gets it', '10.77.0.11', { kind: 'machine', mac: MAC }],
    ['nobody, where none was given', '10.77.0.12', { kind: 'nobody' }],
    ['not for us to tell, outside of our networks', '10.99.0.10', { kind: 'untold' }],
  ])('is %s', (_who, address, holder) => {
    expect(holderOf(address)).toEqual(holder);
  });

  it('is not for us to tell where another server gives the addresses', () => {
    expect(holderOf('10.77.0.12', 'proxy')).toEqual({ kind: 'untold' });
    expect(holderOf('10.77.0.12', 'reservations')).toEqual({ kind: 'nobody' });
  });
});
