/** Nothing is lost: a daemon that dies at any effect leaves work that the next one completes, once. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProvisionState, Verb } from '../../src/store/words.ts';
import type { Machine } from './fakes/machine.ts';
import type { Mortality } from './fakes/mortal.ts';
import { createWorld, DEPLOYABLE, type World } from './fakes/world.ts';

type Journey = {
  readonly from: ProvisionState;
  readonly verb: Verb;
  readonly to: ProvisionState;
  /** What the machine has been through afterwards, each exactly once. */
  readonly history: readonly string[];
};

const JOURNEYS: readonly Journey[] = [
  { from: 'enroll', verb: 'manage', to: 'manageable', history: [] },
  { from: 'manageable', verb: 'inspect', to: 'manageable', history: ['on pxe', 'off'] },
  { from: 'manageable', verb: 'provide', to: 'available', history: ['on pxe', 'execute_clean_step', 'off'] },
  {
    from: 'available',
    verb: 'active',
    to: 'active',
    history: ['on pxe', 'execute_deploy_step', 'install_bootloader', 'off', 'on disk'],
  },
  { from: 'active', verb: 'deleted', to: 'available', history: ['on pxe', 'execute_clean_step', 'off'] },
];

/** Asks as an operator would who got no answer: again, unless the node is on its way. */
async function ask(world: World, machine: Machine, journey: Journey): Promise<boolean> {
  if ((await world.node(machine)).provision_state !== journey.from) return true;
  if ((await world.store().jobs.lastOf(machine.uuid)) !== null) return true;
  let answered = false;
  void world
    .daemon()
    .requestVerb(machine.uuid, { verb: journey.verb })
    .then(() => {
      answered = true;
    });
  for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
  return answered;
}

/** One journey over as many lives as `deaths` has, and one that lasts. Returns how many lives were cut short. */
async function travel(journey: Journey, deaths: readonly Mortality[]): Promise<number> {
  const world = await createWorld();
  const [machine] = world.machines;
  if (machine === undefined) throw new Error('no machine');
  await world
    .store()
    .nodes.update(machine.uuid, { provision_state: journey.from, instance_info: DEPLOYABLE });
  let died = 0;
  for (const mortality of deaths) {
    await world.restart(mortality);
    await ask(world, machine, journey);
    const arrived = async (): Promise<boolean> =>
      (await world.store().jobs.lastOf(machine.uuid))?.status === 'done';
    await world.untilTrue('death or arrival', async () => mortality.dead || (await arrived()));
    if (mortality.dead) died++;
  }
  await world.restart();
  while (!(await ask(world, machine, journey))) await world.restart();
  await world.untilTrue('the end of the job', async () => {
    return (await world.store().jobs.runningOf(machine.uuid)) === null;
  });
  const node = await world.node(machine);
  expect({ state: node.provision_state, error: node.last_error }).toEqual({ state: journey.to, error: null });
  // Whether the agent was asked to switch off is best effort: at most once, else the BMC does it.
  expect(machine.history.filter((one) => one === 'power_off').length).toBeLessThanOrEqual(1);
  expect(machine.history.filter((one) => one !== 'power_off')).toEqual(journey.history);
  return died;
}

/** For a machine that is busy; on a quiet one all of it takes some seconds. */
const LONG = { timeout: 120_000 };

describe('a daemon that is killed', () => {
  it.each(JOURNEYS)(
    'after every single effect of "$verb" from $from loses nothing',
    LONG,
    async (journey) => {
      let at = 0;
      for (let died = 1; died === 1; )
        died = await travel(journey, [{ dead: false, at: ++at, when: 'after' }]);
      expect(at).toBeGreaterThan(4);
    },
  );

  it('again and again at random instants ends every job, and does nothing twice', LONG, async () => {
    const death = fc.record({
      dead: fc.constant(false),
      at: fc.integer({ min: 1, max: 30 }),
      when: fc.constantFrom('before' as const, 'after' as const),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...JOURNEYS),
        fc.array(death, { minLength: 2, maxLength: 12 }),
        async (journey, deaths) => {
          await travel(
            journey,
            deaths.map((one) => ({ ...one })),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});
