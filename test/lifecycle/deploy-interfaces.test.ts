import { expect, it } from 'vitest';
import type { DeployStep } from '../../src/store/records/step-list.ts';
import { createWorld, type World } from './fakes/world.ts';

const INSTANCE = { kernel: 'http://10.20.0.9/vmlinuz', ramdisk: 'http://10.20.0.9/initrd.gz' };

async function available(deploy: string, instance_info = {}): Promise<World> {
  const world = await createWorld();
  const { uuid } = await world.node();
  const fields = { provision_state: 'available', interfaces: { deploy }, instance_info } as const;
  await world.store().nodes.update(uuid, fields);
  return world;
}

/** What was done to the machine; a system that is no ramdisk of ours calls nobody. */
const done = (world: World): readonly string[] =>
  (world.machines[0]?.history ?? []).filter((one) => !one.startsWith('refused'));

const ask = async (world: World, verb: 'active' | 'deleted' | 'service', more = {}): Promise<void> =>
  world.daemon().requestVerb((await world.node()).uuid, { verb, ...more });

it('ramdisk: the machine boots its own system from the network and stays there', async () => {
  const world = await available('ramdisk', INSTANCE);
  await ask(world, 'active');
  const active = await world.until(['active', 'deploy failed']);
  expect(active).toMatchObject({
    provision_state: 'active',
    boot_intent: 'instance',
    power_state: 'power on',
  });
  expect(done(world)).toEqual(['on pxe']);

  await world.daemon().requestPower(active.uuid, 'rebooting');
  await world.untilTrue('rebooted', async () => (await world.store().jobs.runningOf(active.uuid)) === null);
  expect(done(world)).toEqual(['on pxe', 'off', 'on pxe']);

  const steps = [{ interface: 'deploy', step: 'burnin_cpu', args: {} }];
  await ask(world, 'service', { steps });
  expect(await world.until(['active', 'service failed'])).toMatchObject({
    provision_state: 'active',
    boot_intent: 'instance',
  });
  expect(done(world).slice(-2)).toEqual(['off', 'on pxe']);

  await ask(world, 'deleted');
  expect(await world.until(['available', 'clean failed'])).toMatchObject({ boot_intent: 'disk' });
});

it('ramdisk: a machine that is on already is left alone by "power on"', async () => {
  const world = await available('ramdisk', INSTANCE);
  await ask(world, 'active');
  const { uuid } = await world.until(['active', 'deploy failed']);
  await world.daemon().requestPower(uuid, 'power on');
  await world.untilTrue('on', async () => (await world.store().jobs.runningOf(uuid)) === null);
  expect(done(world)).toEqual(['on pxe']);
});

it('ramdisk: a crash while the machine starts does not start it twice', async () => {
  const world = await available('ramdisk', INSTANCE);
  await ask(world, 'active');
  await world.untilTrue('started', () => world.machines[0]?.power() === 'on');
  await world.restart();
  expect((await world.until(['active', 'deploy failed'])).provision_state).toBe('active');
  expect(done(world)).toEqual(['on pxe']);
});

it('ramdisk: an unusable instance_info is refused before anything is done', async () => {
  const world = await available('ramdisk', { kernel: INSTANCE.kernel });
  await expect(ask(world, 'active')).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('there is nothing to boot from the network'),
  });
  expect((await world.node()).provision_state).toBe('available');
});

it('custom-agent: no image is written; the operator’s steps are all there is', async () => {
  const world = await available('custom-agent');
  const deploySteps: DeployStep[] = [
    { interface: 'deploy', step: 'write_image', args: { image_info: { id: 'mine' } }, priority: 80 },
  ];
  await ask(world, 'active', { deploySteps });
  expect(await world.until(['active', 'deploy failed'])).toMatchObject({
    provision_state: 'active',
    boot_intent: 'disk',
  });
  expect(done(world)).toEqual(['on pxe', 'execute_deploy_step', 'power_off', 'off', 'on disk']);
});
