/** What the store forgets, so that it does not grow for ever. */
import { expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { temporaryPath, temporaryStore } from './temporary-store.ts';

const A = '11111111-1111-4111-8111-111111111111';
const B = '22222222-2222-4222-8222-222222222222';

async function endedJob(store: Store, node: string): Promise<number> {
  const { id } = await store.jobs.insert({ node_uuid: node, verb: 'manage', steps: [] });
  await store.jobs.update(id, { status: 'done' });
  return id;
}

test('the newest ended jobs of each node are kept, and the running one', async () => {
  const store = await temporaryStore({ jobsPerNode: 3 });
  for (const uuid of [A, B]) await store.nodes.insert({ uuid, driver: 'redfish' });
  const ofB = await endedJob(store, B);
  const ended: number[] = [];
  for (let index = 0; index < 6; index++) ended.push(await endedJob(store, A));
  const running = await store.jobs.insert({ node_uuid: A, verb: 'deploy', steps: [] });
  const kept: number[] = [];
  for (const id of [ofB, ...ended, running.id]) if ((await store.jobs.get(id)) !== null) kept.push(id);
  expect(kept).toEqual([ofB, ...ended.slice(-3), running.id]);
});

test('the newest events of deleted nodes are kept, and all of those that are there', async () => {
  const path = temporaryPath();
  const first = await temporaryStore({ path });
  await first.nodes.insert({ uuid: A, driver: 'redfish' });
  for (const node_uuid of [A, B, null])
    for (let index = 0; index < 5; index++)
      await first.events.append({ node_uuid, kind: 'machine.log', message: `${index}` });
  await first.close();
  const store = await temporaryStore({ path, eventsOfDeleted: 2 });
  const left = async (node: string | null): Promise<readonly string[]> =>
    (await store.events.list({})).filter((event) => event.node_uuid === node).map(({ message }) => message);
  expect(await left(B)).toEqual(['3', '4']);
  expect([(await left(A)).length, (await left(null)).length]).toEqual([5, 5]);
});

test('deletions bound the events of deleted nodes while the daemon runs', async () => {
  const store = await temporaryStore({ eventsOfDeleted: 2 });
  for (let index = 0; index < 5; index++)
    await store.events.append({ node_uuid: B, kind: 'machine.log', message: `${index}` });
  for (let index = 0; index < 100; index++) {
    await store.nodes.insert({ uuid: A, driver: 'redfish' });
    await store.nodes.delete(A);
  }
  expect((await store.events.list({})).map(({ message }) => message)).toEqual(['3', '4']);
});
