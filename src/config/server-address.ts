/** Which address of ours the machines of a network talk to, and whether relays bring their questions. Pure. */
import type { Ipv4 } from '../net/ipv4.ts';
import type { NetworkConfig } from './schema.ts';

/** True where DHCP is served to machines that only relays connect to us. */
export function isBehindRelays({ dhcp, interface: name, role }: NetworkConfig): boolean {
  return dhcp !== 'off' && name === undefined && role !== 'oob';
}

/**
 * True where machines are answered on port 4011 and served by TFTP: wherever DHCP is, and on PXE networks where
 * somebody else's DHCP server may send them to an address of ours.
 */
export function isBootServed(network: NetworkConfig, networks: readonly NetworkConfig[]): boolean {
  const { dhcp, role } = network;
  if (role === 'oob') return false;
  return dhcp !== 'off' || (role === 'pxe' && serverAddress(network, networks) !== null);
}

/** All addresses of ours that machines of these networks talk to. */
export function serverAddresses(networks: readonly NetworkConfig[]): ReadonlySet<Ipv4> {
  return new Set(networks.flatMap((network) => serverAddress(network, networks) ?? []));
}

/** `server_address`, else `address`, else for a network behind relays that of the first network with an interface. */
export function serverAddress(network: NetworkConfig, networks: readonly NetworkConfig[]): Ipv4 | null {
  const own = network.server_address ?? network.address;
  if (own !== undefined) return own;
  if (!isBehindRelays(network)) return null;
  const nearest = networks.find((one) => one.interface !== undefined && one.dhcp !== 'off');
  return nearest?.server_address ?? nearest?.address ?? null;
}
