/**
 * The listeners that machines talk to: on each PXE network's own address boot files and the agents' calls, on
 * each LCM network's own address the deployed systems' reports. Nothing of the operators' API is reachable there.
 */
import type { RequestListener } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { createBootApi, createLcmApi } from '../../api/api.ts';
import { BODY_LIMITS } from '../../api/server.ts';
import { BOOT_COUNTS } from '../../boot/counts.ts';
import type { BootSite } from '../../boot/decision.ts';
import { createBootHandler } from '../../boot/file-server.ts';
import { LEAST_RATE } from '../../boot/least-rate.ts';
import type { BootManifest } from '../../boot/manifest.ts';
import type { RamdiskFile } from '../../boot/ramdisk-files.ts';
import { systemClock } from '../../clock.ts';
import type { Config } from '../../config/schema.ts';
import type { ImageStore } from '../../images/images.ts';
import type { Lifecycle } from '../../lifecycle/lifecycle.ts';
import type { Log } from '../../log.ts';
import type { AddressHolder } from '../../net/address-holder.ts';
import { createCounters } from '../../net/counters.ts';
import type { Ipv4 } from '../../net/ipv4.ts';
import type { Mac } from '../../net/mac.ts';
import { askedByHabit } from '../../tftp/habits.ts';
import type { NamedListener } from '../condition.ts';
import type { BootTable } from '../machines/boot-table.ts';
import { missingRamdisk } from '../missing-ramdisk.ts';
import type { Fact } from '../packets/packet-protocol.ts';
import { type ServedAddress, servedAddresses } from '../packets/served-addresses.ts';
import type { JudgeRamdisk } from '../ramdisk-mark.ts';
import { bootSite } from '../site.ts';
import type { BootCertificates } from './boot-certificates.ts';
import { countCalls } from './counted-calls.ts';
import { FLOOD_COUNTS } from './flood-guard.ts';
import type { HttpsBoot } from './https-boot.ts';
import { type StrangerLimits, startListener } from './listeners.ts';

/** For the machines of one storm, each with a connection or two; inspection's bodies are the largest. */
const STRANGERS: StrangerLimits = {
  maxConnections: 8192,
  connectionsPerAddress: 64,
  bodyBytes: 128 * 1024 * 1024,
  bodyBytesPerAddress: 32 * 1024 * 1024,
  largestBody: BODY_LIMITS.inspection,
  requestTimeoutMs: 60_000,
};

/** An address that may download more at once stands for many machines, each with a connection for its calls, too. */
function strangersOf({ limits: { downloads_per_address: downloads } }: Config): StrangerLimits {
  return {
    ...STRANGERS,
    connectionsPerAddress: Math.max(STRANGERS.connectionsPerAddress, 2 * (downloads ?? 0)),
  };
}

/** Beside two for each image that is written at once (a broken one and its successor): 64 with the defaults. */
const SPARE_DOWNLOADS = 24;

type Options = {
  readonly config: Config;
  readonly images: ImageStore;
  readonly ramdisk: readonly RamdiskFile[];
  readonly bootTable: BootTable;
  readonly lifecycle: Lifecycle;
  readonly log: Log;
  /** As `FactSorter.macOf`. */
  readonly manifest: BootManifest;
  readonly judgeRamdisk: JudgeRamdisk;
  readonly macOf: (address: Ipv4) => Mac | null;
  /** As `FactSorter.bootsByHttp`. */
  readonly bootsByHttp: (mac: Mac) => boolean;
  /** As `Site.holderOf`. */
  readonly holderOf: (address: Ipv4) => Promise<AddressHolder>;
  readonly https: HttpsBoot;
  readonly onGrubLoaded: (mac: Mac) => void;
  readonly onFacts: (facts: readonly Fact[]) => void;
  readonly onProblem: (sentence: string) => void;
};

