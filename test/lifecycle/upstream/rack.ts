/** A daemon's lifecycle behind its real boot listener, and one machine in which ironic-python-agent's script runs. */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createBootApi } from '../../../src/api/api.ts';
import type { Bmc } from '../../../src/bmc/bmc.ts';
import { systemClock } from '../../../src/clock.ts';
import { cleaningSchema } from '../../../src/config/cleaning.ts';
import { timeoutsSchema } from '../../../src/config/timeouts.ts';
import { createLifecycle } from '../../../src/lifecycle/create.ts';
import type { Lifecycle, VerbRequest } from '../../../src/lifecycle/lifecycle.ts';
import { createLog } from '../../../src/log.ts';
import type { NodeRecord } from '../../../src/store/records/node.ts';
import type { Store } from '../../../src/store/store.ts';
import { temporaryStore } from '../../store/temporary-store.ts';
import { READY_IMAGES } from '../fakes/world.ts';
import { type Boot, runScriptedAgent } from './scripted-agent.ts';

const MAC = '52:54:00:00:00:01';
const IMAGE = Buffer.from('an image of a whole disk, raw '.repeat(1_000));

export type Rack = {
  readonly store: Store;
  readonly lifecycle: Lifecycle;
  readonly uuid: string;
  /** What happened, in order; the BMC's part too: `on pxe`, `off`. */
  readonly history: string[];
  /** Asks for the verb; the node when no job works on it any more. */
  ask(request: VerbRequest): Promise<NodeRecord>;
};

/** What the agent of each boot is like, by its number from 1. */
export type Ramdisks = (boot: number) => Pick<Boot, 'managerVersion' | 'cleanSteps'>;

export async function createRack(ramdisks: Ramdisks): Promise<Rack> {
  const store = await temporaryStore({ clock: systemClock });
  const log = createLog('silent');
  const history: string[] = [];
  const uuid = randomUUID();
  let power = new AbortController();
  power.abort();
  let boots = 0;
  let device = 'disk';

  const off = (): void => {
    if (power.signal.aborted) return;
    history.push('off');
    power.abort(new Error('the power is gone'));
  };
  const on = (): void => {
    if (!power.signal.aborted) return;
    power = new AbortController();
    history.push(`on ${device}`);
    if (device !== 'pxe') return;
    device = 'disk';
    void runScriptedAgent({
      ...ramdisks(++boots),
      apiUrl,
      mac: MAC,
      workMs: 300,
      signal: power.signal,
      powerOff: off,
      tell: (what) => history.push(what),
    });
  };
  const bmc: Bmc = {
    address: '10.30.0.5',
    power: async () => (power.signal.aborted ? 'off' : 'on'),
    powerOn: async () => on(),
    powerOff: async () => off(),
    softPowerOff: async () => off(),
    setBootOnce: async (next) => {
      device = next;
    },
    setBootAlways: async (next) => {
      device = next;
    },
    bootDevice: () => Promise.reject(new Error('nobody asks')),
    restart: async () => null,
    lastReset: async () => null,
    injectNmi: async () => undefined,
    secureBoot: async () => null,
    setSecureBoot: async () => undefined,
    systemInfo: () => Promise.reject(new Error('nobody asks')),
    nicMacs: () => Promise.reject(new Error('nobody asks')),
    biosSettings: () => Promise.resolve([]),
    firmwareComponents: () => Promise.resolve([]),
    hardware: () => Promise.reject(new Error('nobody asks')),
    close: async () => undefined,
  };

  const imageUrl = await listening(createServer((_, response) => response.end(IMAGE)));
  const ready = {
    id: 'image-1',
    path: '/cache/image-1',
    size: IMAGE.length,
    sha256: sha256(IMAGE),
    extents: [{ offset: 0, length: IMAGE.length }],
    dataBytes: IMAGE.length,
    dataSha256: sha256(IMAGE),
  };
  const lifecycle = createLifecycle({
    store,
    log,
    clock: systemClock,
    secret: new Uint8Array(32).fill(7),
    cleaning: cleaningSchema.parse({}),
    limits: { power_actions: 5, image_writes: 5, jobs: 5 },
    timeouts: timeoutsSchema.parse({ callback_s: 60, command_s: 60, power_s: 60 }),
    powerSync: { interval_s: 0, at_once: 64 },
    withBmc: (_node, work) => work(bmc),
    images: { ...READY_IMAGES, prepare: async () => ready, ready: async () => ready },
    allocateAddresses: async () => undefined,
    buildConfigDrive: async () => 'H4sI',
    fetchConfigDrive: () => Promise.reject(new Error('no URL is fetched')),
    publishBoot: async () => undefined,
    ramdiskLogs: { keeps: false, keep: () => Promise.reject(new Error('none are kept')) },
    site: {
      imageUrl: () => `${imageUrl}/images/image-1`,
      bootProblem: () => null,
      bootWarnings: () => [],
      isAgentAddress: () => true,
      agentRules: { byTls: false, upstream: true },
      holderOf: async () => ({ kind: 'untold' }),
      automatedClean: true,
      secureHttpBoot: false,
      rescuePasswordHash: 'sha256',
    },
  });
  const api = createBootApi({ lifecycle, log });
  await api.ready();
  const apiUrl = await listening(createServer(api.routing.bind(api)));
  await lifecycle.start();
  onTestFinished(async () => {
    off();
    await lifecycle.stop();
    await api.close();
  });
  await store.nodes.insert({ uuid, driver: 'redfish', name: 'upstream' });
  await store.ports.insert({ uuid: randomUUID(), node_uuid: uuid, address: MAC });

  return {
    store,
    lifecycle,
    uuid,
    history,
    ask: async (request) => {
      await lifecycle.requestVerb(uuid, request);
      while ((await store.jobs.runningOf(uuid)) !== null) await systemClock.sleep(50);
      const node = await store.nodes.get(uuid);
      if (node === null) throw new Error('the node is gone');
      return node;
    },
  };
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
