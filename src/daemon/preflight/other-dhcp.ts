/** Asks on a wire who answers DHCP there: one DISCOVER of a machine that does not exist. */
import { randomBytes } from 'node:crypto';
import type { NetworkConfig } from '../../config/schema.ts';
import { MESSAGE_TYPES } from '../../dhcp/message-type.ts';
import { OPTIONS, readOption, writeOption } from '../../dhcp/options/table.ts';
import { decodePacket, encodePacket } from '../../dhcp/packet.ts';
import { asIngotError } from '../../errors.ts';
import { openBoundSocket } from '../../net/bound-socket.ts';
import { bad, type Finding, good, warning } from './finding.ts';

/** Servers that first look whether somebody has the address take their time: dnsmasq three seconds. */
const LISTEN_MS = 4_500;
const CLIENT_PORT = 68;
const SERVER_PORT = 67;

/** Takes `LISTEN_MS`, whatever the number of networks. */
export async function checkOtherDhcp(networks: readonly NetworkConfig[]): Promise<readonly Finding[]> {
  const served = networks.filter(({ dhcp }) => dhcp !== 'off');
  return (await Promise.all(served.map(check))).flat();
}

async function check(network: NetworkConfig): Promise<readonly Finding[]> {
  const { interface: device, address } = network;
  // Told by the check of interfaces.
  if (device === undefined) return [];
  try {
    const servers = await whoAnswers(device);
    return [
      judgeServers(
        network,
        [...servers].filter((server) => server !== address),
      ),
    ];
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

/** Server identifiers (RFC 2132 9.7), or where there is none the sender's address. */
async function whoAnswers(device: string): Promise<ReadonlySet<string>> {
  const socket = await openBoundSocket({ interface: device, address: null, port: CLIENT_PORT, shared: true });
  const xid = randomBytes(4).readUInt32BE();
  const servers = new Set<string>();
  socket.on('message', (datagram, { address }) => {
    const decoded = decodePacket(datagram);
    if (!decoded.ok || decoded.packet.op !== 'reply' || decoded.packet.xid !== xid) return;
    servers.add(readOption(decoded.packet.options, OPTIONS.serverIdentifier) ?? address);
  });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.send(discover(xid), SERVER_PORT, '255.255.255.255', (error) => {
        if (error !== null) reject(error);
        else setTimeout(resolve, LISTEN_MS);
      });
    });
  } finally {
    await new Promise<void>((resolve) => socket.close(resolve));
  }
  return servers;
}

function discover(xid: number): Uint8Array {
  return encodePacket({
    ...{ op: 'request', hardwareType: 1, hops: 0, xid, secs: 0, broadcast: true, sname: '', file: '' },
    ...{ ciaddr: null, yiaddr: null, siaddr: null, giaddr: null },
    // Locally administered: no maker's, so no machine of the rack has it.
    hardwareAddress: Uint8Array.of(0x02, 0x69, ...randomBytes(4)),
    options: new Map([writeOption(OPTIONS.messageType, MESSAGE_TYPES.discover)]),
  }).bytes;
}
