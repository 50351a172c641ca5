import { expect, it } from 'vitest';
import type { MachineFaults } from './fakes/machine-faults.ts';
import { createWorld, DEPLOYABLE, type World } from './fakes/world.ts';

const HANGS = 'The system did not shut down within 150 s: the machine is switched off as it is.';
const NO_BUTTON = 'The system is not shut down first: BMC 10.30.0.5 cannot do "soft-off".';
const RESCUED = ['on pxe', 'finalize_rescue'];

async function worldOfRunning(faults: MachineFaults = {}): Promise<World & { readonly uuid: string }> {
  const world = await createWorld();
  const { uuid } = await world.node();
  await world.store().nodes.update(uuid, { instance_info: DEPLOYABLE, provision_state: 'active' });
  await world.machines[0]?.bmc.powerOn();
  Object.assign(world.machines[0]?.faults ?? {}, faults);
  return { ...world, uuid };
}

const notesOf = async (world: World): Promise<readonly string[]> =>
  (await world.events())
    .filter(({ kind, data }) => kind === 'job.step_done' && data.step === 'shut-down')
    .map(({ message }) => message);

it.each<[string, MachineFaults, string, readonly string[]]>([
  ['shuts down when it is asked to', {}, 'The machine is off.', ['on disk', 'button', 'off', ...RESCUED]],
  ['heeds no power button', { button: 'ignored' }, HANGS, ['on disk', 'button', 'off', ...RESCUED]],
  ['has a BMC without one', { button: 'missing' }, NO_BUTTON, ['on disk', 'off', ...RESCUED]],
])('a system that %s is off before the rescue begins', async (_, faults, note, history) => {
  const world = await worldOfRunning(faults);
  await world.daemon().requestVerb(world.uuid, { verb: 'rescue', rescuePassword: 'open sesame 42' });
  await world.until(['rescue', 'rescue failed']);
  expect(await notesOf(world)).toEqual([note]);
  expect(world.machines[0]?.history).toEqual(history);
});

it('what was mended in a rescue is written out before its end', async () => {
  const world = await worldOfRunning();
  await world.store().nodes.update(world.uuid, { provision_state: 'rescue' });
  await world.daemon().requestVerb(world.uuid, { verb: 'unrescue' });
  await world.until(['active', 'unrescue failed']);
  expect(world.machines[0]?.history).toEqual(['on disk', 'button', 'off', 'on disk']);
});

it('a service shuts the system down before it takes the machine', async () => {
  const world = await worldOfRunning();
  const steps = [{ interface: 'deploy', step: 'burnin_cpu', args: {} }] as const;
  await world.daemon().requestVerb(world.uuid, { verb: 'service', steps: [...steps] });
  await world.until(['active', 'service failed']);
  expect(world.machines[0]?.history.slice(0, 4)).toEqual(['on disk', 'button', 'off', 'on pxe']);
});

it('a button that was pressed before ingot was killed is not pressed again', async () => {
  const world = await worldOfRunning({ button: 'ignored' });
  await world.daemon().requestVerb(world.uuid, { verb: 'rescue', rescuePassword: 'open sesame 42' });
  await world.untilTrue(
    'the button is pressed',
    () => world.machines[0]?.history.includes('button') === true,
  );
  await world.restart();
  await world.until(['rescue', 'rescue failed']);
  expect(world.machines[0]?.history.filter((one) => one === 'button')).toEqual(['button']);
});

it.each(['shut-down', 'soft-power-off'])(
  '%s of a node that has become one with disable_power_off leaves it on',
  async (step) => {
    const world = await worldOfRunning();
    await world
      .store()
      .jobs.insert({ node_uuid: world.uuid, verb: 'power', steps: [{ name: step, args: {} }] });
    await world.store().nodes.update(world.uuid, { disable_power_off: true });
    await world.restart();
    await world.untilTrue(
      'the job ends',
      async () => (await world.store().jobs.runningOf(world.uuid)) === null,
    );
    expect(world.machines[0]?.history).toEqual(['on disk']);
  },
);
