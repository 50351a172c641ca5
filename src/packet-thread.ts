/**
 * The packet thread: DHCP, TFTP and syslog for every network that ingot serves, away from the API's event loop. The main
 * thread sends it the boot table; it sends back facts. Started by `daemon/packet-host.ts` as a worker thread.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { bootClientOf } from './boot/client.ts';
import type { BootEntry } from './boot/decision.ts';
import { asBootStage, grubFiles } from './boot/grub-files.ts';
import { contentsOf, loadBootManifest } from './boot/manifest.ts';
import { systemClock } from './clock.ts';
import type { NetworkConfig } from './config/schema.ts';
import { createBootAnswers } from './daemon/boot-answers.ts';
import { clientDetails } from './daemon/client-details.ts';
import { createFactSender } from './daemon/fact-sender.ts';
import { keepTrying, type Service } from './daemon/keep-trying.ts';
import { createLeaseService } from './daemon/lease-service.ts';
import { onInterface } from './daemon/on-interface.ts';
import type {
  FromPacketThread,
  PacketService,
  PacketThreadOptions,
  ToPacketThread,
} from './daemon/packet-protocol.ts';
import { preferThisThread } from './daemon/prefer-thread.ts';
import { startServerSearches } from './daemon/server-searches.ts';
import { createDhcpCounters } from './dhcp/counters.ts';
import type { DhcpFact } from './dhcp/facts.ts';
import { openLeaseJournal } from './dhcp/lease-journal.ts';
import { dhcpNetwork } from './dhcp/network.ts';
import { createReservationTable } from './dhcp/reservations.ts';
import { type DhcpServer, startDhcpServer } from './dhcp/server.ts';
import { createLog } from './log.ts';
import { createCounters, prefixed } from './net/counters.ts';
import { createInterfaceIndex } from './net/interface-index.ts';
import { createInterfaceMtu } from './net/interface-mtu.ts';
import { cidrContains } from './net/ipv4.ts';
import type { Mac } from './net/mac.ts';
import { SYSLOG_COUNTS } from './syslog/counts.ts';
import { startSyslogServer } from './syslog/server.ts';
import { TFTP_COUNTS } from './tftp/counts.ts';
import { firstOf } from './tftp/names.ts';
import { startTftpServer } from './tftp/server.ts';

/** A server of one network that is started as soon as its interface and address are there. */
type Wanted = Omit<PacketService, 'problem'> & {
  readonly interface: string;
  readonly start: () => Promise<Service>;
};

const post = (message: FromPacketThread): void => parentPort?.postMessage(message);

