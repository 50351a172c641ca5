/** An agent that runs a command: how long it takes, and how long it cannot be asked meanwhile. */
import { describe, expect, it } from 'vitest';
import { IngotError } from '../../src/errors.ts';
import type { LifecycleDeps } from '../../src/lifecycle/deps.ts';
import { createWorld, type World } from './fakes/world.ts';

const MINUTE_MS = 60_000;

type Flashing = { readonly world: World; away: boolean };

/** A machine whose firmware is flashed for `minutes`, which must not be cut; ten seconds of that have passed. */
async function flashing(minutes: number): Promise<Flashing> {
  const connectAgent: LifecycleDeps['connectAgent'] = ({ token }) => {
    const agent = world.machines[0]?.agent(token);
    if (agent === undefined) throw new Error('no machine');
    const here = (): void => {
      if (made.away) throw new IngotError('agent_unreachable', 'No route to host.', { hint: 'Look.' });
    };
    return {
      commands: async () => {
        here();
        return await agent.commands();
      },
      run: async (command) => {
        here();
        return await agent.run(command);
      },
    };
  };
  const world: World = await createWorld({ deps: { connectAgent } });
  const made = { world, away: false };
  const [machine] = world.machines;
  if (machine === undefined) throw new Error('no machine');
  machine.faults.offers = [{ step: 'flash', interface: 'firmware', priority: 0, abortable: false }];
  machine.faults.stepMs = minutes * MINUTE_MS;
  await world.store().nodes.update(machine.uuid, { provision_state: 'manageable' });
  const steps = [{ interface: 'firmware', step: 'flash', args: {} }];
  await world.daemon().requestVerb(machine.uuid, { verb: 'clean', steps });
  await world.untilTrue('flashing', () => machine.history.includes('execute_clean_step'));
  await world.clock.sleep(10_000);
  return made;
}

const whyOf = async ({ machines, daemon }: World): Promise<string> =>
  (await daemon().why(machines[0]?.uuid ?? '')).text;

describe('a step that must not be cut', () => {
  it.each([1.5, 5, 25, 50])(
    'runs to its end though the agent cannot be asked for %d minutes, while heartbeats come',
    async (minutes) => {
      const made = await flashing(60);
      const { world } = made;
      made.away = true;
      await world.clock.sleep(minutes * MINUTE_MS);
      expect(await whyOf(world)).toContain('it cannot be asked now, and may still run: No route to host');
      made.away = false;
      const node = await world.until(['manageable', 'clean failed']);
      expect(node).toMatchObject({ provision_state: 'manageable', last_error: null });
      expect(world.machines[0]?.cut).toEqual([]);
    },
  );

  it('runs for five hours while the agent reports it, which is told of after two', async () => {
    const { world } = await flashing(300);
    await world.clock.sleep(150 * MINUTE_MS);
    expect(await whyOf(world)).toContain('has been running for more than 2 h');
    const node = await world.until(['manageable', 'clean failed']);
    expect(node).toMatchObject({ provision_state: 'manageable', last_error: null });
    expect(world.machines[0]?.cut).toEqual([]);
    expect((await world.events()).filter(({ kind }) => kind === 'job.waits')).toHaveLength(1);
  });

  it('outlasts an hour in which ingot is started again every four minutes', async () => {
    const made = await flashing(60);
    for (let starts = 0; starts < 14; starts++) {
      await made.world.clock.sleep(4 * MINUTE_MS);
      made.away = starts % 2 === 0;
      await made.world.restart();
    }
    made.away = false;
    const node = await made.world.until(['manageable', 'clean failed']);
    expect(node).toMatchObject({ provision_state: 'manageable', last_error: null });
  });
});

/** Milliseconds from `begun` (of `Clock.elapsed`) to the end of the job. */
async function failedAfter(world: World, begun: number): Promise<number> {
  const [failed] = (await world.events()).filter(({ kind }) => kind === 'job.failed');
  return Date.parse(failed?.at ?? '') - world.clock.now() + world.clock.elapsed() - begun;
}

describe('a machine that goes while its agent is at work', () => {
  it('fails within minutes when its BMC shows it off', async () => {
    const { world } = await flashing(600);
    const begun = world.clock.elapsed();
    await world.machines[0]?.bmc.powerOff();
    const node = await world.until(['manageable', 'clean failed']);
    expect(node).toMatchObject({ provision_state: 'clean failed', fault: 'clean failure' });
    expect(node.last_error).toContain('flash: the machine is off, and its agent was at work');
    expect(await failedAfter(world, begun)).toBeLessThan(3 * MINUTE_MS);
  });

  it('fails also where ingot is started again meanwhile', async () => {
    const { world } = await flashing(600);
    await world.machines[0]?.bmc.powerOff();
    await world.clock.sleep(MINUTE_MS + 15_000);
    await world.restart();
    const node = await world.until(['manageable', 'clean failed']);
    expect(node.last_error).toContain('the machine is off');
  });

  it('fails as soon as it was seen to boot anew by itself', async () => {
    const made = await flashing(600);
    const { world } = made;
    const begun = world.clock.elapsed();
    made.away = true;
    const [machine] = world.machines;
    const message = 'The machine started anew by itself.';
    await world.store().events.append({ node_uuid: machine?.uuid ?? '', kind: 'boot.unasked', message });
    const node = await world.until(['manageable', 'clean failed']);
    expect(node.last_error).toContain(
      'flash: the machine started anew by itself while its agent was at work',
    );
    expect(await failedAfter(world, begun)).toBeLessThan(MINUTE_MS);
  });
});

it.each([{ starts: false }, { starts: true }])(
  'a machine of which nobody tells whether it is on fails when its agent was silent for half an hour; ingot restarts: $starts',
  async ({ starts }) => {
    const { world } = await flashing(600);
    const begun = world.clock.elapsed();
    const [machine] = world.machines;
    await machine?.bmc.powerOff();
    if (machine !== undefined)
      machine.bmc.power = async () => {
        throw new IngotError('bmc_unreachable', 'The BMC does not answer.', { hint: 'Look at it.' });
      };
    if (starts)
      for (let lives = 0; lives < 12; lives++) {
        await world.clock.sleep(4 * MINUTE_MS);
        await world.restart();
      }
    const node = await world.until(['manageable', 'clean failed']);
    expect(node.provision_state).toBe('clean failed');
    expect(node.last_error).toContain('it cannot be asked now');
    const tookMs = await failedAfter(world, begun);
    expect(tookMs).toBeGreaterThan(27 * MINUTE_MS);
    expect(tookMs).toBeLessThan(36 * MINUTE_MS);
  },
);
