/** What an agent may offer: a list that is checked, and bounded over all of its hardware managers. */
import { describe, expect, it } from 'vitest';
import { offeredSteps } from '../../src/lifecycle/agents/agent-wire.ts';
import { createWorld } from './fakes/world.ts';

const steps = (manager: string, count: number): readonly Readonly<Record<string, unknown>>[] =>
  Array.from({ length: count }, (_, index) => ({
    step: `${manager}_${index}`,
    interface: 'deploy',
    priority: 1,
  }));

describe('the steps that an agent offers', () => {
  it('are those of all its hardware managers, a thousand in all', () => {
    const offer = offeredSteps('clean', { clean_steps: { one: steps('one', 400), two: steps('two', 600) } });
    expect(offer?.steps).toHaveLength(1_000);
  });

  it.each([
    { what: 'are more than a thousand of one manager', managers: { one: steps('one', 1_001) } },
    {
      what: 'are more than a thousand of several managers',
      managers: { one: steps('one', 400), two: steps('two', 601) },
    },
    { what: 'are no lists', managers: { one: 'erase_devices' } },
    { what: 'lack a name', managers: { one: [{ interface: 'deploy', priority: 1 }] } },
  ])('count for nothing when they $what', ({ managers }) => {
    expect(offeredSteps('clean', { clean_steps: managers })).toBeNull();
  });

  it('end the cleaning, with the bound, when they are too many', async () => {
    const world = await createWorld();
    const [machine] = world.machines;
    if (machine === undefined) throw new Error('no machine');
    machine.faults.offers = steps('many', 1_000);
    await world.store().nodes.update(machine.uuid, { provision_state: 'manageable' });
    await world.daemon().requestVerb(machine.uuid, { verb: 'provide' });
    const node = await world.until(['available', 'clean failed']);
    expect(node.provision_state).toBe('clean failed');
    expect(node.last_error).toContain('more than 1,000');
    expect(machine.history).not.toContain('execute_clean_step');
  });
});

it('of a step that two hardware managers offer, only that of the higher priority is run', async () => {
  const world = await createWorld();
  const [machine] = world.machines;
  if (machine === undefined) throw new Error('no machine');
  machine.faults.offers = [{ step: 'erase_devices_metadata', interface: 'deploy', priority: 5 }];
  await world.store().nodes.update(machine.uuid, { provision_state: 'manageable' });
  await world.daemon().requestVerb(machine.uuid, { verb: 'provide' });
  await world.until(['available', 'clean failed']);
  expect(machine.history.filter((one) => one === 'execute_clean_step')).toHaveLength(1);
});
