/** How the packet thread's servers are started: DHCP, PXE's boot server, TFTP and syslog. */
import type { Clock } from '../../clock.ts';
import type { Config } from '../../config/schema.ts';
import type { DhcpNotice } from '../../dhcp/notice.ts';
import { BOOT_SERVER_PORT, SERVER_PORT } from '../../dhcp/replies/destination.ts';
import { type Answerer, startDhcpServer } from '../../dhcp/server.ts';
import type { Endpoint } from '../../dhcp/wires/endpoints.ts';
import type { Log } from '../../log.ts';
import { createInterfaceMtu } from '../../net/interface-mtu.ts';
import { cidrContains, type Ipv4 } from '../../net/ipv4.ts';
import { SYSLOG_PORT, startSyslogServer } from '../../syslog/server.ts';
import { limitsOf } from '../../tftp/limits.ts';
import { startTftpServer, TFTP_PORT } from '../../tftp/server.ts';
import type { OpenSocket } from '../preflight/sockets.ts';
import type { BootEndpoint } from './boot-endpoints.ts';
import type { Service } from './keep-trying.ts';
import { createDropTeller } from './kernel-drops.ts';
import type { PacketCounters } from './packet-counters.ts';
import type { Fact } from './packet-protocol.ts';
import type { PacketServers } from './packet-services.ts';
import { namingHolder, openServerPort } from './server-port.ts';
import type { TftpContents } from './tftp-contents.ts';

type Options = {
  /** Who listens on this machine. */
  readonly sockets: () => Promise<readonly OpenSocket[]>;
  readonly desk: Answerer;
  readonly bootServer: Answerer;
  readonly contents: TftpContents;
  /** Sockets on port 67 that systemd passed, by the name of a network on their interface. */
  readonly descriptors: ReadonlyMap<string, number>;
  readonly tftp: Config['boot']['tftp'];
  /** Whether log lines are wanted. */
  readonly syslog: boolean;
  readonly counters: PacketCounters;
  readonly onFact: (fact: Fact) => void;
  readonly onNotice: (notice: DhcpNotice) => void;
  readonly clock: Clock;
  readonly log: Log;
};

export function createPacketServers(options: Options): PacketServers {
  const { contents, counters, tftp, clock, log, onFact, onNotice } = options;
  const dropsOf = createDropTeller({ clock, onNotice });
  const mtuOf = createInterfaceMtu();
  const dhcp = { clock, log: log.child({ component: 'dhcp' }), counters: counters.dhcp };
  const descriptors = new Map(options.descriptors);

  /** A descriptor is used up by its first server; after a failure we open a socket of our own. */
  const takeDescriptor = ({ arrival, networks }: Endpoint): number | null => {
    const named = arrival.by === 'interface' ? networks : [];
    const passed = named.flatMap((network) => descriptors.get(network) ?? []);
    for (const network of named) descriptors.delete(network);
    return passed[0] ?? null;
  };

  const serveTftp = (endpoint: BootEndpoint): Promise<Service> => {
    const { address, interface: nic, networks } = endpoint;
    return startTftpServer({
      address,
      interface: nic,
      files: contents.on(address),
      isClient: isBootingAt(endpoint),
      limits: limitsOf({
        maxBlockSize: tftp.max_block_size,
        maxTransfers: tftp.max_transfers,
        maxTransfersPerClient: tftp.max_transfers_per_client,
      }),
      singlePort: tftp.single_port,
      mtu: () => (nic === null ? null : mtuOf(nic)),
      clock,
      log,
      counters: counters.tftp,
      onFact: (fact) => onFact(contents.asBootStage(fact)),
      drops: dropsOf({ name: 'TFTP', networks, counters: counters.tftp }),
    });
  };

  const serveSyslog = (endpoint: BootEndpoint): Promise<Service> => {
    const { address, interface: nic, networks } = endpoint;
    return startSyslogServer({
      address,
      interface: nic,
      clock,
      isClient: isBootingAt(endpoint),
      onFact,
      log: log.child({ component: 'syslog', networks }),
      counters: counters.syslog,
      drops: dropsOf({ name: 'syslog', networks, counters: counters.syslog }),
    });
  };

  const open = (endpoint: Endpoint, port: number): Promise<number> =>
    openServerPort(endpoint, { port, look: options.sockets, log: dhcp.log });
  const naming = (
    port: number,
    serve: (endpoint: BootEndpoint) => Promise<Service>,
  ): ((endpoint: BootEndpoint) => Promise<Service>) => {
    return (endpoint) => {
      const place = { port, address: endpoint.address, device: endpoint.interface };
      return namingHolder(place, options.sockets, () => serve(endpoint));
    };
  };

  return {
    dhcp: async (endpoint) =>
      await startDhcpServer({
        ...dhcp,
        answerer: options.desk,
        endpoint,
        port: SERVER_PORT,
        descriptor: takeDescriptor(endpoint) ?? (await open(endpoint, SERVER_PORT)),
        drops: dropsOf({ name: 'DHCP', networks: endpoint.networks, counters: counters.dhcp }),
      }),
    boot: async (endpoint) =>
      await startDhcpServer({
        ...dhcp,
        answerer: options.bootServer,
        endpoint,
        port: BOOT_SERVER_PORT,
        descriptor: await open(endpoint, BOOT_SERVER_PORT),
        drops: dropsOf({ name: 'PXE', networks: endpoint.networks, counters: counters.dhcp }),
      }),
    tftp: naming(TFTP_PORT, serveTftp),
    syslog: options.syslog ? naming(SYSLOG_PORT, serveSyslog) : null,
  };
}

/** Nobody else boots there: a stranger's address would only make us a reflector. */
function isBootingAt({ cidrs }: BootEndpoint): (client: Ipv4) => boolean {
  return (client) => cidrs.some((cidr) => cidrContains(cidr, client));
}
