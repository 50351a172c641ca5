/** Machines, one database, and daemons that come and go. */
import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { cleaningSchema } from '../../../src/config/cleaning.ts';
import { timeoutsSchema } from '../../../src/config/timeouts.ts';
import type { ImageStore } from '../../../src/images/images.ts';
import { bootTicket } from '../../../src/lifecycle/agents/tokens.ts';
import { createLifecycle } from '../../../src/lifecycle/create.ts';
import type { LifecycleDeps } from '../../../src/lifecycle/deps.ts';
import type { Lifecycle } from '../../../src/lifecycle/lifecycle.ts';
import { createLog } from '../../../src/log.ts';
import { openStore } from '../../../src/store/open.ts';
import type { EventRecord } from '../../../src/store/records/event.ts';
import type { NodeRecord } from '../../../src/store/records/node.ts';
import type { NodePatch, Store } from '../../../src/store/store.ts';
import type { ProvisionState } from '../../../src/store/words.ts';
import { temporaryPath } from '../../store/temporary-store.ts';
import { createIdleClock, type IdleClock } from './idle-clock.ts';
import { createMachine, type Machine } from './machine.ts';
import { type Mortality, mortal } from './mortal.ts';

export const DEPLOYABLE = {
  image_source: 'http://images/debian.raw',
  image_os_hash_algo: 'sha256',
  image_os_hash_value: 'a'.repeat(64),
};

export const READY_IMAGE = {
  id: 'image-1',
  path: '/cache/image-1',
  size: 4 * 1024 ** 3,
  sha256: 'b'.repeat(64),
  extents: [{ offset: 0, length: 1024 ** 2 }],
  dataBytes: 1024 ** 2,
  dataSha256: 'c'.repeat(64),
};

export const READY_IMAGES: ImageStore = {
  resolve: async ({ checksum, ...asked }) => {
    if ('url' in checksum) throw new Error('no list of checksums is fetched');
    return { ...asked, checksum };
  },
  prepare: () => Promise.resolve(READY_IMAGE),
  ready: () => Promise.resolve(READY_IMAGE),
};

const SECRET = new Uint8Array(32).fill(7);

export type World = {
  readonly clock: IdleClock;
  readonly machines: readonly Machine[];
  /** The daemon of the moment. */
  daemon(): Lifecycle;
  store(): Store;
  /** Of the boot that a machine is in: the first one, unless told. */
  ticket(index?: number): Promise<string>;
  /** Ends the daemon as SIGKILL would (what it does has no effect any more), and starts the next one. */
  restart(mortality?: Mortality): Promise<void>;
  /** Ends the daemon as SIGKILL would, for good, and switches the machines off: nothing goes on in this world. */
  end(): Promise<void>;
  node(machine?: Machine): Promise<NodeRecord>;
  /** Lets time pass until the node is in one of these states. Fails when it never gets there. */
  until(states: readonly ProvisionState[], machine?: Machine): Promise<NodeRecord>;
  untilTrue(what: string, condition: () => Promise<boolean> | boolean): Promise<void>;
  events(machine?: Machine): Promise<readonly EventRecord[]>;
};

export type WorldOptions = {
  readonly machines?: number;
  readonly deps?: Partial<LifecycleDeps>;
  readonly site?: Partial<LifecycleDeps['site']>;
  readonly mortality?: Mortality;
  /** The database's file; absent: one of its own. */
  readonly path?: string;
  /** As in `Site`; unless told, no. */
  readonly secureHttpBoot?: boolean;
  /** What each node is made with, by its place among the machines; absent: nothing. */
  readonly nodes?: (index: number, machines: readonly Machine[]) => NodePatch;
};

