/** At which addresses of ours booting machines are served by UDP (TFTP, syslog), and who they are. Pure. */
import type { BootNetwork } from '../../dhcp/wires/network.ts';
import type { Cidr, Ipv4 } from '../../net/ipv4.ts';

export type BootEndpoint = {
  readonly address: Ipv4;
  /** Null: machines of several wires ask there, or machines behind routers, by whichever interface. */
  readonly interface: string | null;
  /** Names of the networks whose machines ask there. */
  readonly networks: readonly string[];
  readonly cidrs: readonly Cidr[];
};

/** One for each address that DHCP, ours or somebody else's, names to machines. */
export function bootEndpointsOf(networks: readonly BootNetwork[]): readonly BootEndpoint[] {
  const byAddress = Map.groupBy(networks, ({ address }) => address);
  return [...byAddress].map(([address, at]) => {
    const [nic = null, ...others] = new Set(at.map((network) => network.interface));
    return {
      address,
      interface: others.length === 0 ? nic : null,
      networks: at.map(({ name }) => name),
      cidrs: at.map(({ cidr }) => cidr),
    };
  });
}
