/**
 * The packet thread: DHCP, PXE's boot server, TFTP and syslog for every network that ingot serves, away from the API's
 * event loop. The main thread sends it the boot table; it sends back facts. Started as a worker thread by
 * `daemon/packets/packet-host.ts`.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { bootStageOf } from './boot/client.ts';
import { createProgramRounds } from './boot/program-rounds.ts';
import { systemClock } from './clock.ts';
import { startAddressProbes } from './daemon/packets/address-probes.ts';
import { createBootAnswers } from './daemon/packets/boot-answers.ts';
import { createDhcpTeller } from './daemon/packets/dhcp-teller.ts';
import { createFactSender } from './daemon/packets/fact-sender.ts';
import { createKnownMachines } from './daemon/packets/known-machines.ts';
import { createLeaseService } from './daemon/packets/lease-service.ts';
import { countsOf, createPacketCounters } from './daemon/packets/packet-counters.ts';
import type {
  FromPacketThread,
  PacketThreadOptions,
  ToPacketThread,
} from './daemon/packets/packet-protocol.ts';
import { createPacketServers } from './daemon/packets/packet-servers.ts';
import { startPacketServices } from './daemon/packets/packet-services.ts';
import { startServerSearches } from './daemon/packets/server-searches.ts';
import { createTftpContents } from './daemon/packets/tftp-contents.ts';
import { openSockets } from './daemon/preflight/sockets.ts';
import { returnStartUpMemory } from './daemon/start-up-memory.ts';
import { createBootServer } from './dhcp/boot-server.ts';
import { createDesk, openPlaces } from './dhcp/desk.ts';
import type { DhcpFact } from './dhcp/facts.ts';
import { addressHolder } from './dhcp/leases/address-holder.ts';
import { openLeaseJournal } from './dhcp/leases/lease-journal.ts';
import { adoptStrayLeases } from './dhcp/leases/renamed-networks.ts';
import type { DhcpNotice } from './dhcp/notice.ts';
import { createSteppedClock } from './dhcp/watch/clock-steps.ts';
import { bootNetworks } from './dhcp/wires/network.ts';
import { createLog } from './log.ts';
import { createInterfaceIndex } from './net/interface-index.ts';
import { preferThisThreadUnlessBusy } from './net/thread-priority.ts';

const post = (message: FromPacketThread): void => parentPort?.postMessage(message);

async function runPacketThread(options: PacketThreadOptions): Promise<void> {
  const log = createLog(options.logLevel);
  const unpreferred = preferThisThreadUnlessBusy();
  if (unpreferred !== null) log.info({ error: unpreferred }, 'the packet thread runs at the usual priority');
  const counters = createPacketCounters();
  const onNotice = (notice: DhcpNotice): void => post({ type: 'notice', notice });
  const journal = await openLeaseJournal(options.leasesPath, { log, onNotice });
  const { manifest, site } = options;
  const indexOf = createInterfaceIndex();
  const clock = createSteppedClock(systemClock);
  const searches = startServerSearches({
    networks: options.networks,
    indexOf,
    clock: systemClock,
    log,
    onNotice,
  });
  const facts = createFactSender((batch) => post({ type: 'facts', facts: batch }));
  const { entryOf, isKnown, macOfUuid, reservations, ...machines } = createKnownMachines(onNotice);

  const teller = createDhcpTeller({
    isKnown,
    send: facts.send,
    counters: counters.facts,
    clock: systemClock,
  });
  const onFact = (fact: DhcpFact): void => {
    machines.heardUuid(fact);
    teller.tell(fact);
  };
  const rounds = createProgramRounds();
  const bootFields = createBootAnswers({
    rounds,
    files: manifest.files,
    httpGrubs: manifest.httpGrubs,
    entryOf,
    site,
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
    macOfUuid,
    bootFields,
    stageOf: bootStageOf,
    log: dhcpLog,
    counters: counters.dhcp,
    onFact,
  };
  const desk = createDesk({
    ...answering,
    places,
    journal,
    onNotice,
    clock,
    isOurSearch: searches.isOurs,
    onOtherServer: searches.named,
    probeOn: (nic) => probes.on(nic),
  });
  const bootServer = createBootServer({ ...answering, networks: served, now: systemClock.now });
  const leases = createLeaseService({ places: () => places, journal, reservations, clock });
  const probes = startAddressProbes({ networks, indexOf, clock, log, onNotice, onUsed: desk.inUse });
  const contents = createTftpContents({
    manifest,
    kernelArgs: options.kernelArgs,
    site,
    places,
    entryOf,
    clock: systemClock,
    onLoaded: rounds.arrived,
    onFact: facts.send,
  });
  const servers = createPacketServers({
    sockets: openSockets,
    desk,
    bootServer,
    contents,
    descriptors: options.dhcpDescriptors,
    tftp: options.tftp,
    syslog: site.syslog,
    counters,
    onFact: facts.send,
    onNotice,
    clock: systemClock,
    log,
  });
  const services = startPacketServices(servers, {
    networks: served,
    indexOf,
    clock: systemClock,
    log,
    tell: (service) => post({ type: 'service', service }),
  });

  const stop = async (): Promise<void> => {
    for (const service of [...services, searches, probes]) await service.stop();
    facts.flush();
    await journal.close();
    post({ type: 'stopped' });
  };

  parentPort?.on('message', (message: ToPacketThread) => {
    switch (message.type) {
      case 'boot':
        machines.takeBootTable(message);
        post({ type: 'applied', version: message.version });
        return;
      case 'reservations':
        machines.takeReservations(message);
        post({ type: 'applied', version: message.version });
        return;
      case 'files':
        contents.share(message.files);
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
            counters: countsOf(counters),
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
