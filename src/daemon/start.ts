/**
 * Starts the daemon's parts in the order in which they need each other, and stops them in reverse. Nothing here
 * decides anything: it only introduces the parts to each other.
 */
import { resolve } from 'node:path';
import { createApi } from '../api/api.ts';
import { createMetrics } from '../api/metrics.ts';
import { BMC_DRIVERS, openBmc } from '../bmc/open-bmc.ts';
import { createBmcPool } from '../bmc/pool.ts';
import { loadBootManifest } from '../boot/manifest.ts';
import { createRamdiskFiles } from '../boot/ramdisk-files.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config/schema.ts';
import { IngotError } from '../errors.ts';
import { createImageStore } from '../images/image-store.ts';
import { createLifecycle } from '../lifecycle/create.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import type { Log } from '../log.ts';
import { prefixed } from '../net/counters.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { VERSION } from '../version.ts';
import { createAnnouncements } from './announcements.ts';
import { createCondition } from './condition.ts';
import { createApiDoors } from './listeners/api-doors.ts';
import { startBootListeners } from './listeners/boot-listeners.ts';
import { prepareHttpsBoot } from './listeners/https-boot.ts';
import { createHolderOf } from './machines/address-holders.ts';
import { type BootTable, createBootTable } from './machines/boot-table.ts';
import { startDiscoveries } from './machines/discoveries.ts';
import { createFactSorter } from './machines/facts.ts';
import { followNodes } from './machines/follow-nodes.ts';
import { learnAddresses } from './machines/known-addresses.ts';
import { createPortPlaces } from './machines/port-places.ts';
import { createReservationPublisher } from './machines/reservation-table.ts';
import { createUnaskedBoots } from './machines/unasked-boots.ts';
import { startPacketHost } from './packets/packet-host.ts';
import { packetThreadOptions } from './packets/packet-options.ts';
import type { Fact } from './packets/packet-protocol.ts';
import { createRamdiskJudge } from './ramdisk-mark.ts';
import { createRecorder } from './recorder.ts';
import { createRamdiskShare } from './share-ramdisk.ts';
import { createSite } from './site.ts';
import { createStandingWarnings, statusSentences } from './standing-warnings.ts';
import { emptyWorkFolder, makeFolders } from './state-dir/folders.ts';
import { openRamdiskLogs } from './state-dir/ramdisk-logs.ts';
import { loadSecretKey } from './state-dir/secret-key.ts';
import { openSessionFile } from './state-dir/session-file.ts';
import { stateDisk } from './state-dir/state-disk.ts';
import { lockStateDir } from './state-dir/state-lock.ts';
import type { Watched } from './systemd/watchdog.ts';

/** How long stopping waits for BMCs to end our sessions; one that says nothing ends them by itself some day. */
const LOGOUT_MS = 700;

export type DaemonOptions = {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  /** A part died that the daemon cannot do without: end, and let systemd start it again. */
  readonly onFatal: () => void;
  readonly hooks?: LifecycleDeps['hooks'];
};

export type Daemon = {
  /** What must answer for the daemon to be alive, beside its main thread. */
  readonly watched: readonly Watched[];
  /** Takes up what has changed of the API's certificate and users. */
  reload(): Promise<void>;
  stop(): Promise<void>;
};

