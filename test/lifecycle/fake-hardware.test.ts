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
    const steps = [{ interface: 'vendor', step: 'log_passthrough', args: {} }];
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

test.each([
  ['clean', 'manageable', 'deploy.burnin_cpu', /vendor\.log_passthrough.* Besides there are hold, wait/],
  ['service', 'active', 'bios.factory_reset', /pretends: vendor\.log_passthrough\./],
] as const)(
  '%s of a node of fake-hardware in %s is refused for %s, with the list of its steps',
  async (verb, state, title, hint) => {
    const world = await createWorld();
    const { uuid } = await world.node();
    await world.store().nodes.update(uuid, { driver: 'fake-hardware', provision_state: state });
    const [kind = '', step = ''] = title.split('.');
    const hold = { interface: null, step: 'hold', args: {} };
    const steps = [hold, { interface: kind, step, args: {} }];
    await expect(world.daemon().requestVerb(uuid, { verb, steps })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining(`does not support this ${verb} step: ${title}`),
      hint: expect.stringMatching(hint),
    });
    expect((await world.node()).provision_state).toBe(state);
  },
);

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
