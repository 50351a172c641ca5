import type { NetworkConfig } from '../config/schema.ts';
import { IngotError } from '../errors.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { AddressRecord, PortRecord } from '../store/records.ts';
import { capacityOf, chooseAddress } from './choose-address.ts';
import { isForTheOs } from './network-data.ts';

export type Allocation = { readonly network: string; readonly address: Ipv4 };

/**
 * The addresses that a node still needs for its operating system: one on each network with a static range that
 * one of its NICs is plugged into (`physical_network`), unless it holds one there. Pure: the caller claims
 * them in the store, and plans again when another node was faster.
 *
 * `taken`: by network name, every address given away there. Throws `no_address` when a network is used up.
 */
export function planAllocations(node: {
  readonly ports: readonly Pick<PortRecord, 'physical_network'>[];
  readonly held: readonly Pick<AddressRecord, 'network'>[];
  readonly networks: readonly NetworkConfig[];
  readonly taken: ReadonlyMap<string, ReadonlySet<string>>;
}): readonly Allocation[] {
  const plugged = new Set(node.ports.map((port) => port.physical_network));
  return node.networks
    .filter((network) => isForTheOs(network) && plugged.has(network.name))
    .filter((network) => network.ranges.some(({ use }) => use === 'static'))
    .filter((network) => !node.held.some((address) => address.network === network.name))
    .map((network) => {
      const taken = node.taken.get(network.name) ?? new Set<string>();
      const address = chooseAddress(network, taken);
      if (address === null) throw usedUp(network, taken);
      return { network: network.name, address };
    });
}

function usedUp(network: NetworkConfig, taken: ReadonlySet<string>): IngotError {
  const { total } = capacityOf(network, taken);
  return new IngotError(
    'no_address',
    `network "${network.name}" has no free address: all ${total} are given away`,
    {
      hint: `Add a static range to "${network.name}" in the configuration file, or delete nodes that are no longer used.`,
    },
  );
}
