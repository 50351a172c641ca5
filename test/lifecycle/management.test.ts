import { expect, test } from 'vitest';
import type { LifecycleDeps } from '../../src/lifecycle/deps.ts';
import { createWorld, type World } from './fakes/world.ts';

test('a boot device asked for goes to the BMC at once, and the node’s story tells it', async () => {
  const world = await createWorld();
  const node = await world.node();
  await world.daemon().management.setBootDevice(node, { device: 'disk', persistent: false });
  expect(await world.daemon().management.bootDevice(node)).toMatchObject({ device: 'disk' });
  const events = await world.store().events.list({ node_uuid: node.uuid, kinds: ['node.managed'] });
  expect(events.map(({ message }) => message)).toEqual(['The BMC was told to boot from disk once']);
});

test('while a job works on the node, nothing else is asked of its BMC', async () => {
  const world = await createWorld();
  const node = await world.node();
  await world
    .store()
    .jobs.insert({ node_uuid: node.uuid, verb: 'manage', steps: [{ name: 'verify', args: {} }] });
  const { management } = world.daemon();
  const wanted = { device: 'disk', persistent: false } as const;
  await expect(management.setBootDevice(node, wanted)).rejects.toMatchObject({
    code: 'node_locked',
    hint: expect.stringContaining('The job "manage"'),
  });
  await expect(management.injectNmi(node)).rejects.toMatchObject({ code: 'node_locked' });
});

test('pretended hardware has no NMI button and no Secure Boot', async () => {
  const world = await createWorld();
  const node = { ...(await world.node()), driver: 'fake-hardware' };
  const { management } = world.daemon();
  await expect(management.injectNmi(node)).rejects.toThrow(
    'Driver fake-hardware does not support inject_nmi (disabled or not implemented).',
  );
  await expect(management.setSecureBoot(node, true)).rejects.toMatchObject({ code: 'invalid_input' });
});

/** Runs `during` while the BMC is asked for an NMI. */
async function worldThatInterrupts(during: (world: World) => Promise<void>): Promise<World> {
  const withBmc: LifecycleDeps['withBmc'] = async (_node, work) => {
    const [machine] = world.machines;
    if (machine === undefined) throw new Error('no machine');
    return await work({ ...machine.bmc, injectNmi: () => during(world) });
  };
  const world: World = await createWorld({ deps: { withBmc } });
  return world;
}

test('while its BMC is asked for something, no job begins on the node, and nothing else is asked', async () => {
  const refused: unknown[] = [];
  const world = await worldThatInterrupts(async ({ daemon, node }) => {
    const { uuid } = await node();
    const asked = [
      daemon().requestPower(uuid, 'power on'),
      daemon().requestVerb(uuid, { verb: 'manage' }),
      daemon().management.setSecureBoot(await node(), true),
    ];
    for (const one of await Promise.allSettled(asked))
      refused.push(one.status === 'rejected' ? one.reason : 'accepted');
  });
  const node = await world.node();
  await world.daemon().management.injectNmi(node);
  expect(refused).toEqual(Array(3).fill(expect.objectContaining({ code: 'node_locked' })));
  expect(await world.store().jobs.lastOf(node.uuid)).toBeNull();
  await world.daemon().requestPower(node.uuid, 'power on');
});

test('a BMC that fails leaves the node free', async () => {
  const world = await worldThatInterrupts(() => Promise.reject(new Error('no such button')));
  const node = await world.node();
  await expect(world.daemon().management.injectNmi(node)).rejects.toThrow('no such button');
  await world.daemon().requestPower(node.uuid, 'power on');
});

test('of a job and an NMI that are asked for in the same moment one is refused', async () => {
  let pressed = 0;
  const world = await worldThatInterrupts(async () => void pressed++);
  const node = await world.node();
  const power = world.daemon().requestPower(node.uuid, 'power on');
  const results = await Promise.allSettled([power, world.daemon().management.injectNmi(node)]);
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  expect(pressed).toBe(results[1].status === 'fulfilled' ? 1 : 0);
});
