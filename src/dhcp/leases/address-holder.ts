/** Which machine an address was given to, by the leases of the networks that we serve. */
import type { AddressHolder } from '../../net/address-holder.ts';
import { cidrContains, type Ipv4 } from '../../net/ipv4.ts';
import type { Place } from '../wires/shared-network.ts';

/**
 * By the last lease, also one that has ended: a ramdisk that does not renew its lease stays who it is until somebody
 * else gets the address. Addresses outside of all these networks are `untold`. Pure.
 */
export function addressHolder(address: Ipv4, places: readonly Place[]): AddressHolder {
  const around = places.filter(({ network }) => cidrContains(network.cidr, address));
  if (around.every(({ network }) => network.mode === 'proxy')) return { kind: 'untold' };
  const [lease] = around.flatMap(({ book }) => book.lastLease(address) ?? []);
  return lease === undefined ? { kind: 'nobody' } : { kind: 'machine', mac: lease.mac };
}
