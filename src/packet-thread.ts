/**
 * The packet thread: DHCP, PXE's boot server, TFTP and syslog for every network that ingot serves, away from the API's
 * event loop. The main thread sends it the boot table; it sends back facts. Started by `daemon/packet-host.ts` as a worker thread.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { bootClientOf } from './boot/client.ts';
import type { BootEntry } from './boot/decision.ts';
import { createGrubFiles } from './boot/grub-files.ts';
import { contentsOf } from './boot/manifest.ts';
import { createProgramRounds } from './boot/program-rounds.ts';
import { createRefusals } from './boot/ticket.ts';
import { systemClock } from './clock.ts';
import { startAddressProbes } from './daemon/address-probes.ts';
import { createBootAnswers } from './daemon/boot-answers.ts';
import type { BootEndpoint } from './daemon/boot-endpoints.ts';
import { createDhcpTeller, FACT_COUNTS } from './daemon/dhcp-teller.ts';
import { createFactSender } from './daemon/fact-sender.ts';
import type { Service } from './daemon/keep-trying.ts';
import { createDropTeller } from './daemon/kernel-drops.ts';
import { createLeaseService } from './daemon/lease-service.ts';
import type { FromPacketThread, PacketThreadOptions, ToPacketThread } from './daemon/packet-protocol.ts';
import { startPacketServices } from './daemon/packet-services.ts';
import { startServerSearches } from './daemon/server-searches.ts';
import { returnStartUpMemory } from './daemon/start-up-memory.ts';
import { createUuidAliases } from './daemon/uuid-aliases.ts';
import { addressHolder } from './dhcp/address-holder.ts';
import { createBootServer } from './dhcp/boot-server.ts';
import type { ClientFacts } from './dhcp/client-facts.ts';
import { createSteppedClock } from './dhcp/clock-steps.ts';
import { createDhcpCounters } from './dhcp/counters.ts';
import { createDesk, openPlaces } from './dhcp/desk.ts';
import { BOOT_SERVER_PORT, SERVER_PORT } from './dhcp/destination.ts';
import type { Endpoint } from './dhcp/endpoints.ts';
import { openLeaseJournal } from './dhcp/lease-journal.ts';
import { bootNetworks } from './dhcp/network.ts';
import type { DhcpNotice } from './dhcp/notice.ts';
import { adoptStrayLeases } from './dhcp/renamed-networks.ts';
import { createReservationTable } from './dhcp/reservations.ts';
import { startDhcpServer } from './dhcp/server.ts';
import { createLog } from './log.ts';
import { createCounters, prefixed } from './net/counters.ts';
import { createInterfaceIndex } from './net/interface-index.ts';
import { createInterfaceMtu } from './net/interface-mtu.ts';
import { cidrContains, type Ipv4 } from './net/ipv4.ts';
import type { Mac } from './net/mac.ts';
import { preferThisThread } from './net/thread-priority.ts';
import { SYSLOG_COUNTS } from './syslog/counts.ts';
import { startSyslogServer } from './syslog/server.ts';
import { TFTP_COUNTS } from './tftp/counts.ts';
import { limitsOf } from './tftp/limits.ts';
import { firstOf, type TftpFiles } from './tftp/names.ts';
import { startTftpServer } from './tftp/server.ts';

const post = (message: FromPacketThread): void => parentPort?.postMessage(message);

async function runPacketThread(options: PacketThreadOptions): Promise<void> {
  const log = createLog(options.logLevel);
  const unpreferred = preferThisThread();
  if (unpreferred !== null) log.info({ error: unpreferred }, 'the packet thread runs at the usual priority');
  const counters = {
    dhcp: createDhcpCounters(),
    tftp: createCounters(TFTP_COUNTS),
    syslog: createCounters(SYSLOG_COUNTS),
    facts: createCounters(FACT_COUNTS),
  };
  const journal = await openLeaseJournal(options.leasesPath, log);
  const reservations = createReservationTable();
  const { manifest } = options;
  const indexOf = createInterfaceIndex();
  const onNotice = (notice: DhcpNotice): void => post({ type: 'notice', notice });
  const clock = createSteppedClock(systemClock);
  const searches = startServerSearches({
    ...{ networks: options.networks, indexOf, clock: systemClock, log },
    onNotice,
  });
  const facts = createFactSender((batch) => post({ type: 'facts', facts: batch }));
  const boot = new Map<Mac, BootEntry>();
  const aliases = createUuidAliases();
  const passed = new Map(options.dhcpDescriptors);

  const teller = createDhcpTeller({
    isKnown: (mac) => boot.has(mac),
    send: facts.send,
    counters: counters.facts,
    clock: systemClock,
  });
  const rounds = createProgramRounds();
  const bootAnswers = createBootAnswers({
    rounds,
    ...{ files: manifest.files, httpGrubs: manifest.httpGrubs },
    entryOf: (mac) => boot.get(mac) ?? null,
    site: options.site,
    clock: systemClock,
    onFact: teller.tellBoot,
  });

  const served = bootNetworks(options.networks);
  const networks = served.filter((network) => network.mode !== 'off');
  const dhcpLog = log.child({ component: 'dhcp' });
  await adoptStrayLeases(journal, { networks: options.networks, now: systemClock.now(), log: dhcpLog });
  const places = await openPlaces(networks, { journal, clock: systemClock });
  const answering = {
    reservations,
    macOfUuid: aliases.macOf,
    isBooting: (client: ClientFacts) => bootClientOf(client).kind !== 'not-booting',
    bootFields: bootAnswers,
    log: dhcpLog,
    counters: counters.dhcp,
    onFact: teller.tell,
  };
  const desk = createDesk({
    ...answering,
    places,
    journal,
    isOurSearch: searches.isOurs,
    onOtherServer: searches.named,
    probeOn: (nic) => probes.on(nic),
    onNotice,
    clock,
  });
  const bootServer = createBootServer({ ...answering, networks: served, now: systemClock.now });
  const leases = createLeaseService({ places: () => places, journal, reservations, clock });
  const probes = startAddressProbes({
    ...{ networks, indexOf, clock, log, onNotice },
    onUsed: desk.inUse,
  });

  const dropsOf = createDropTeller({ clock: systemClock, onNotice });
  const serveDhcp = async (endpoint: Endpoint): Promise<Service> => {
    const named = endpoint.arrival.by === 'interface' ? endpoint.networks : [];
    const descriptors = named.flatMap((network) => passed.get(network) ?? []);
    // A descriptor is used up by its first server; after a failure we open a socket of our own.
    for (const network of named) passed.delete(network);
    return await startDhcpServer({
      ...{ answerer: desk, endpoint, port: SERVER_PORT, descriptor: descriptors[0] ?? null },
      ...{ clock: systemClock, log: dhcpLog, counters: counters.dhcp },
      drops: dropsOf({ name: 'DHCP', networks: endpoint.networks, counters: counters.dhcp }),
    });
  };

  const serveBootQuestions = (endpoint: Endpoint): Promise<Service> =>
    startDhcpServer({
      ...{ answerer: bootServer, endpoint, port: BOOT_SERVER_PORT },
      ...{ clock: systemClock, log: dhcpLog, counters: counters.dhcp },
      drops: dropsOf({ name: 'PXE', networks: endpoint.networks, counters: counters.dhcp }),
    });

  const shared = new Map<string, Uint8Array>();
  const grub = createGrubFiles({
    ...{ kernelArgs: options.kernelArgs, elapsed: systemClock.elapsed },
    bootEntry: (mac) => boot.get(mac) ?? null,
    onLoaded: rounds.arrived,
  });
  const refusals = createRefusals();
  const grubOn = (address: Ipv4): TftpFiles => {
    const configurations = grub.on({ ...options.site, serverAddress: address });
    return {
      get: (name, client) => {
        const asker = { address: client, holder: addressHolder(client, places) };
        const stranger = grub.strangerTo(name, asker);
        const told = stranger && refusals({ ...stranger, now: systemClock.elapsed() });
        if (told !== null) facts.send({ ...told, at: systemClock.now() });
        return configurations.get(name, asker);
      },
    };
  };
  const mtuOf = createInterfaceMtu();
  const serveTftp = async ({
    address,
    interface: nic,
    networks: names,
    cidrs,
  }: BootEndpoint): Promise<Service> =>
    await startTftpServer({
      address,
      interface: nic,
      files: firstOf(grubOn(address), contentsOf(manifest), shared),
      // Nobody else boots here: a stranger's address would only make us a reflector.
      isClient: (client) => cidrs.some((cidr) => cidrContains(cidr, client)),
      limits: limitsOf({
        maxBlockSize: options.tftp.max_block_size,
        maxTransfers: options.tftp.max_transfers,
        maxTransfersPerClient: options.tftp.max_transfers_per_client,
      }),
      singlePort: options.tftp.single_port,
      mtu: () => (nic === null ? null : mtuOf(nic)),
      clock: systemClock,
      log,
      onFact: (fact) => facts.send(grub.asBootStage(fact)),
      counters: counters.tftp,
      drops: dropsOf({ name: 'TFTP', networks: names, counters: counters.tftp }),
    });

  const serveSyslog = async ({ address, interface: nic, networks: names, cidrs }: BootEndpoint) =>
    await startSyslogServer({
      ...{ address, interface: nic, clock: systemClock },
      isClient: (client) => cidrs.some((cidr) => cidrContains(cidr, client)),
      log: log.child({ component: 'syslog', networks: names }),
      counters: counters.syslog,
      drops: dropsOf({ name: 'syslog', networks: names, counters: counters.syslog }),
      onFact: facts.send,
    });

  const services = startPacketServices(
    {
      ...{ dhcp: serveDhcp, boot: serveBootQuestions, tftp: serveTftp },
      syslog: options.site.syslog ? serveSyslog : null,
    },
    {
      ...{ networks: served, indexOf, clock: systemClock, log },
      tell: (service) => post({ type: 'service', service }),
    },
  );

  const stop = async (): Promise<void> => {
    for (const service of [...services, searches, probes]) await service.stop();
    facts.flush();
    await journal.close();
    post({ type: 'stopped' });
  };

  parentPort?.on('message', (message: ToPacketThread) => {
    switch (message.type) {
      case 'boot':
        for (const mac of message.removed) {
          boot.delete(mac);
          aliases.remove(mac);
          reservations.remove('node', mac);
        }
        for (const entry of message.entries) {
          boot.set(entry.mac, entry);
          aliases.set(entry);
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
      case 'arrived':
        rounds.arrived(message.mac);
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
              ...prefixed('facts', counters.facts.snapshot()),
            },
          },
        });
        return;
      case 'leases':
        leases.list((part, last) => post({ type: 'leases', request: message.request, leases: part, last }));
        return;
      case 'holder': {
        const { address, request } = message;
        post({ type: 'holder', request, holder: addressHolder(address, places) });
        return;
      }
      case 'import':
        leases.import(message.order, (verdicts) =>
          post({ type: 'imported', request: message.request, verdicts }),
        );
        return;
      case 'ping':
        // Without the lease keeper no ACK leaves.
        void journal.answers().then(() => post({ type: 'pong', request: message.request }));
        return;
      case 'stop':
        void stop();
        return;
    }
  });
}

// Without a parent it is only loaded, to be compiled (`ingot serve --compile`).
if (parentPort !== null) {
  await runPacketThread(workerData as PacketThreadOptions);
  returnStartUpMemory();
}
