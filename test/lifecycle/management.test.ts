import { expect, test } from 'vitest';
import { createWorld } from './fakes/world.ts';

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
    message: expect.stringContaining('is locked by the job "manage"'),
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
