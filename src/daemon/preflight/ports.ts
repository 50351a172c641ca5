/** Whether the ports that the configuration needs are free, or held by whom. Pure. */
import type { Config, NetworkConfig } from '../../config/schema.ts';
import { isBootServed, serverAddress } from '../../config/server-address.ts';
import { BOOT_SERVER_PORT, SERVER_PORT } from '../../dhcp/replies/destination.ts';
import { SYSLOG_PORT } from '../../syslog/server.ts';
import { TFTP_PORT } from '../../tftp/server.ts';
import { bad, type Finding, good, warning } from './finding.ts';
import { formatHolder, inTheWay, isOurs, type OpenSocket } from './sockets.ts';

export type WantedPort = {
  readonly for: string;
  readonly protocol: 'udp' | 'tcp';
  readonly port: number;
  /** Null: every address, on the interface alone. */
  readonly address: string | null;
  readonly device: string | null;
  /** False: another program may do the same for the machines there. */
  readonly needed: boolean;
};

export type Holders = {
  /** The process of the daemon that works in `state_dir` just now, if any. */
  readonly ownPid: number | null;
  readonly sockets: readonly OpenSocket[];
};

/** A service of networks whose machines boot from us. */
const UDP_SERVICES: readonly {
  readonly name: string;
  readonly port: number;
  /** Heard on the interface whatever the address, as broadcasts must be. */
  readonly everyAddress: boolean;
}[] = [
  { name: 'DHCP', port: SERVER_PORT, everyAddress: true },
  { name: 'PXE', port: BOOT_SERVER_PORT, everyAddress: true },
  { name: 'TFTP', port: TFTP_PORT, everyAddress: false },
  { name: 'syslog', port: SYSLOG_PORT, everyAddress: false },
];

function wantedPorts({ api, boot, networks }: Config): readonly WantedPort[] {
  const [address = '', port = ''] = api.listen.split(':');
  const isServed = (service: string, { dhcp }: NetworkConfig): boolean =>
    (service !== 'DHCP' || dhcp !== 'off') && (service !== 'syslog' || boot.syslog);
  const udp = networks
    .filter((network) => isBootServed(network, networks))
    .flatMap((network) =>
      UDP_SERVICES.filter(({ name }) => isServed(name, network)).map((service) => {
        const device = network.interface ?? null;
        const everywhere = service.everyAddress && device !== null;
        return {
          for: `${service.name} ${network.name}`,
          protocol: 'udp' as const,
          port: service.port,
          device,
          address: everywhere ? null : serverAddress(network, networks),
          needed: network.dhcp !== 'off',
        };
      }),
    );
  const http = networks.flatMap((network) => {
    const { name, role } = network;
    const ours = serverAddress(network, networks);
    if (ours === null || (role !== 'pxe' && role !== 'lcm')) return [];
    const { listen_port: tlsPort } = boot.https;
    return [
      ...(role === 'lcm'
        ? [{ for: `LCM ${name}`, address: ours, port: tlsPort ?? boot.listen_port }]
        : [{ for: `boot ${name}`, address: ours, port: boot.listen_port }]),
      ...(role === 'pxe' && tlsPort !== null
        ? [{ for: `boot HTTPS ${name}`, address: ours, port: tlsPort }]
        : []),
    ];
  });
  const tcp = [{ for: 'API', address, port: Number(port) }, ...http];
  return [...udp, ...tcp.map((one) => ({ ...one, protocol: 'tcp' as const, device: null, needed: true }))];
}

export function judgePorts(config: Config, holders: Holders): readonly Finding[] {
  return wantedPorts(config).map((wanted) => judge(wanted, holders));
}

function judge(wanted: WantedPort, { ownPid, sockets }: Holders): Finding {
  const place = wanted.address ?? wanted.device ?? 'every interface';
  const what = `${wanted.protocol.toUpperCase()} port ${wanted.port} on ${place} (${wanted.for})`;
  const held = sockets.filter((socket) => inTheWay(wanted, socket));
  const strange = held.find((socket) => !isOurs(socket, ownPid));
  if (strange === undefined)
    return good('port', held.length === 0 ? `${what} is free` : `${what} is held by ingot itself`);
  const who = formatHolder(strange);
  if (!wanted.needed)
    return warning(
      'port',
      `${what} is held by ${who}`,
      'Stop that program if the DHCP server there sends machines to ingot for their boot program; leave it if it sends them there.',
    );
  return bad(
    'port',
    `${what} is held by ${who}`,
    'Stop that program, keep it off this interface, or give ingot another address or port in the configuration.',
  );
}
