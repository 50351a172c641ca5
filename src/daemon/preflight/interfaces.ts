/** Interfaces and addresses that the configuration names. Pure but for `readInterfaces`. */
import { readdir, readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type { NetworkConfig } from '../../config/schema.ts';
import { createInterfaceIndex } from '../../net/interface-index.ts';
import { bad, type Finding, good, warning } from './finding.ts';

export type SeenInterface = {
  readonly name: string;
  /** False: no cable, or switched off. */
  readonly carrier: boolean;
  /** IPv4. */
  readonly addresses: readonly string[];
};

const CHECK = 'interface';

/** One finding for each network that ingot has an interface or an address on. */
export function judgeInterfaces(
  networks: readonly NetworkConfig[],
  seen: readonly SeenInterface[],
): readonly Finding[] {
  return networks.flatMap((network) => [
    ...(network.interface !== undefined || network.address !== undefined ? [judge(network, seen)] : []),
    ...judgeServerAddress(network, seen),
  ]);
}

/** Machines reach it by whichever interface; it only has to be ours. */
function judgeServerAddress(
  { name, address, server_address: server }: NetworkConfig,
  seen: readonly SeenInterface[],
): readonly Finding[] {
  if (server === undefined || server === address) return [];
  const holder = seen.find(({ addresses }) => addresses.includes(server));
  if (holder !== undefined)
    return [good(CHECK, `Interface ${holder.name} has ${server}, the server address of network "${name}"`)];
  const hint = `Add it, as with: ip address add ${server}/32 dev lo; or correct \`server_address\` in the configuration.`;
  return [bad(CHECK, `No interface has ${server}, the server address of network "${name}"`, hint)];
}

function judge(network: NetworkConfig, seen: readonly SeenInterface[]): Finding {
  const { name, interface: wanted, address } = network;
  const found = seen.find((one) =>
    wanted === undefined ? one.addresses.includes(address ?? '') : one.name === wanted,
  );
  if (found === undefined) {
    return wanted === undefined
      ? bad(CHECK, `No interface has the address ${address} of network "${name}"`, addHint(network, 'eth1'))
      : bad(
          CHECK,
          `There is no interface ${wanted}, which network "${name}" is on`,
          'See `ip link` for the names, and correct `interface` in the configuration.',
        );
  }
  if (address !== undefined && !found.addresses.includes(address))
    return bad(
      CHECK,
      `Interface ${found.name} has no address ${address}, which network "${name}" needs`,
      addHint(network, found.name),
    );
  if (!found.carrier)
    return warning(
      CHECK,
      `Interface ${found.name} of network "${name}" has no link`,
      `Check the cable and the switch's port, and that the interface is up: ip link set ${found.name} up.`,
    );
  return good(CHECK, `Interface ${found.name} is up with ${address ?? 'no address'} (network "${name}")`);
}

function addHint({ address, cidr }: NetworkConfig, device: string): string {
  return `Add it, as with: ip address add ${address}/${cidr.prefix} dev ${device}; or correct \`address\` in the configuration.`;
}

/** What the kernel has in this network namespace; /sys may be another's, as in a lab. */
export async function readInterfaces(): Promise<readonly SeenInterface[]> {
  const addresses = networkInterfaces();
  const indexOf = createInterfaceIndex();
  const named = new Set([...(await readdir('/sys/class/net')), ...Object.keys(addresses)]);
  return await Promise.all(
    [...named]
      .filter((name) => indexOf(name) !== null)
      .map(async (name) => ({
        name,
        // One with an address is listed only while it has a link; one that is down refuses the read.
        carrier:
          name in addresses ||
          (await readFile(`/sys/class/net/${name}/carrier`, 'utf8').catch(() => '0')).trim() === '1',
        addresses: (addresses[name] ?? []).flatMap(({ family, address }) =>
          family === 'IPv4' ? [address] : [],
        ),
      })),
  );
}
