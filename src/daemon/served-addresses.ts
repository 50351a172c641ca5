/** The addresses of ours at which machines are served: several networks may share one. Pure. */
import type { Config, NetworkConfig, NetworkRole } from '../config/schema.ts';
import { serverAddress } from '../config/server-address.ts';
import type { Ipv4 } from '../net/ipv4.ts';

export type ServedAddress = {
  readonly address: Ipv4;
  /** Names of the networks whose machines talk to it. */
  readonly networks: readonly string[];
};

/** Of the networks of that role on which ingot has an address, or reaches the machines by one. */
export function servedAddresses(config: Config, role: NetworkRole): readonly ServedAddress[] {
  return byServerAddress(
    config.networks.filter((network) => network.role === role),
    config.networks,
  ).map(({ address, networks }) => ({ address, networks: networks.map(({ name }) => name) }));
}

/** Each address of ours once, with those of `served` whose machines talk to it. */
function byServerAddress(
  served: readonly NetworkConfig[],
  all: readonly NetworkConfig[],
): readonly { readonly address: Ipv4; readonly networks: readonly NetworkConfig[] }[] {
  const groups = new Map<Ipv4, NetworkConfig[]>();
  for (const network of served) {
    const address = serverAddress(network, all);
    if (address !== null) groups.set(address, [...(groups.get(address) ?? []), network]);
  }
  return [...groups].map(([address, networks]) => ({ address, networks }));
}
