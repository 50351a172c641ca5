import { expect, it } from 'vitest';
import { temporaryPath, temporaryStore } from './temporary-store.ts';

const A = '11111111-1111-4111-8111-111111111111';
const B = '22222222-2222-4222-8222-222222222222';

const options = { eventsPerNode: 10, eventsOfDeleted: 5 };

it('how far the events of a node were forgotten is known, also after a restart', async () => {
  const path = temporaryPath();
  const store = await temporaryStore({ path, ...options });
  const say = (node_uuid: string) => store.events.append({ node_uuid, kind: 'machine.log', message: 'said' });
  await store.nodes.insert({ uuid: A, driver: 'redfish' });
  await store.nodes.insert({ uuid: B, driver: 'redfish' });
  await say(B);
  expect([await store.events.prunedThrough(), await store.events.prunedThrough(A)]).toEqual([0, 0]);
  for (let i = 0; i < 50; i++) await say(A);
  await store.close();

  const again = await temporaryStore({ path, ...options });
  const [first] = await again.events.list({ node_uuid: A });
  const pruned = (first?.seq ?? 0) - 1;
  expect(pruned).toBeGreaterThan(0);
  expect(await again.events.prunedThrough(A)).toBe(pruned);
  expect(await again.events.prunedThrough()).toBe(pruned);
  expect(await again.events.prunedThrough(B)).toBe(0);
});

it('events of deleted nodes count too, and no row is left of each', async () => {
  const path = temporaryPath();
  const store = await temporaryStore({ path, ...options });
  await store.nodes.insert({ uuid: A, driver: 'redfish' });
  for (let i = 0; i < 30; i++)
    await store.events.append({ node_uuid: A, kind: 'machine.log', message: 'said' });
  await store.nodes.delete(A);
  await store.close();

  const again = await temporaryStore({ path, ...options });
  const [first] = await again.events.list({ node_uuid: A });
  expect(await again.events.prunedThrough()).toBe((first?.seq ?? 0) - 1);
  expect(await again.events.prunedThrough(A)).toBe(0);
});