/** Simulated time after which a test that waits is told that nothing happens. */
const PATIENCE_MS = 24 * 3_600_000;

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const clock = createIdleClock();
  const path = options.path ?? temporaryPath();
  const log = createLog('silent');
  type Incarnation = { readonly store: Store; readonly lifecycle: Lifecycle; readonly mortality: Mortality };
  let current: Incarnation | null = null;
  const alive = (): Incarnation => {
    if (current === null) throw new Error('no daemon runs');
    return current;
  };
  const machines: readonly Machine[] = Array.from({ length: options.machines ?? 1 }, (_, index) =>
    createMachine({
      uuid: randomUUID(),
      mac: `52:54:00:00:${index.toString(16).padStart(2, '0')}:01`,
      clock,
      ticket: () => ticketOf(index),
      daemon: () => (current === null || current.mortality.dead ? null : current.lifecycle),
    }),
  );
  /** Of the boot that the machine is in. */
  const ticketOf = async (index = 0): Promise<string> => {
    const node = await alive().store.nodes.get(machines[index]?.uuid ?? '');
    if (node === null) throw new Error('the node is gone');
    return bootTicket(SECRET, node);
  };
  const machineOf = (uuid: string): Machine => {
    const found = machines.find((machine) => machine.uuid === uuid);
    if (found === undefined) throw new Error(`no machine ${uuid}`);
    return found;
  };

  const start = async (mortality: Mortality): Promise<void> => {
    const life = mortal(mortality);
    // The clock takes an idle turn of the event loop for the end of all work.
    const store = await openStore(path, { clock, log, gather: () => Promise.resolve() });
    const lifecycle = createLifecycle({
      store: { ...store, transaction: life.wrap(store.transaction) },
      clock: { ...clock, sleep: life.unlessDead((ms, signal) => clock.sleep(ms, signal)) },
      log,
      cleaning: cleaningSchema.parse({}),
      limits: { power_actions: 20, image_writes: 20, jobs: 1_000 },
      timeouts: timeoutsSchema.parse({}),
      powerSync: { interval_s: 0, at_once: 64 },
      withBmc: (node, work) => work(life.wrapAll(machineOf(node.uuid).bmc)),
      connectAgent: (target) => life.wrapAll(machineOf(target.nodeUuid).agent(target.token)),
      images: READY_IMAGES,
      allocateAddresses: life.wrap(() => Promise.resolve()),
      buildConfigDrive: () => Promise.resolve('H4sI'),
      fetchConfigDrive: () => Promise.reject(new Error('no URL is fetched')),
      publishBoot: life.wrap(() => Promise.resolve()),
      site: {
        imageUrl: (_node, id) => `http://10.20.0.1:6180/images/${id}`,
        bootProblem: () => null,
        bootWarnings: () => [],
        isAgentAddress: (address) => address.startsWith('10.20.'),
        agentRules: { byTls: true, upstream: false },
        holderOf: () => Promise.resolve({ kind: 'untold' }),
        automatedClean: true,
        secureHttpBoot: options.secureHttpBoot ?? false,
        rescuePasswordHash: 'sha256',
        ...options.site,
      },
      ramdiskLogs: {
        keeps: true,
        keep: ({ nodeUuid, verb, base64 }) => {
          machineOf(nodeUuid).keptLogs.push(base64);
          return Promise.resolve({ id: `logs-${verb}`, at: '2026-11-22T12:00:00.000Z', verb, bytes: 2048 });
        },
      },
      secret: SECRET,
      ...options.deps,
    });
    current = { store, lifecycle, mortality };
    // A start may be what it dies of.
    await Promise.race([lifecycle.start(), life.died]);
  };

  const end = async (): Promise<void> => {
    if (current === null) return;
    current.mortality.dead = true;
    await current.store.close();
    current = null;
  };

  await start(options.mortality ?? { dead: false });
  for (const [index, machine] of machines.entries()) {
    const fields = options.nodes?.(index, machines) ?? {};
    await alive().store.nodes.insert({
      uuid: machine.uuid,
      driver: 'redfish',
      name: `machine-${index}`,
      ...fields,
    });
    const uuid = randomUUID();
    await alive().store.ports.insert({ uuid, node_uuid: machine.uuid, address: machine.mac });
  }
  onTestFinished(end);

  const [firstMachine] = machines;
  const node = async (machine: Machine | undefined = firstMachine): Promise<NodeRecord> => {
    const found = await alive().store.nodes.get(machine?.uuid ?? '');
    if (found === null) throw new Error('the node is gone');
    return found;
  };
  const untilTrue: World['untilTrue'] = async (what, condition) => {
    const giveUp = clock.elapsed() + PATIENCE_MS;
    for (let turns = 0; !(await condition()); turns++) {
      if (clock.elapsed() > giveUp || turns > 1_000_000) throw new Error(`it never came to this: ${what}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  return {
    clock,
    machines,
    daemon: () => alive().lifecycle,
    store: () => alive().store,
    end: async () => {
      await end();
      for (const { bmc } of machines) await bmc.powerOff();
    },
    ticket: ticketOf,
    restart: async (mortality = { dead: false }) => {
      await end();
      await start(mortality);
    },
    node,
    until: async (states, machine) => {
      await untilTrue(`state ${states.join(' or ')}`, async () => {
        const { uuid, provision_state } = await node(machine);
        return states.includes(provision_state) && (await alive().store.jobs.runningOf(uuid)) === null;
      });
      return await node(machine);
    },
    untilTrue,
    events: async (machine = firstMachine) =>
      await alive().store.events.list({ node_uuid: machine?.uuid ?? '' }),
  };
}
