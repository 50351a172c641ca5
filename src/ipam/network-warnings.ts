/** What is allowed in a set of networks and hardly meant, as sentences for the operator. Pure. */
import type { NetworkConfig } from '../config/schema.ts';
import { isBehindRelays, serverAddress } from '../config/server-address.ts';
import { cidrContains, formatCidr } from '../net/ipv4.ts';

export type NetworkWarning = { readonly message: string; readonly hint: string };

export function networkWarnings(networks: readonly NetworkConfig[]): readonly NetworkWarning[] {
  return networks.flatMap((network) => [...rangeless(network, networks), ...cutOff(network, networks)]);
}

/** With `dhcp: reservations` that may be meant: there every machine may have its address reserved. */
function rangeless(network: NetworkConfig, all: readonly NetworkConfig[]): readonly NetworkWarning[] {
  const { name, dhcp, role } = network;
  if (dhcp !== 'authoritative' || role === 'oob') return [];
  const wire = wireOf(network);
  if (all.some((one) => wireOf(one) === wire && one.ranges.some(({ use }) => use === 'dhcp'))) return [];
  return [
    {
      message: `network "${name}": dhcp is authoritative and there is no dhcp range: only machines with a reserved address get one`,
      hint: 'Add a range with use: dhcp, or say dhcp: reservations if that is meant.',
    },
  ];
}

/** With `dhcp: proxy` the other server names the router. */
function cutOff(network: NetworkConfig, all: readonly NetworkConfig[]): readonly NetworkWarning[] {
  const { name, cidr, dhcp, gateway } = network;
  const server = serverAddress(network, all);
  if (!isBehindRelays(network) || dhcp === 'proxy' || gateway != null || server === null) return [];
  if (cidrContains(cidr, server)) return [];
  return [
    {
      message: `network "${name}" is behind relays and has no gateway: its machines cannot leave ${formatCidr(cidr)}, so they never reach ${server} for their boot files`,
      hint: `Set gateway of "${name}" to the router of that network.`,
    },
  ];
}

function wireOf({ interface: nic, name, wire }: NetworkConfig): string {
  return nic === undefined ? `relayed ${wire ?? name}` : `interface ${nic}`;
}
