/** The boot file server on loopback, over a folder with a ramdisk, an image and boot programs. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AdmissionLimits } from '../../src/boot/admission.ts';
import { BOOT_COUNTS, type BootCount } from '../../src/boot/counts.ts';
import type { BootEntry } from '../../src/boot/decision.ts';
import type { BootFact } from '../../src/boot/facts.ts';
import { type BootHandler, createBootHandler } from '../../src/boot/file-server.ts';
import { LEAST_RATE } from '../../src/boot/least-rate.ts';
import { type BootManifest, loadBootManifest } from '../../src/boot/manifest.ts';
import { createRamdiskFiles } from '../../src/boot/ramdisk-files.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { createLog } from '../../src/log.ts';
import type { AddressHolder } from '../../src/net/address-holder.ts';
import { createCounters } from '../../src/net/counters.ts';
import type { Mac } from '../../src/net/mac.ts';
import { askedByHabit } from '../../src/tftp/habits.ts';
import { ipv4, MAC, SITE } from './fixtures.ts';

export const IMAGE = {
  id: 'a1b2c3-raw',
  content: Buffer.from(Uint8Array.from({ length: 5_000_000 }, (_, i) => i >> 7)),
};
export const INITRD = Buffer.from(Uint8Array.from({ length: 3_000_000 }, (_, i) => i >> 5));

export type BootHttp = {
  readonly port: number;
  /** The same by HTTPS, where a certificate was given. */
  readonly tlsPort: number | null;
  readonly folder: string;
  readonly manifest: BootManifest;
  readonly facts: BootFact[];
  counts(): Readonly<Record<BootCount, number>>;
  /** For a server of the test's own; resolves to false for paths that are not the boot server's. */
  readonly handler: BootHandler;
  /** Change what the server knows. */
  readonly entries: Map<string, BootEntry>;
  /** Machines that said HTTP boot by DHCP. */
  readonly firmware: Set<Mac>;
  /** Machines whose GRUB was told to have loaded its configuration. */
  readonly arrived: readonly Mac[];
  stop(): Promise<void>;
};

export async function startBootHttp(
  options: {
    readonly ipxeDir?: string;
    readonly secureBootDir?: string;
    readonly tls?: { readonly cert: string; readonly key: string };
    readonly limits?: Partial<AdmissionLimits>;
    /** Of every address, as DHCP tells; absent: nobody knows. */
    readonly holder?: AddressHolder;
    /** A ramdisk of zeros instead of `INITRD`: more than the buffers between take at once. */
    readonly initrdBytes?: number;
    readonly clock?: Clock;
  } = {},
): Promise<BootHttp> {
  const folder = await mkdtemp(join(tmpdir(), 'ingot-boot-'));
  const programs = join(folder, 'ipxe');
  await mkdir(programs);
  await writeFile(join(programs, 'snponly.efi'), 'a boot program');
  const initrd = options.initrdBytes === undefined ? INITRD : Buffer.alloc(options.initrdBytes);
  await writeFile(join(folder, 'initrd.zst'), initrd);
  await writeFile(join(folder, 'image.raw'), IMAGE.content);
  const manifest = await loadBootManifest(options.ipxeDir ?? programs, options.secureBootDir ?? null);
  const facts: BootFact[] = [];
  const counters = createCounters(BOOT_COUNTS);
  const entries = new Map<string, BootEntry>();
  const firmware = new Set<Mac>();
  const arrived: Mac[] = [];
  const sha256 = createHash('sha256').update(IMAGE.content).digest('hex');
  const server: Server = createServer();
  const port = await listening(server);
  const tlsServer = options.tls === undefined ? null : createTlsServer(options.tls);
  const tlsPort = tlsServer === null ? null : await listening(tlsServer);
  const handler = createBootHandler({
    manifest,
    ramdisk: createRamdiskFiles(folder),
    images: {
      ready: async (id) =>
        id === IMAGE.id
          ? {
              id,
              path: join(folder, 'image.raw'),
              size: IMAGE.content.length,
              sha256,
              extents: [],
              dataBytes: 0,
              dataSha256: '',
            }
          : null,
    },
    bootEntry: (mac) => entries.get(mac) ?? null,
    siteOf: (local) =>
      local === '127.0.0.1' ? { ...SITE, serverAddress: ipv4('127.0.0.1'), httpPort: port } : null,
    kernelArgs: '',
    clock: options.clock ?? systemClock,
    log: createLog('silent'),
    onFact: (fact) => facts.push(fact),
    counters,
    limits: { ramdisks: 64, images: 64, perAddress: null, leastRate: LEAST_RATE, ...options.limits },
    macOf: () => MAC,
    bootsByHttp: (mac) => firmware.has(mac),
    holderOf: async () => options.holder ?? { kind: 'untold' },
    askedByHabit,
    onGrubLoaded: (mac) => arrived.push(mac),
  });
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    void handler(request, response).then((mine) => {
      if (!mine) response.writeHead(418).end('not a boot path');
    });
  };
  server.on('request', serve);
  tlsServer?.on('request', serve);
  return {
    port,
    tlsPort,
    handler,
    folder,
    manifest,
    facts,
    counts: counters.snapshot,
    entries,
    firmware,
    arrived,
    stop: async () => {
      for (const one of tlsServer === null ? [server] : [server, tlsServer]) {
        one.closeAllConnections();
        await new Promise((resolve) => one.close(resolve));
      }
      await rm(folder, { recursive: true });
    },
  };
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export { MAC };
