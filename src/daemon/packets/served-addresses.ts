/** The addresses of ours at which machines are served: several networks may share one. Pure. */
import type { Config, NetworkRole } from '../../config/schema.ts';
import { serverAddress } from '../../config/server-address.ts';
import type { Ipv4 } from '../../net/ipv4.ts';

export type ServedAddress = {
  readonly address: Ipv4;
  /** Names of the networks whose machines talk to it. */
  readonly networks: readonly string[];
};

/** Of the networks of that role on which ingot has an address, or reaches the machines by one. */
export function servedAddresses(config: Config, role: NetworkRole): readonly ServedAddress[] {
  const served = config.networks.filter((network) => network.role === role);
  const groups = Map.groupBy(served, (network) => serverAddress(network, config.networks));
  return [...groups].flatMap(([address, networks]) =>
    address === null ? [] : [{ address, networks: networks.map(({ name }) => name) }],
  );
}