/** @throws IngotError when the state folder, the store or the secret key cannot be had. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { config, log, clock } = options;
  const inState = (path: string): string => resolve(config.state_dir, path);
  await makeFolders(config);
  const lock = await lockStateDir(config.state_dir);
  await emptyWorkFolder(config);
  const secret = await loadSecretKey(config.state_dir);
  const store = await openStore(inState('ingot.db'), { clock, log });
  const recorder = createRecorder(store, log);
  const { problem, solved, notice } = createAnnouncements(log, recorder);
  const discoveries = await startDiscoveries({ store, config, clock, log });
  const places = createPortPlaces(store, log, clock);
  const facts = createFactSorter({
    nodeOfMac: (mac) => bootTable.entry(mac)?.nodeUuid ?? null,
    onStranger: discoveries.see,
    onPlace: places.seen,
  });
  const unaskedBoots = createUnaskedBoots(store, recorder, log);
  const onFacts = (batch: readonly Fact[]): void => {
    const events = facts.sort(batch);
    recorder.record(events);
    unaskedBoots.see(events);
  };
  const warnings = createStandingWarnings();
  const manifest = await loadBootManifest(config.boot.ipxe_dir, config.boot.secure_boot_dir);
  const https = await prepareHttpsBoot(config, clock.now());
  const packets = startPacketHost({
    options: packetThreadOptions(config, { manifest, https }),
    log,
    onFacts,
    onProblem: problem,
    onSolved: solved,
    onNotice: (told) => {
      warnings.take(told);
      notice(told);
    },
    onDeath: (error) => {
      log.error({ error: error.stack }, 'the packet thread died: DHCP and TFTP are gone');
      options.onFatal();
    },
  });
  const ramdisk = createRamdiskFiles(inState(config.boot.ramdisk_dir));
  const judgeRamdisk = await createRamdiskJudge(config);
  const shareRamdisk = createRamdiskShare({ files: ramdisk, share: packets.shareFiles, log });
  const bootTable: BootTable = createBootTable(store, {
    secret,
    publish: async (entries, removed) => {
      const loadRamdisk = entries.some(({ intent }) => intent === 'ramdisk');
      await Promise.all([packets.publish(entries, removed), loadRamdisk ? shareRamdisk() : null]);
    },
  });
  await bootTable.publishAll();
  const reservations = createReservationPublisher({
    store,
    networks: config.networks,
    publish: packets.publishReservations,
    onProblem: problem,
  });
  await reservations.publishAll();

  const images = await createImageStore({
    dir: inState('cache'),
    maxBytes: config.images.cache_gib * 1024 ** 3,
    sourceDirs: config.images.source_dirs.map(inState),
    clock,
    log,
  });
  const condition = createCondition(packets.services);
  const holderOf = createHolderOf(config.networks, packets.holderOf);
  const site = createSite({
    config,
    store,
    manifest,
    holderOf,
    https,
    problemOf: condition.problemOf,
    warnings: () => [...judgeRamdisk(), ...warnings.list().map(({ sentence }) => sentence)],
  });
  const sessions = await openSessionFile(inState('bmc-sessions.json'), { clock, log });
  const bmcs = createBmcPool({ clock, log, sessions });
  const ramdiskLogs = await openRamdiskLogs({
    dir: inState('ramdisk-logs'),
    perNode: config.ramdisk_logs.per_node,
    totalBytes: config.ramdisk_logs.total_mib * 1024 ** 2,
    clock,
  });
  const lifecycle = createLifecycle({
    store,
    clock,
    log,
    limits: config.limits,
    timeouts: config.timeouts,
    powerSync: config.power_sync,
    cleaning: config.cleaning,
    withBmc: bmcs.withBmc,
    images,
    allocateAddresses: site.allocateAddresses,
    buildConfigDrive: site.buildConfigDrive,
    fetchConfigDrive: site.fetchConfigDrive,
    publishBoot: bootTable.publishNode,
    site,
    ramdiskLogs,
    secret,
    ...(options.hooks === undefined ? {} : { hooks: options.hooks }),
  });
  const stopFollowing = followNodes({ store, bootTable, bmcs, discoveries, ramdiskLogs, log });

  const bootListeners = await startBootListeners({
    config,
    manifest,
    images,
    ramdisk,
    bootTable,
    lifecycle,
    log,
    macOf: facts.macOf,
    bootsByHttp: facts.bootsByHttp,
    holderOf,
    https,
    judgeRamdisk,
    onGrubLoaded: packets.bootLoaderArrived,
    onFacts,
    onProblem: problem,
  });
  condition.add(...bootListeners.listeners);
  const metrics = createMetrics(store, log);
  const doors = createApiDoors({ config, log, onProblem: problem, onSolved: solved });
  const api = createApi({
    store,
    lifecycle,
    config,
    log,
    clock,
    version: VERSION,
    metrics,
    drivers: BMC_DRIVERS,
    checkDriverInfo: (driver, driverInfo) => void openBmc(driver, driverInfo, { clock, log }),
    packets: async () => {
      const view = await packets.report();
      const http = prefixed('http', bootListeners.counters());
      return { ...view, counters: { ...view.counters, ...http, 'facts.unknown_machine': facts.unknown() } };
    },
    images: images.library,
    ramdiskLogs,
    secureHttpBoot: site.secureHttpBoot,
    dhcp: {
      reservationsChanged: reservations.publish,
      leases: packets.leases,
      importLeases: packets.importLeases,
      discovered: discoveries.list,
      forgetDiscovered: discoveries.forget,
    },
    checkPassword: doors.checkPassword,
    isLocal: doors.isLocal,
    bootAuthority: () => bootListeners.authority,
    daemon: async () => ({
      listeners: condition.view(),
      missing: [
        ...bootListeners.missing(),
        ...(await doors.problems()),
        ...store.damagedRows(),
        ...statusSentences(warnings.list()),
      ],
      disk: await stateDisk(config),
    }),
  });
  await api.ready();
  condition.add(...(await doors.open((request, response) => api.routing(request, response))));
  for (const sentence of bootListeners.missing()) problem(sentence);
  await learnAddresses({ store, leases: packets.leases, facts, log });
  await lifecycle.start();

  const closeServers = async (): Promise<void> => {
    // Ends the event streams with their reason, before their connections are cut.
    await api.close();
    await bootListeners.stop();
    await condition.stop();
    await doors.stop();
  };

  return {
    watched: [
      { name: 'the packet thread', check: packets.ping },
      { name: 'the store', check: () => probeStore(store) },
    ],
    reload: doors.reload,
    stop: async () => {
      await Promise.all([lifecycle.stop(), closeServers()]);
      images.library.stop();
      stopFollowing();
      metrics.stop();
      await Promise.all([packets.stop(), Promise.race([bmcs.close(), clock.sleep(LOGOUT_MS)])]);
      await unaskedBoots.settled();
      await Promise.all([recorder.stop(), places.stop(), discoveries.stop(), sessions.stop()]);
      await store.close();
      await lock.close();
    },
  };
}

/** A restart frees no disk: a full one is an answer. It is told where it hurts, by whoever could not write. */
async function probeStore(store: Pick<Store, 'probe'>): Promise<void> {
  await store.probe().catch((error: unknown) => {
    if (!(error instanceof IngotError && error.code === 'environment')) throw error;
  });
}
