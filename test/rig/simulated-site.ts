/** The installed daemon on loopback, a simulated rack in another process, and a web server with an image. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeRamdisk, type RunningDaemon, startDaemon } from './daemon.ts';
import { listenOnLoopback } from './loopback.ts';
import { freePorts } from './ports.ts';
import { type RackAccess, type RackProcess, startRackProcess } from './rack.ts';
import type { RackOptions } from './simulated/rack.ts';

const PASSWORD = 'rack-password-that-must-not-show';

export type SimulatedSite = {
  readonly daemon: RunningDaemon;
  /** `http://127.0.0.1:PORT`, of the API. */
  readonly apiUrl: string;
  /** Its machines run the simulated agent. */
  readonly rack: RackAccess & Pick<RackProcess, 'ledgers'>;
  /** Nothing ever comes from its machines; use other indices than the first rack has, for their MACs. */
  readonly silentRack: RackAccess & Pick<RackProcess, 'ledgers'>;
  /** A megabyte; `list` is the URL of the checksums that sha256sum would write of its folder. */
  readonly image: { readonly url: string; readonly sha256: string; readonly list: string };
  stop(): Promise<void>;
};

/** `workMs`: how long each asynchronous command of the agents takes. */
export async function startSimulatedSite(options: Pick<RackOptions, 'workMs'>): Promise<SimulatedSite> {
  const dir = await mkdtemp(join(tmpdir(), 'ingot-simulated-'));
  const ports = await freePorts('bmc', 'agent', 'silentBmc', 'silentAgent', 'boot', 'https', 'api');
  const ramdisk = await makeRamdisk(join(dir, 'ramdisk'));
  const images = await serveImage();
  const rackOf = async (of: Pick<RackOptions, 'machines' | 'bmcPort' | 'agentPort' | 'ramdisk'>) => {
    const rack = await startRackProcess({
      ...of,
      ...options,
      address: '127.0.0.1',
      bootUrl: `http://127.0.0.1:${ports.boot}`,
      credentials: { username: 'admin', password: PASSWORD },
    });
    return { ...rack, password: PASSWORD };
  };
  const rack = await rackOf({ machines: 1, bmcPort: ports.bmc, agentPort: ports.agent });
  const silentPorts = { bmcPort: ports.silentBmc, agentPort: ports.silentAgent };
  const silentRack = await rackOf({ machines: 3, ...silentPorts, ramdisk: 'silent' });
  const daemon = await startDaemon({
    dir,
    config: {
      api: { listen: `127.0.0.1:${ports.api}` },
      boot: { listen_port: ports.boot, https: { listen_port: ports.https }, ramdisk_dir: ramdisk },
      timeouts: { callback_s: 120, command_s: 120, power_s: 60 },
      networks: [{ name: 'pxe', role: 'pxe', cidr: '127.0.0.0/8', address: '127.0.0.1', dhcp: 'off' }],
    },
  });
  return {
    daemon,
    apiUrl: `http://127.0.0.1:${ports.api}`,
    rack,
    silentRack,
    image: images.image,
    stop: async () => {
      await daemon.stop();
      await Promise.all([rack.stop(), silentRack.stop(), images.stop()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function serveImage(): Promise<Pick<SimulatedSite, 'image'> & { stop(): Promise<void> }> {
  const bytes = randomBytes(1 << 20);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const files: Readonly<Record<string, string | Buffer>> = {
    '/os.raw': bytes,
    '/SHA256SUMS': `${'0'.repeat(64)}  other.raw\n${sha256} *os.raw\n`,
  };
  const server = createServer((request, response) => {
    const file = files[request.url ?? ''];
    response.writeHead(file === undefined ? 404 : 200).end(file);
  });
  const port = await listenOnLoopback(server);
  const base = `http://127.0.0.1:${port}`;
  return {
    image: { url: `${base}/os.raw`, sha256, list: `${base}/SHA256SUMS` },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
