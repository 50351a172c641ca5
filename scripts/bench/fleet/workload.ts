/** What clients do with a fleet of `fake-hardware`, and how long it takes: the same calls for ingot and for Ironic. */
import { randomUUID } from 'node:crypto';
import { type Caller, inParallel } from '../api-caller.ts';
import { percentile } from '../measure.ts';

/** How much is asked; Ironic gets less of what takes it long. */
export type FleetSize = {
  /** Nodes taken to active before any clock runs: services are asked when they have been up for a while. */
  readonly warmUp: number;
  readonly nodes: number;
  /** How many of them are taken to active. */
  readonly lives: number;
  /** Of each call that is timed. */
  readonly calls: number;
  readonly lists: number;
};

export type FleetTimes = {
  readonly creationsPerSecond: number;
  readonly livesPerSecond: number;
  /** Milliseconds each. */
  readonly get: readonly number[];
  readonly patch: readonly number[];
  readonly put: readonly number[];
  readonly list: readonly number[];
  readonly listDetail: readonly number[];
};

/** Clients of a fleet whose calls are under way at the same time. */
export const CLIENTS = 8;
const PAGE = 1_000;
const LIFE = [
  ['manage', 'manageable'],
  ['provide', 'available'],
  ['active', 'active'],
] as const;

export const uuids = (count: number): readonly string[] => Array.from({ length: count }, () => randomUUID());

/** Creates the nodes, takes some of them to active, and times the calls. */
export async function timeFleet(caller: Caller, size: FleetSize): Promise<FleetTimes> {
  const first = uuids(size.warmUp);
  await createAll(caller, first, CLIENTS);
  await liveAll(caller, first, CLIENTS);
  const nodes = uuids(size.nodes);
  const creationsPerSecond = await rate(nodes.length, () => createAll(caller, nodes, CLIENTS));
  const alive = nodes.slice(0, size.lives);
  const livesPerSecond = await rate(alive.length, () => liveAll(caller, alive, CLIENTS));
  const asked = nodes.slice(-size.calls);
  const change = [{ op: 'add', path: '/extra/rack', value: '7' }];
  const list = `/v1/nodes?limit=${size.nodes}`;
  return {
    creationsPerSecond,
    livesPerSecond,
    get: await each(asked, (uuid) => caller.timed('GET', `/v1/nodes/${uuid}`)),
    patch: await each(asked, (uuid) => caller.timed('PATCH', `/v1/nodes/${uuid}`, change)),
    put: await each(asked, (uuid) =>
      caller.timed('PUT', `/v1/nodes/${uuid}/states/provision`, { target: 'manage' }),
    ),
    list: await each(uuids(size.lists), () => caller.timed('GET', list)),
    listDetail: await each(uuids(size.lists), () => caller.timed('GET', `${list}&detail=True`)),
  };
}

export async function createAll(caller: Caller, nodes: readonly string[], width: number): Promise<void> {
  await inParallel(nodes, width, async (uuid) => {
    const name = `bench-${uuid.slice(0, 13)}`;
    await caller.call('POST', '/v1/nodes', { uuid, driver: 'fake-hardware', name });
  });
}

/** From enrolled to active. */
export async function liveAll(caller: Caller, nodes: readonly string[], width: number): Promise<void> {
  await inParallel(nodes, width, async (uuid) => {
    for (const [verb, state] of LIFE) await caller.take(uuid, verb, state);
  });
}

/** Every node with all its fields: follows `next` to the end, as clients do. */
export async function listAll(caller: Caller): Promise<void> {
  let path: string | null = `/v1/nodes?detail=True&limit=${PAGE}`;
  while (path !== null) {
    const text = await caller.call('GET', path);
    // The link stands behind the nodes: no need to parse ten megabytes for it.
    const next: string | undefined = /"next":"https?:\/\/[^/"]*([^"]*)"/.exec(text.slice(-1_000))?.[1];
    path = next ?? null;
  }
}

export const middle = (times: readonly number[]): number => percentile(times, 0.5);

async function each<T>(items: readonly T[], call: (item: T) => Promise<number>): Promise<readonly number[]> {
  const times: number[] = [];
  for (const item of items) times.push(await call(item));
  return times;
}

/** Milliseconds. */
export async function timeOf(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Items a second. */
export async function rate(count: number, work: () => Promise<void>): Promise<number> {
  return (count / (await timeOf(work))) * 1_000;
}
