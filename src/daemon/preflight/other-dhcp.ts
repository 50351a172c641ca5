/** Asks on the wires who else answers DHCP there, in the name of a machine that does not exist. */
import { systemClock } from '../../clock.ts';
import type { NetworkConfig } from '../../config/schema.ts';
import { serverAddresses } from '../../config/server-address.ts';
import { startServerSearch } from '../../dhcp/watch/server-search.ts';
import { asIngotError } from '../../errors.ts';
import type { Ipv4 } from '../../net/ipv4.ts';
import { bad, type Finding, good, warning } from './finding.ts';

/** Servers that first look whether somebody has the address take their time: dnsmasq three seconds. */
const LISTEN_MS = 4_500;
/** Longer than we listen: the search asks for once. */
const ONCE_MS = 3_600_000;

/** Takes `LISTEN_MS`, whatever the number of networks. */
export async function checkOtherDhcp(networks: readonly NetworkConfig[]): Promise<readonly Finding[]> {
  const served = networks.filter(({ dhcp }) => dhcp !== 'off');
  const own = serverAddresses(networks);
  return (await Promise.all(served.map((network) => check(network, own)))).flat();
}

async function check(network: NetworkConfig, own: ReadonlySet<Ipv4>): Promise<readonly Finding[]> {
  const { name, interface: device } = network;
  // Told by the check of interfaces.
  if (device === undefined) return [];
  try {
    const search = startServerSearch({
      network: name,
      interface: device,
      expects: 'any',
      everyMs: ONCE_MS,
      clock: systemClock,
      isOurs: (server) => own.has(server),
      onNotice: () => undefined,
    });
    await systemClock.sleep(LISTEN_MS);
    await search.stop();
    const servers = search.servers().map((server) => server.address);
    return [judgeServers(network, servers)];
  } catch (thrown) {
    const { message } = asIngotError(thrown, `asking on ${device}`);
    return [
      warning('dhcp', `Whether another DHCP server is on ${device} could not be found out: ${message}`, ''),
    ];
  }
}

/** `servers`: the addresses of those who answered, but for ourselves. Pure. */
export function judgeServers(
  { name, interface: device, dhcp }: Pick<NetworkConfig, 'name' | 'interface' | 'dhcp'>,
  servers: readonly string[],
): Finding {
  const where = `on ${device} (network "${name}")`;
  const who = servers.join(' and ');
  if (dhcp === 'proxy')
    return servers.length > 0
      ? good('dhcp', `DHCP server ${who} gives addresses ${where}, beside which ingot shall be a proxy`)
      : bad(
          'dhcp',
          `No DHCP server answers ${where}, and a proxy gives no addresses`,
          'Start that server, check the cabling and VLAN, or set dhcp: authoritative.',
        );
  return servers.length === 0
    ? good('dhcp', `No other DHCP server answers ${where}`)
    : warning(
        'dhcp',
        `Another DHCP server answers ${where}: ${who}`,
        'Machines take whoever answers first: stop that server, or set dhcp: proxy beside it.',
      );
}
