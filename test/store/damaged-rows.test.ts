/** Rows that were damaged by hand or by a disk: lists have the others, and say which one is missing and what to do. */
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { eventsOf } from '../../src/api/events/whose.ts';
import { type Answer, apiFixture } from '../api/fixtures.ts';
import { temporaryPath, temporaryStore } from './temporary-store.ts';

const uuidOf = (n: number): string => `11111111-1111-4111-8111-00000000000${n}`;
const DAMAGED = uuidOf(2);

/** Four nodes, of each kind of resource one for each; what the second one's rows hold is damaged. */
async function fourNodes() {
  const path = temporaryPath();
  const store = await temporaryStore({ path });
  for (const n of [1, 2, 3, 4]) {
    const [uuid, name] = [uuidOf(n), `n${n}`];
    await store.nodes.insert({ uuid, name, driver: 'fake-hardware' });
    await store.ports.insert({ uuid, node_uuid: uuid, address: `52:54:00:00:00:0${n}` });
    await store.portgroups.insert({ uuid, node_uuid: uuid, name });
    await store.chassis.insert({ uuid });
    await store.allocations.insert({ uuid, name, resource_class: 'x' });
  }
  const fixture = await apiFixture({ store });
  const damage = (statement: string): void => {
    const connection = new Sqlite(path);
    connection.exec(statement);
    connection.close();
  };
  return { ...fixture, damage };
}

const told = async ({ store }: Pick<Awaited<ReturnType<typeof fourNodes>>, 'store'>) =>
  (await store.events.list({})).map(({ kind, node_uuid, message }) => ({ kind, node_uuid, message }));

describe.each(['nodes', 'ports', 'portgroups', 'chassis', 'allocations'])('a damaged row of %s', (table) => {
  it('is missing in the list, and is named with what to do, once', async () => {
    const { ask, damage, store } = await fourNodes();
    damage(`UPDATE ${table} SET extra = '{broken' WHERE uuid = '${DAMAGED}'`);
    for (let round = 0; round < 2; round++) {
      const { status, body } = await ask('GET', `/v1/${table}`);
      expect(status).toBe(200);
      expect(body[table].map(({ uuid }: Answer['body']) => uuid)).toEqual([uuidOf(1), uuidOf(3), uuidOf(4)]);
    }
    await expect.poll(() => told({ store })).toHaveLength(1);
    const ofNode = table === 'chassis' || table === 'allocations' ? null : DAMAGED;
    const message = expect.stringMatching(
      new RegExp(`unreadable in ${table}, .*${DAMAGED}.*correct it with sqlite3`),
    );
    expect(await told({ store })).toEqual([{ kind: 'daemon.problem', node_uuid: ofNode, message }]);
    expect(store.damagedRows()).toEqual([message]);
  });

  it('makes no page short: who reads on by markers comes to the end', async () => {
    const { ask, damage } = await fourNodes();
    damage(`UPDATE ${table} SET extra = '[]' WHERE uuid IN ('${uuidOf(2)}', '${uuidOf(3)}')`);
    const { body } = await ask('GET', `/v1/${table}?limit=2`);
    expect(body[table].map(({ uuid }: Answer['body']) => uuid)).toEqual([uuidOf(1), uuidOf(4)]);
  });

  it('asked for itself, says what is wrong with it and what to do', async () => {
    const { ask, damage } = await fourNodes();
    damage(`UPDATE ${table} SET extra = '{broken' WHERE uuid = '${DAMAGED}'`);
    const { status, body } = await ask('GET', `/v1/${table}/${DAMAGED}`);
    expect(status).toBe(500);
    expect(JSON.parse(body.error_message)).toMatchObject({
      code: 'damaged_row',
      faultstring: expect.stringContaining(`something unreadable in ${table}`),
      hint: expect.stringContaining('sqlite3'),
    });
  });
});

it('nodes that are asked for by what the store does not filter by are found behind a damaged one', async () => {
  const { ask, damage } = await fourNodes();
  damage(`UPDATE nodes SET traits = '{' WHERE uuid = '${DAMAGED}'`);
  const { body } = await ask('GET', '/v1/nodes?associated=false&driver=fake-hardware&limit=3');
  expect(body.nodes.map(({ name }: Answer['body']) => name)).toEqual(['n1', 'n3', 'n4']);
});

it('jobs and events are listed beside a damaged one', async () => {
  const { ask, damage, store } = await fourNodes();
  for (const n of [1, 2]) {
    await store.jobs.insert({ node_uuid: uuidOf(n), verb: 'manage', steps: [] });
    await store.events.append({ node_uuid: uuidOf(n), kind: 'node.updated', message: `n${n}` });
  }
  damage(`UPDATE jobs SET steps = '' WHERE node_uuid = '${DAMAGED}'`);
  damage(`UPDATE events SET data = '' WHERE node_uuid = '${DAMAGED}'`);
  const { body } = await ask('GET', '/ingot/v1/jobs');
  expect(body.jobs).toMatchObject([{ node_uuid: uuidOf(1) }]);
  const timeline = await ask('GET', `/ingot/v1/nodes/${DAMAGED}/timeline`);
  expect(timeline.status).toBe(200);
  await expect.poll(() => store.damagedRows()).toHaveLength(2);
});