export type BootListeners = {
  readonly listeners: readonly NamedListener[];
  /** A sentence for each boot file that is not there (yet). */
  missing(): readonly string[];
  /** PEM of the authority of the HTTPS certificate; null when that is the operator's own, or there is no HTTPS. */
  readonly authority: string | null;
  /** What the servers did, by the names of `BOOT_COUNTS`, and who was refused, by those of `FLOOD_COUNTS`. */
  counters(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
};

export async function startBootListeners(options: Options): Promise<BootListeners> {
  const { config, https, manifest, lifecycle, log, onProblem } = options;
  const bootApi = createBootApi({ lifecycle, log });
  const lcmApi = createLcmApi({ lifecycle, log });
  await Promise.all([bootApi.ready(), lcmApi.ready()]);

  const counters = createCounters(BOOT_COUNTS);
  const refused = createCounters(FLOOD_COUNTS);
  const pxe = servedAddresses(config, 'pxe');
  const serveFile = createBootHandler({
    manifest,
    ramdisk: options.ramdisk,
    images: options.images,
    bootEntry: options.bootTable.entry,
    siteOf: (local) => siteOf(pxe, local, bootSite(config, https)),
    kernelArgs: config.boot.kernel_args,
    clock: systemClock,
    log,
    onFact: (fact) => options.onFacts([fact]),
    macOf: options.macOf,
    bootsByHttp: options.bootsByHttp,
    holderOf: options.holderOf,
    askedByHabit,
    onGrubLoaded: options.onGrubLoaded,
    counters,
    limits: {
      ramdisks: config.limits.boot_downloads,
      images: 2 * config.limits.image_writes + SPARE_DOWNLOADS,
      perAddress: config.limits.downloads_per_address,
      leastRate: LEAST_RATE,
    },
  });
  const calls = countCalls(bootApi.routing, counters);
  const boot: RequestListener = (request, response) => {
    serveFile(request, response)
      .then((mine) => {
        if (!mine) calls(request, response);
      })
      .catch((error: unknown) => {
        log.error({ url: request.url, error: String(error) }, 'a request of a machine could not be answered');
        response.destroy();
      });
  };
  const lcm = countCalls(lcmApi.routing, counters);

  const port = config.boot.listen_port;
  const named = (what: string, { networks }: ServedAddress): string => `${what} ${networks.join(', ')}`;
  const wanted: readonly Wanted[] = [
    ...pxe.map((served) => ({ served, port, name: named('boot', served), handler: boot })),
    ...pxe.flatMap((served): readonly Wanted[] => {
      if (https.served === null) return [];
      const { certificates: tls, port: tlsPort } = https.served;
      return [{ served, port: tlsPort, tls, name: named('boot HTTPS', served), handler: boot }];
    }),
    // Each report carries a token: by TLS, or where there is none by plain HTTP.
    ...servedAddresses(config, 'lcm').map((served): Wanted => {
      const wanted = { served, name: named('LCM', served), handler: lcm };
      if (https.served === null) return { ...wanted, port };
      return { ...wanted, port: https.served.port, tls: https.served.certificates };
    }),
  ];
  const limits = strangersOf(config);
  const listeners = await Promise.all(
    wanted.map(async ({ served: { address, networks }, port: listenPort, ...listening }) => {
      const at = { address, port: listenPort };
      const { name } = listening;
      const listener = await startListener({
        ...listening,
        at,
        log,
        onProblem,
        strangers: { limits, counters: refused },
      });
      return { name, networks, at: `${at.address}:${at.port}`, listener };
    }),
  );
  return {
    listeners,
    missing: () => [
      ...(pxe.length === 0 ? [] : [...missingRamdisk(config, manifest.files), ...options.judgeRamdisk()]),
      ...(pxe.length === 0 ? [] : manifest.missing.map(({ why, hint }) => `${why}. ${hint}`)),
      ...(https.problem === null ? [] : [https.problem]),
    ],
    authority: https.served?.certificates.authority ?? null,
    counters: () => ({ ...counters.snapshot(), ...refused.snapshot() }),
    stop: async () => {
      await closeAll([bootApi, lcmApi]);
    },
  };
}

type Wanted = {
  readonly served: ServedAddress;
  readonly port: number;
  readonly name: string;
  readonly handler: RequestListener;
  readonly tls?: BootCertificates;
};

function siteOf(
  pxe: readonly ServedAddress[],
  local: string,
  site: Omit<BootSite, 'serverAddress'>,
): BootSite | null {
  const served = pxe.find(({ address }) => address === local);
  return served === undefined ? null : { ...site, serverAddress: served.address };
}

async function closeAll(apps: readonly FastifyInstance[]): Promise<void> {
  await Promise.all(apps.map((app) => app.close()));
}
