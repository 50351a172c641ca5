/** Which sockets serve a set of networks. Pure. */
import type { Ipv4 } from '../../net/ipv4.ts';
import type { BootNetwork } from './network.ts';
import type { Arrival } from './wires.ts';

export type Endpoint = {
  readonly arrival: Arrival;
  /** Names of the networks whose machines are answered here. */
  readonly networks: readonly string[];
};

/**
 * One socket for each interface: two on one would both get every broadcast. And one for each address of ours that
 * relays send to, on whichever interface their routes end: the kernel prefers it to the interface's own.
 */
export function endpointsOf(networks: readonly BootNetwork[]): readonly Endpoint[] {
  const byInterface = new Map<string, string[]>();
  const byAddress = new Map<Ipv4, string[]>();
  const add = <Key>(map: Map<Key, string[]>, key: Key, name: string): void => {
    map.set(key, [...(map.get(key) ?? []), name]);
  };
  for (const { name, interface: nic, address } of networks) {
    if (nic === null) add(byAddress, address, name);
    else add(byInterface, nic, name);
  }
  return [
    ...[...byInterface].map(([nic, names]) => ({
      arrival: { by: 'interface', interface: nic } as const,
      networks: names,
    })),
    ...[...byAddress].map(([address, names]) => ({
      arrival: { by: 'address', address } as const,
      networks: names,
    })),
  ];
}

/** `eth1` or `10.20.0.1`. */
export function endpointName({ arrival }: Endpoint): string {
  return arrival.by === 'interface' ? arrival.interface : arrival.address;
}
