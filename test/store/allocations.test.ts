import { expect, it } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { temporaryStore } from './temporary-store.ts';

const A = '11111111-1111-4111-8111-11111111111a';
const B = '11111111-1111-4111-8111-11111111111b';
const C = '11111111-1111-4111-8111-11111111111c';
const ANY = { resource_class: 'big', owner: null, candidate_nodes: [], traits: [] };

async function storeWithNodes(): Promise<Store> {
  const store = await temporaryStore();
  for (const [uuid, traits] of [
    [A, ['CUSTOM_GPU']],
    [B, []],
    [C, ['CUSTOM_GPU', 'CUSTOM_SSD']],
  ] as const) {
    await store.nodes.insert({ uuid, driver: 'redfish', resource_class: 'big', traits });
    await store.nodes.update(uuid, { provision_state: 'available', power_state: 'power off' });
  }
  return store;
}

it('free nodes are the oldest first, and only the candidates where there are any', async () => {
  const { allocations } = await storeWithNodes();
  const uuids = async (candidate_nodes: readonly string[]): Promise<readonly string[]> =>
    (await allocations.freeNodes({ ...ANY, candidate_nodes })).map(({ uuid }) => uuid);
  expect(await uuids([])).toEqual([A, B, C]);
  expect(await uuids([C, A])).toEqual([A, C]);
});

it.each([
  { traits: [], suitable: [A, B, C] },
  { traits: ['CUSTOM_GPU'], suitable: [A, C] },
  { traits: ['CUSTOM_GPU', 'CUSTOM_SSD'], suitable: [C] },
])('of the free nodes those with all of $traits are suitable', async ({ traits, suitable }) => {
  const { allocations } = await storeWithNodes();
  const free = await allocations.freeNodes({ ...ANY, traits });
  expect(free.filter((node) => node.suitable).map(({ uuid }) => uuid)).toEqual(suitable);
});