it('a damaged part of a node is not passed over where all its parts count', async () => {
  const { store, damage } = await fourNodes();
  await store.nodes.update(DAMAGED, { parent_node: uuidOf(1) });
  damage(`UPDATE nodes SET extra = '{' WHERE uuid = '${DAMAGED}'`);
  await expect(store.nodes.childrenOf(uuidOf(1))).rejects.toMatchObject({ code: 'damaged_row' });
});

it('what is met inside a transaction is told of, too, when that has failed', async () => {
  const { store, damage } = await fourNodes();
  damage(`UPDATE ports SET extra = '{' WHERE uuid = '${DAMAGED}'`);
  const failing = store.transaction(async (queries) => {
    await queries.ports.list();
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  await expect.poll(() => told({ store })).toHaveLength(1);
});

it('a page of nodes reads the jobs of its own nodes only, and of those no more than it tells', async () => {
  const { ask, store, damage } = await fourNodes();
  for (const n of [1, 2, 3]) {
    await store.nodes.update(uuidOf(n), { provision_state: 'cleaning' });
    const { id } = await store.jobs.insert({
      node_uuid: uuidOf(n),
      verb: 'provide',
      steps: [
        { name: 'erase', args: {} },
        { name: `wipe_${n}`, args: {} },
      ],
    });
    await store.jobs.update(id, { cursor: 1 });
  }
  damage(`UPDATE jobs SET scratch = '{' WHERE node_uuid = '${uuidOf(1)}'`);
  damage(`UPDATE jobs SET steps = '[' WHERE node_uuid = '${DAMAGED}'`);
  damage(`UPDATE jobs SET steps = '[1, {"name": 2}]' WHERE node_uuid = '${uuidOf(3)}'`);
  const { body } = await ask('GET', '/v1/nodes?limit=2&fields=name,reservation,clean_step');
  expect(body.nodes).toMatchObject([
    { name: 'n1', reservation: 'ingot', clean_step: { step: 'wipe_1' } },
    { name: 'n2', reservation: 'ingot', clean_step: {} },
  ]);
  expect(store.damagedRows()).toEqual([]);
  expect((await ask('GET', `/v1/nodes/${uuidOf(3)}`)).status).toBe(200);
  expect(store.damagedRows()).toEqual([expect.stringContaining('jobs, job 3, steps')]);
});

it('a page of events is full without a damaged one, whichever way it is read', async () => {
  const { store, damage } = await fourNodes();
  for (const message of ['a', 'b', 'c', 'd'])
    await store.events.append({ node_uuid: DAMAGED, kind: 'node.updated', message });
  damage(`UPDATE events SET data = '[' WHERE message IN ('b', 'c')`);
  const page = async (order: 'asc' | 'desc') =>
    (await store.events.list({ kinds: ['node.updated'], limit: 2, order })).map(({ message }) => message);
  expect(await page('asc')).toEqual(['a', 'd']);
  expect(await page('desc')).toEqual(['d', 'a']);
});

it('an allocation passes over a node whose row is damaged', async () => {
  const { store, damage, ask } = await fourNodes();
  for (const n of [2, 3])
    await store.nodes.update(uuidOf(n), {
      provision_state: 'available',
      resource_class: 'y',
      power_state: 'power off',
    });
  damage(`UPDATE nodes SET extra = '{' WHERE uuid = '${DAMAGED}'`);
  const made = await ask('POST', '/v1/allocations', { body: { name: 'web', resource_class: 'y' } });
  expect(made.status).toBe(201);
  await expect
    .poll(async () => (await ask('GET', '/v1/allocations/web')).body)
    .toMatchObject({ state: 'active', node_uuid: uuidOf(3) });
});

it('a project that follows the events hears of its other nodes', async () => {
  const { store, damage } = await fourNodes();
  for (const n of [2, 3]) await store.nodes.update(uuidOf(n), { owner: 'blue' });
  damage(`UPDATE nodes SET extra = '{' WHERE uuid = '${DAMAGED}'`);
  const mayHear = eventsOf({ name: 'b', role: 'reader', project: 'blue', token: null }, store);
  const event = async (n: number) =>
    await mayHear(await store.events.append({ node_uuid: uuidOf(n), kind: 'node.updated', message: 'x' }));
  expect([await event(2), await event(3)]).toEqual([false, true]);
});