async function runPacketThread(options: PacketThreadOptions): Promise<void> {
  const log = createLog(options.logLevel);
  preferThisThread(log);
  const counters = {
    dhcp: createDhcpCounters(),
    tftp: createCounters(TFTP_COUNTS),
    syslog: createCounters(SYSLOG_COUNTS),
  };
  const journal = await openLeaseJournal(options.leasesPath, log);
  const reservations = createReservationTable();
  const manifest = await loadBootManifest(options.ipxeDir, options.secureBootDir);
  const indexOf = createInterfaceIndex();
  const searches = startServerSearches({
    ...{ networks: options.networks, indexOf, clock: systemClock, log },
    onNotice: (notice) => post({ type: 'notice', notice }),
  });
  const facts = createFactSender((batch) => post({ type: 'facts', facts: batch }));
  const boot = new Map<Mac, BootEntry>();
  const dhcp = new Map<string, DhcpServer>();
  const leases = createLeaseService({
    places: () => [...dhcp.values()],
    journal,
    reservations,
    clock: systemClock,
  });
  const passed = new Map(options.dhcpDescriptors);

  const bootAnswers = createBootAnswers({
    files: manifest.files,
    entryOf: (mac) => boot.get(mac) ?? null,
    httpPort: options.httpPort,
    syslog: options.syslog,
    clock: systemClock,
    onFact: facts.send,
  });

  /** What machines of nodes say of themselves is known: only strangers' facts carry it along. */
  const tellDhcp = (fact: DhcpFact): void =>
    boot.has(fact.mac) ? facts.send(fact) : facts.send(fact, { client: clientDetails(fact) });

  const serveDhcp = async (config: NetworkConfig): Promise<Service> => {
    const network = dhcpNetwork(config);
    const descriptor = passed.get(config.name) ?? null;
    // A descriptor is used up by its first server; after a failure we open a socket of our own.
    passed.delete(config.name);
    const server = await startDhcpServer({
      network,
      descriptor,
      journal,
      reservations,
      isOurSearch: searches.isOurs,
      onOtherServer: (address) => searches.named(config.name, address),
      isBooting: (client) => bootClientOf(client).kind !== 'not-booting',
      bootFields: (client) => bootAnswers(client, network.address),
      clock: systemClock,
      log: log.child({ component: 'dhcp', network: network.name }),
      counters: counters.dhcp,
      onFact: tellDhcp,
    });
    dhcp.set(network.name, server);
    return server;
  };

  const shared = new Map<string, Uint8Array>();
  const mtuOf = createInterfaceMtu();
  const serveTftp = async (config: NetworkConfig): Promise<Service> => {
    const network = dhcpNetwork(config);
    return await startTftpServer({
      address: network.address,
      interface: network.interface,
      files: firstOf(
        grubFiles({
          bootEntry: (mac) => boot.get(mac) ?? null,
          site: { serverAddress: network.address, httpPort: options.httpPort, syslog: options.syslog },
          kernelArgs: options.kernelArgs,
        }),
        contentsOf(manifest),
        shared,
      ),
      // Nobody else boots here: a stranger's address would only make us a reflector.
      isClient: (address) => cidrContains(network.cidr, address),
      limits: {
        maxBlockSize: options.tftp.max_block_size,
        maxTransfers: options.tftp.max_transfers,
        maxTransfersPerClient: options.tftp.max_transfers_per_client,
      },
      singlePort: options.tftp.single_port,
      mtu: () => mtuOf(network.interface),
      clock: systemClock,
      log,
      onFact: (fact) => facts.send(asBootStage(fact)),
      counters: counters.tftp,
    });
  };

  const serveSyslog = async (config: NetworkConfig): Promise<Service> => {
    const network = dhcpNetwork(config);
    return await startSyslogServer({
      ...{ address: network.address, interface: network.interface, clock: systemClock },
      isClient: (address) => cidrContains(network.cidr, address),
      log: log.child({ component: 'syslog', network: network.name }),
      counters: counters.syslog,
      onFact: facts.send,
    });
  };

  const wantedOn = (config: NetworkConfig): readonly Wanted[] => {
    const on = { network: config.name, interface: config.interface ?? '' };
    return [
      {
        ...{ ...on, name: `DHCP ${config.name}`, at: `${config.interface}:67` },
        start: () => serveDhcp(config),
      },
      {
        ...{ ...on, name: `TFTP ${config.name}`, at: `${config.address}:69` },
        start: () => serveTftp(config),
      },
      ...(options.syslog
        ? [
            {
              ...{ ...on, name: `syslog ${config.name}`, at: `${config.address}:514` },
              start: () => serveSyslog(config),
            },
          ]
        : []),
    ];
  };
  const start = ({ start: attempt, interface: name, ...service }: Wanted): Service => {
    const tell = (problem: string | null): void =>
      post({ type: 'service', service: { ...service, problem } });
    return keepTrying(onInterface(attempt, { name, indexOf, clock: systemClock }), {
      clock: systemClock,
      onStarted: () => {
        log.info({ listener: service.name, at: service.at }, 'listening');
        tell(null);
      },
      // The main thread logs it, and makes it an event.
      onProblem: tell,
    });
  };
  const services = options.networks
    .filter((config) => config.dhcp !== 'off')
    .flatMap(wantedOn)
    .map(start);

  const stop = async (): Promise<void> => {
    for (const service of [...services, searches]) await service.stop();
    facts.flush();
    await journal.close();
    post({ type: 'stopped' });
  };

  parentPort?.on('message', (message: ToPacketThread) => {
    switch (message.type) {
      case 'boot':
        for (const mac of message.removed) {
          boot.delete(mac);
          reservations.remove('node', mac);
        }
        for (const entry of message.entries) {
          boot.set(entry.mac, entry);
          reservations.set('node', entry.mac, { addresses: [], hostname: entry.hostname });
        }
        post({ type: 'applied', version: message.version });
        return;
      case 'reservations':
        for (const mac of message.removed) reservations.remove('reservation', mac);
        for (const { mac, ...kept } of message.entries) reservations.set('reservation', mac, kept);
        post({ type: 'applied', version: message.version });
        return;
      case 'files':
        for (const [name, content] of message.files) {
          if (content === null) shared.delete(name);
          else shared.set(name, content);
        }
        return;
      case 'report':
        post({
          type: 'report',
          request: message.request,
          report: {
            networks: leases.usage(),
            other_servers: searches.list(),
            counters: {
              ...prefixed('dhcp', counters.dhcp.snapshot()),
              ...prefixed('tftp', counters.tftp.snapshot()),
              ...prefixed('syslog', counters.syslog.snapshot()),
            },
          },
        });
        return;
      case 'leases':
        leases.list((part, last) => post({ type: 'leases', request: message.request, leases: part, last }));
        return;
      case 'import':
        leases.import(message.network, message.leases, (verdicts) =>
          post({ type: 'imported', request: message.request, verdicts }),
        );
        return;
      case 'ping':
        post({ type: 'pong', request: message.request });
        return;
      case 'stop':
        void stop();
        return;
    }
  });
}

// Without a parent it is only loaded, to be compiled (`ingot serve --compile`).
if (parentPort !== null) await runPacketThread(workerData as PacketThreadOptions);
