/** Which servers the packet thread runs on which endpoints, each tried again until it serves. */
import type { Clock } from '../../clock.ts';
import { BOOT_SERVER_PORT, SERVER_PORT } from '../../dhcp/replies/destination.ts';
import { type Endpoint, endpointName, endpointsOf } from '../../dhcp/wires/endpoints.ts';
import type { BootNetwork } from '../../dhcp/wires/network.ts';
import type { Log } from '../../log.ts';
import { type BootEndpoint, bootEndpointsOf } from './boot-endpoints.ts';
import { keepTrying, type Service } from './keep-trying.ts';
import { onInterface } from './on-interface.ts';
import type { PacketService } from './packet-protocol.ts';

/** How each kind of server is started. */
export type PacketServers = {
  readonly dhcp: (endpoint: Endpoint) => Promise<Service>;
  /** On port 4011. */
  readonly boot: (endpoint: Endpoint) => Promise<Service>;
  readonly tftp: (endpoint: BootEndpoint) => Promise<Service>;
  /** Null: not wanted. */
  readonly syslog: ((endpoint: BootEndpoint) => Promise<Service>) | null;
};

type Options = {
  readonly networks: readonly BootNetwork[];
  readonly indexOf: (name: string) => number | null;
  readonly clock: Clock;
  readonly log: Log;
  /** Told when a server serves, and why one does not. */
  readonly tell: (service: PacketService) => void;
};

/** A server that is started as soon as its interface and address are there. */
type Wanted = Omit<PacketService, 'problem'> & {
  /** Null: it is bound to none. */
  readonly interface: string | null;
  readonly start: () => Promise<Service>;
};

export function startPacketServices(servers: PacketServers, options: Options): readonly Service[] {
  const { networks, indexOf, clock, log } = options;
  const withDhcp = networks.filter(({ mode }) => mode !== 'off');
  const dependent = new Set(withDhcp.map(({ name }) => name));
  const wanted = [
    ...endpointsOf(withDhcp).map((endpoint) => forDhcp(servers, endpoint)),
    ...endpointsOf(networks).map((endpoint) => forBootQuestions(servers, endpoint)),
    ...bootEndpointsOf(networks).flatMap((endpoint) => forBoot(servers, endpoint)),
  ];
  return wanted.map(({ start, interface: name, ...service }) => {
    // Where somebody else's DHCP server sends machines, it may send them elsewhere for their first stage.
    const needing = service.networks.filter((network) => dependent.has(network));
    const tell = (problem: string | null): void => options.tell({ ...service, networks: needing, problem });
    const watched = name === null ? start : onInterface(start, { name, indexOf, clock });
    return keepTrying(watched, {
      clock,
      onStarted: () => {
        log.info({ listener: service.name, at: service.at }, 'listening');
        tell(null);
      },
      // The main thread logs it, and makes it an event.
      onProblem: tell,
    });
  });
}

function forDhcp({ dhcp }: PacketServers, endpoint: Endpoint): Wanted {
  return { ...serviceAt('DHCP', endpoint, SERVER_PORT), start: () => dhcp(endpoint) };
}

function forBootQuestions({ boot }: PacketServers, endpoint: Endpoint): Wanted {
  return { ...serviceAt('PXE', endpoint, BOOT_SERVER_PORT), start: () => boot(endpoint) };
}

function serviceAt(what: string, endpoint: Endpoint, port: number): Omit<Wanted, 'start'> {
  const { arrival, networks } = endpoint;
  return {
    networks,
    interface: arrival.by === 'interface' ? arrival.interface : null,
    name: `${what} ${networks.join(', ')}`,
    at: `${endpointName(endpoint)}:${port}`,
  };
}

function forBoot({ tftp, syslog }: PacketServers, endpoint: BootEndpoint): readonly Wanted[] {
  const { address, networks } = endpoint;
  const on = { networks, interface: endpoint.interface };
  const names = networks.join(', ');
  const files = { ...on, name: `TFTP ${names}`, at: `${address}:69`, start: () => tftp(endpoint) };
  if (syslog === null) return [files];
  return [files, { ...on, name: `syslog ${names}`, at: `${address}:514`, start: () => syslog(endpoint) }];
}
