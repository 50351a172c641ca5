/**
 * The API with a fleet of `fake-hardware`: what Ironic takes for the same calls is told by the goals. Its figures
 * (Ironic 21.4 with SQLite on a machine like ours) are those of the issue; it is not run here.
 */
import { randomUUID } from 'node:crypto';
import { type Caller, createCaller, inParallel } from './api-caller.ts';
import { startIngot } from './contenders/ingot.ts';
import { layField } from './field.ts';
import { type Figure, type Measure, percentile, rounded, type Tools } from './measure.ts';
import { residentMb } from './process-figures.ts';

const CLIENTS = 8;
const FIRST_NODES = 1_000;
const ALL_NODES = 10_000;
const IN_FLIGHT = 1_000;
const TAKEN_THROUGH = 500;
const CALLS = 400;
const LISTS = 10;
const PAGE = 1_000;

/** Milliseconds that Ironic takes. */
const IRONIC = { get: { p50: 12, p99: 17 }, patch: 93, put: 83, list: 420, listDetail: 514 } as const;

const LIFE = [
  ['manage', 'manageable'],
  ['provide', 'available'],
  ['active', 'active'],
] as const;

export const fleet: Measure = {
  about: 'calls and lives of 1,000 and 10,000 fake nodes, against what Ironic takes',
  run: async (tools: Tools): Promise<readonly Figure[]> => {
    const ingot = await startIngot(await layField('fleet', tools), {}, tools);
    const caller = createCaller(ingot.socketPath, CLIENTS);
    const crowd = createCaller(ingot.socketPath, 64);
    tools.defer(async () => {
      caller.close();
      crowd.close();
    });
    const first = uuids(FIRST_NODES);
    const created = await rate(FIRST_NODES, () => inParallel(first, CLIENTS, (uuid) => create(caller, uuid)));
    tools.say(
      `${FIRST_NODES} nodes are there: taking ${TAKEN_THROUGH} of them to active, ${CLIENTS} at once`,
    );
    const lives = await rate(TAKEN_THROUGH, () =>
      inParallel(first.slice(0, TAKEN_THROUGH), CLIENTS, (uuid) => live(caller, uuid)),
    );
    const calls = await callFigures(caller, first);
    const lists = await listFigures(caller);

    tools.say(`${ALL_NODES} nodes, ${IN_FLIGHT} in flight at once`);
    const more = uuids(ALL_NODES - FIRST_NODES);
    await inParallel(more, 64, (uuid) => create(crowd, uuid));
    const pages = await timeOf(() => allPages(caller));
    const many = await rate(more.length, () => inParallel(more, IN_FLIGHT, (uuid) => live(crowd, uuid)));
    return [
      { name: 'creations_per_second', value: rounded(created), unit: 'nodes/s', goal: { at_least: 1_000 } },
      { name: 'lives_per_second', value: rounded(lives), unit: 'nodes/s', goal: { at_least: 126 } },
      ...calls,
      ...lists,
      { name: 'list_10000_in_pages_ms', value: rounded(pages), unit: 'ms', goal: { at_most: 1_000 } },
      { name: 'lives_per_second_of_10000', value: rounded(many), unit: 'nodes/s with 1,000 in flight' },
      { name: 'cost_ratio', value: rounded(lives / many), unit: 'times that of 500', goal: { at_most: 1 } },
      {
        name: 'resident_mb',
        value: rounded(await residentMb(ingot.pid)),
        unit: 'MB',
        goal: { at_most: 500 },
      },
    ];
  },
};

const uuids = (count: number): readonly string[] => Array.from({ length: count }, () => randomUUID());

async function create(caller: Caller, uuid: string): Promise<void> {
  await caller.call('POST', '/v1/nodes', {
    uuid,
    driver: 'fake-hardware',
    name: `bench-${uuid.slice(0, 13)}`,
  });
}

/** From enrolled to active. */
async function live(caller: Caller, uuid: string): Promise<void> {
  for (const [verb, state] of LIFE) await caller.take(uuid, verb, state);
}

async function callFigures(caller: Caller, nodes: readonly string[]): Promise<readonly Figure[]> {
  const each = async (call: (uuid: string) => Promise<number>): Promise<readonly number[]> => {
    const times: number[] = [];
    for (const uuid of nodes.slice(-CALLS)) times.push(await call(uuid));
    return times;
  };
  const get = await each((uuid) => caller.timed('GET', `/v1/nodes/${uuid}`));
  const patch = await each((uuid) =>
    caller.timed('PATCH', `/v1/nodes/${uuid}`, [{ op: 'add', path: '/extra/rack', value: '7' }]),
  );
  const put = await each((uuid) =>
    caller.timed('PUT', `/v1/nodes/${uuid}/states/provision`, { target: 'manage' }),
  );
  return [
    tenth('get_p50_ms', percentile(get, 0.5), IRONIC.get.p50),
    tenth('get_p99_ms', percentile(get, 0.99), IRONIC.get.p99),
    tenth('patch_p50_ms', percentile(patch, 0.5), IRONIC.patch),
    tenth('put_provision_p50_ms', percentile(put, 0.5), IRONIC.put),
  ];
}

async function listFigures(caller: Caller): Promise<readonly Figure[]> {
  const times = async (query: string): Promise<number> => {
    const each: number[] = [];
    for (let index = 0; index < LISTS; index++) each.push(await caller.timed('GET', `/v1/nodes?${query}`));
    return percentile(each, 0.5);
  };
  return [
    tenth('list_1000_ms', await times(`limit=${FIRST_NODES}`), IRONIC.list),
    tenth('list_1000_detail_ms', await times(`limit=${FIRST_NODES}&detail=True`), IRONIC.listDetail),
  ];
}

/** Follows `next` to the end, as clients do. */
async function allPages(caller: Caller): Promise<void> {
  let path: string | null = `/v1/nodes?detail=True&limit=${PAGE}`;
  while (path !== null) {
    const text = await caller.call('GET', path);
    // The link stands behind the nodes: no need to parse ten megabytes for it.
    const next: string | undefined = /"next":"https?:\/\/[^/"]*([^"]*)"/.exec(text.slice(-1_000))?.[1];
    path = next ?? null;
  }
}

/** A tenth of what Ironic takes is the goal. */
const tenth = (name: string, value: number, ironic: number): Figure => ({
  name,
  value: rounded(value),
  unit: `ms (Ironic: ${ironic})`,
  goal: { at_most: rounded(ironic / 10) },
});

async function timeOf(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Items a second. */
async function rate(count: number, work: () => Promise<void>): Promise<number> {
  return (count / (await timeOf(work))) * 1_000;
}
