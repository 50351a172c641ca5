import { expect, test } from 'vitest';
import { createWorld } from './fakes/world.ts';

test('a node of fake-hardware goes through its whole life without a machine, an image or a port', async () => {
  const world = await createWorld();
  const { uuid } = await world.node();
  await world.store().nodes.update(uuid, { driver: 'fake-hardware' });
  for (const port of await world.store().ports.listByNode(uuid)) await world.store().ports.delete(port.uuid);
  const go = async (
    verb: Parameters<ReturnType<typeof world.daemon>['requestVerb']>[1]['verb'],
    to: string,
  ) => {
    const steps = [{ interface: 'deploy', step: 'burnin_cpu', args: {} }];
    const more = verb === 'service' ? { steps } : verb === 'rescue' ? { rescuePassword: 'sesame' } : {};
    await world.daemon().requestVerb(uuid, { verb, ...more });
    const settled = await world.until([
      'manageable',
      'available',
      'active',
      'rescue',
      'inspect failed',
      'deploy failed',
    ]);
    expect(settled.provision_state).toBe(to);
  };
  await go('manage', 'manageable');
  await go('inspect', 'manageable');
  await go('provide', 'available');
  await go('active', 'active');
  expect((await world.node()).power_state).toBe('power on');
  await go('service', 'active');
  await go('rescue', 'rescue');
  expect((await world.node()).instance_info).toEqual({});
  await go('unrescue', 'active');
  await go('rebuild', 'active');
  await go('deleted', 'available');
  expect(world.machines[0]?.history).toEqual([]);
});

test('an inspection that is switched off is refused in Ironic’s words', async () => {
  const world = await createWorld();
  const { uuid } = await world.node();
  await world.store().nodes.update(uuid, {
    provision_state: 'manageable',
    interfaces: { inspect: 'no-inspect' },
  });
  await expect(world.daemon().requestVerb(uuid, { verb: 'inspect' })).rejects.toMatchObject({
    code: 'invalid_input',
    message: 'Driver redfish does not support inspect (disabled or not implemented).',
  });
});
