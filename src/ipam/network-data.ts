/**
 * OpenStack's `network_data.json`, which cloud-init, Ignition and cloudbase-init read from a config drive
 * (nova's schema doc/api_schemas/network_data.json; cloud-init sources/helpers/openstack.py).
 */
import type { NetworkConfig, NetworkRole } from '../config/schema.ts';
import { IngotError } from '../errors.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { AddressRecord } from '../store/records/address.ts';
import { type Bond, type BondedPort, bondLink, type NetworkDataBond } from './bond.ts';

export type NetworkDataLink =
  | {
      readonly id: string;
      readonly type: 'phy';
      readonly ethernet_mac_address: string;
      readonly mtu: number | null;
    }
  | NetworkDataBond;

export type NetworkDataNetwork = {
  readonly id: string;
  readonly network_id: string;
  readonly link: string;
  readonly type: 'ipv4';
  readonly ip_address: string;
  readonly netmask: Ipv4;
  readonly routes: readonly { readonly network: string; readonly netmask: string; readonly gateway: Ipv4 }[];
  readonly services: readonly NetworkDataService[];
};

export type NetworkDataService = { readonly type: 'dns'; readonly address: Ipv4 };

export type NetworkData = {
  readonly links: readonly NetworkDataLink[];
  readonly networks: readonly NetworkDataNetwork[];
  readonly services: readonly NetworkDataService[];
};

/** Networks that a deployed OS is not configured for: PXE is for provisioning, out-of-band is for BMCs. */
const NOT_FOR_THE_OS: readonly NetworkRole[] = ['pxe', 'oob'];

/** Whose gateway becomes the default route where several networks have one: the one the node is managed on. */
const DEFAULT_ROUTE_ORDER: readonly NetworkRole[] = ['lcm', 'oam', 'external', 'services', 'cluster-host'];

/** Whether nodes get a static address on that network for their operating system. */
export function isForTheOs(network: NetworkConfig): boolean {
  return !NOT_FOR_THE_OS.includes(network.role);
}

/**
 * The node's static addresses, each on the NIC that is plugged into its network (`physical_network` of the
 * port is the network's name), or on the bond that this NIC is a part of. One default route at most. NICs without an
 * address are not named, so the OS leaves them alone. Throws `invalid_input` when a network of an address has no port,
 * or no configuration.
 */
export function networkDataFor(node: {
  readonly ports: readonly BondedPort[];
  readonly portgroups: readonly Bond[];
  readonly allocations: readonly Pick<AddressRecord, 'network' | 'address'>[];
  readonly networks: readonly NetworkConfig[];
}): NetworkData {
  const placed = node.allocations
    .map((allocation) => ({ allocation, network: networkNamed(node.networks, allocation) }))
    .filter(({ network }) => isForTheOs(network))
    .map(({ allocation, network }) => ({
      allocation,
      network,
      port: portOn(node.ports, network.name, allocation.address),
    }))
    .map(({ port, ...rest }) => ({ ...rest, links: linksOf(port, node) }));
  const routed = defaultRouteNetwork(placed.map(({ network }) => network));
  const links = new Map(placed.flatMap((one) => one.links).map((link) => [link.id, link]));
  return {
    links: [...links.values()],
    networks: placed.map(({ allocation, network, links: [link] }) => ({
      id: `network-${network.name}`,
      network_id: network.name,
      link: link.id,
      type: 'ipv4',
      ip_address: allocation.address,
      netmask: network.cidr.netmask,
      routes:
        network === routed && network.gateway != null
          ? [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: network.gateway }]
          : [],
      services: network.nameservers.map(dns),
    })),
    services: [...new Set(placed.flatMap(({ network }) => network.nameservers))].map(dns),
  };
}

function dns(address: Ipv4): NetworkDataService {
  return { type: 'dns', address };
}

function linkId(mac: string): string {
  return `nic-${mac.replaceAll(':', '')}`;
}

/** What carries the address: the NIC itself, or the bond that it is a part of, followed by the bond's NICs. */
function linksOf(
  port: BondedPort,
  { ports, portgroups }: { readonly ports: readonly BondedPort[]; readonly portgroups: readonly Bond[] },
): readonly [NetworkDataLink, ...NetworkDataLink[]] {
  const group = portgroups.find(({ uuid }) => uuid === port.portgroup_uuid);
  if (group === undefined) return [nic(port.address)];
  const macs = ports
    .filter((other) => other.portgroup_uuid === group.uuid)
    .map(({ address }) => address)
    .sort();
  return [bondLink(group, { macs, links: macs.map(linkId) }), ...macs.map(nic)];
}

function nic(mac: string): NetworkDataLink {
  return { id: linkId(mac), type: 'phy', ethernet_mac_address: mac, mtu: null };
}

function networkNamed(
  networks: readonly NetworkConfig[],
  allocation: Pick<AddressRecord, 'network' | 'address'>,
): NetworkConfig {
  const network = networks.find(({ name }) => name === allocation.network);
  if (network !== undefined) return network;
  const message = `address ${allocation.address} was given on network "${allocation.network}", which is no more in the configuration`;
  throw new IngotError('invalid_input', message, {
    hint: 'Put the network back into the configuration file, or delete and deploy the node again.',
  });
}

/** The port with the lowest MAC on that network, so that every deployment takes the same. */
function portOn(ports: readonly BondedPort[], network: string, address: string): BondedPort {
  const [first] = ports
    .filter((port) => port.physical_network === network)
    .toSorted((a, b) => (a.address < b.address ? -1 : 1));
  if (first !== undefined) return first;
  throw new IngotError(
    'invalid_input',
    `no port of the node is on network "${network}", so ${address} has no NIC`,
    {
      hint: `Set physical_network of the NIC's port to "${network}".`,
    },
  );
}

function defaultRouteNetwork(networks: readonly NetworkConfig[]): NetworkConfig | null {
  const rank = ({ role }: NetworkConfig): number => {
    const index = DEFAULT_ROUTE_ORDER.indexOf(role);
    return index === -1 ? DEFAULT_ROUTE_ORDER.length : index;
  };
  const withGateway = networks.filter(({ gateway }) => gateway != null);
  return withGateway.toSorted((a, b) => rank(a) - rank(b))[0] ?? null;
}
