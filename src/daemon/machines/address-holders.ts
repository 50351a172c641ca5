/** Who has an address in the networks that machines boot in: the packet thread knows, where it gives addresses. */
import type { NetworkConfig } from '../../config/schema.ts';
import type { AddressHolder } from '../../net/address-holder.ts';
import { cidrContains, type Ipv4 } from '../../net/ipv4.ts';

/** An address outside of all networks of role pxe is nobody's there: no machine boots from it. */
export function createHolderOf(
  networks: readonly NetworkConfig[],
  ask: (address: Ipv4) => Promise<AddressHolder>,
): (address: Ipv4) => Promise<AddressHolder> {
  return async (address) => {
    const around = networks.filter(({ role, cidr }) => role === 'pxe' && cidrContains(cidr, address));
    if (around.length === 0) return { kind: 'nobody' };
    if (around.every(({ dhcp }) => dhcp === 'off')) return { kind: 'untold' };
    return await ask(address);
  };
}
