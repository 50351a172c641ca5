import { expect, it } from 'vitest';
import { cleaningSchema } from '../../src/config/cleaning.ts';
import { agentParams } from '../../src/lifecycle/steps/agent-node.ts';
import { createWorld } from './fakes/world.ts';

const stepsWith = async (priorities: Record<string, number>): Promise<readonly unknown[]> => {
  const world = await createWorld({ deps: { cleaning: cleaningSchema.parse({ priorities }) } });
  const { uuid } = await world.node();
  await world.store().nodes.update(uuid, { provision_state: 'manageable' });
  await world.daemon().requestVerb(uuid, { verb: 'provide' });
  await world.until(['available', 'clean failed']);
  const job = await world.store().jobs.lastOf(uuid);
  const steps = job?.steps.filter(({ name }) => name === 'clean-step') ?? [];
  return steps.map(({ args: { step } }) =>
    typeof step === 'object' && step !== null && 'step' in step ? step.step : null,
  );
};

it.each([
  ['only metadata unless told otherwise', {}, ['erase_devices_metadata']],
  [
    'more, in another order',
    { 'deploy.erase_devices': 120, 'deploy.erase_devices_metadata': 10 },
    ['erase_devices', 'erase_devices_metadata'],
  ],
  ['nothing', { 'deploy.erase_devices_metadata': 0 }, []],
])('automated cleaning runs %s', async (_what, priorities, steps) => {
  expect(await stepsWith(priorities)).toEqual(steps);
});

it('the agent is told how to erase by Ironic’s own names', async () => {
  const world = await createWorld();
  const erase = { passes: 3, zeros: false, overwrite_after_failure: true, skip_read_only: true };
  const params = agentParams(await world.node(), [], cleaningSchema.parse({ erase }));
  expect(params.node).toMatchObject({
    driver_internal_info: {
      agent_erase_devices_iterations: 3,
      agent_erase_devices_zeroize: false,
      agent_enable_nvme_secure_erase: true,
      agent_continue_if_secure_erase_failed: true,
      agent_erase_skip_read_only: true,
    },
  });
});
