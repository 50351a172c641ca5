/** Allocations across restarts, and as nodes are undeployed. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createWorld, type World } from './fakes/world.ts';

const FREE = { provision_state: 'available', power_state: 'power off', resource_class: 'big' } as const;

async function worldOf(machines: number): Promise<World> {
  const world = await createWorld({ machines });
  for (const { uuid } of world.machines) await world.store().nodes.update(uuid, FREE);
  return world;
}

test('an allocation that was on disk when ingot was killed is decided on at the next start', async () => {
  const world = await worldOf(1);
  const { uuid } = await world.store().allocations.insert({ uuid: randomUUID(), resource_class: 'big' });
  await world.restart();
  await world.untilTrue(
    'it is decided',
    async () => (await world.store().allocations.undecided()).length === 0,
  );
  expect(await world.store().allocations.find(uuid)).toMatchObject({
    state: 'active',
    node_uuid: (await world.node()).uuid,
  });
  expect(await world.node()).toMatchObject({ instance_uuid: uuid, allocation_uuid: uuid });
});

test('allocations that wait together at a start each get a node of their own', async () => {
  const world = await worldOf(3);
  for (let asked = 0; asked < 5; asked++)
    await world.store().allocations.insert({ uuid: randomUUID(), resource_class: 'big' });
  await world.restart();
  await world.untilTrue(
    'all are decided',
    async () => (await world.store().allocations.undecided()).length === 0,
  );
  const all = await world.store().allocations.list({ sort_key: 'id', sort_dir: 'asc', limit: 10 });
  const nodes = all.flatMap(({ node_uuid }) => node_uuid ?? []);
  expect(new Set(nodes).size).toBe(3);
  expect(all.map(({ state }) => state)).toEqual([...Array(3).fill('active'), ...Array(2).fill('error')]);
});

test('a node that a job holds for a moment is looked at again', async () => {
  const world = await worldOf(1);
  const { uuid: node_uuid } = await world.node();
  const { id } = await world.store().jobs.insert({ node_uuid, verb: 'power', steps: [] });
  const { uuid } = await world.store().allocations.insert({ uuid: randomUUID(), resource_class: 'big' });
  world.daemon().allocate(uuid);
  await world.store().jobs.update(id, { status: 'done' });
  await world.untilTrue(
    'it is decided',
    async () => (await world.store().allocations.undecided()).length === 0,
  );
  expect(await world.store().allocations.find(uuid)).toMatchObject({ state: 'active', node_uuid });
});

test('undeploying a node takes its allocation along', async () => {
  const world = await worldOf(1);
  const { uuid } = await world.store().allocations.insert({ uuid: randomUUID(), resource_class: 'big' });
  world.daemon().allocate(uuid);
  await world.untilTrue('it has a node', async () => (await world.node()).allocation_uuid === uuid);
  const node = await world.node();
  await world.store().nodes.update(node.uuid, { provision_state: 'active', automated_clean: false });
  await world.daemon().requestVerb(node.uuid, { verb: 'deleted' });
  expect(await world.until(['available'])).toMatchObject({ instance_uuid: null, allocation_uuid: null });
  expect(await world.store().allocations.find(uuid)).toBeNull();
});
