/** A command is sent once, also when the answer to it is lost. */
import { describe, expect, it } from 'vitest';
import { IngotError } from '../../src/errors.ts';
import type { LifecycleDeps } from '../../src/lifecycle/deps.ts';
import { createWorld, type World } from './fakes/world.ts';

/** Cleans a machine whose agent takes the first clean step, gives no answer, and restarts if it is told to. */
async function cleanedWithLostAnswer({ restarts }: { readonly restarts: boolean }): Promise<World> {
  const forgotten = new Set<string>();
  let lost = false;
  const connectAgent: LifecycleDeps['connectAgent'] = ({ token }) => {
    const agent = world.machines[0]?.agent(token);
    if (agent === undefined) throw new Error('no machine');
    return {
      commands: async () => (await agent.commands()).filter(({ id }) => !forgotten.has(id)),
      run: async (command) => {
        const answer = await agent.run(command);
        if (lost || command.name !== 'clean.execute_clean_step') return answer;
        lost = true;
        if (restarts) for (const { id } of await agent.commands()) forgotten.add(id);
        throw new IngotError('agent_unreachable', 'The connection broke.', { hint: 'Look.' });
      },
    };
  };
  const world: World = await createWorld({ deps: { connectAgent } });
  const uuid = world.machines[0]?.uuid ?? '';
  await world.store().nodes.update(uuid, { provision_state: 'manageable' });
  await world.daemon().requestVerb(uuid, { verb: 'provide' });
  await world.until(['available', 'clean failed']);
  return world;
}

const timesCleaned = (world: World): number | undefined =>
  world.machines[0]?.history.filter((one) => one === 'execute_clean_step').length;

describe('a command whose answer is lost', () => {
  it('is found again in the list of the agent', async () => {
    const world = await cleanedWithLostAnswer({ restarts: false });
    expect(await world.node()).toMatchObject({ provision_state: 'available', last_error: null });
    expect(timesCleaned(world)).toBe(1);
  });

  it('is not sent again to an agent that has forgotten all that it was sent before', async () => {
    const world = await cleanedWithLostAnswer({ restarts: true });
    const node = await world.node();
    expect(node.provision_state).toBe('clean failed');
    expect(node.last_error).toContain('the agent has forgotten the command');
    expect(timesCleaned(world)).toBe(1);
  });
});
