import { describe, expect, it } from 'vitest';
import type { NodeRecord } from '../../../src/store/records/node.ts';
import type { ProvisionState, Verb } from '../../../src/store/words.ts';
import { createWorld, DEPLOYABLE, type World } from '../fakes/world.ts';

const BROKEN = { type: 'CommandExecutionError', details: 'the disk broke' };
const STEP = { interface: 'deploy', step: 'burnin_cpu', args: {} };

async function fail(
  fields: Partial<NodeRecord>,
  { verb, command }: { readonly verb: Verb; readonly command: string },
): Promise<World> {
  const world = await createWorld();
  const { uuid } = await world.node();
  await world.store().nodes.update(uuid, { instance_info: DEPLOYABLE, ...fields });
  Object.assign(world.machines[0]?.faults ?? {}, { commands: { [command]: BROKEN } });
  const more = verb === 'rescue' ? { rescuePassword: 'x' } : verb === 'service' ? { steps: [STEP] } : {};
  await world.daemon().requestVerb(uuid, { verb, ...more });
  return world;
}

describe('a failure with a live agent', () => {
  it.each<[ProvisionState, Verb, string, ProvisionState]>([
    ['available', 'active', 'execute_deploy_step', 'deploy failed'],
    ['manageable', 'provide', 'execute_clean_step', 'clean failed'],
    ['active', 'service', 'execute_service_step', 'service failed'],
    ['active', 'rescue', 'finalize_rescue', 'rescue failed'],
  ])(
    'in "%s" by "%s": leaves the logs of the ramdisk, in history and why',
    async (state, verb, command, end) => {
      const world = await fail({ provision_state: state }, { verb, command });
      const node = await world.until([end]);
      expect(world.machines[0]?.keptLogs).toEqual(['H4sI']);
      expect(world.machines[0]?.power()).toBe('off');
      expect((await world.events()).find(({ kind }) => kind === 'agent.logs')).toMatchObject({
        message: `The ramdisk gave its logs, 2 KiB: logs-${verb}.`,
        data: { logs: `logs-${verb}`, bytes: 2048 },
      });
      expect((await world.daemon().why(node.uuid)).text).toContain(`ingot node logs machine-0 logs-${verb}.`);
      expect(node.last_error).toContain('the disk broke');
    },
  );

  it('that does not give them is switched off all the same', async () => {
    const world = await fail(
      { provision_state: 'available' },
      { verb: 'active', command: 'execute_deploy_step' },
    );
    const commands = { execute_deploy_step: BROKEN, collect_system_logs: BROKEN };
    Object.assign(world.machines[0]?.faults ?? {}, { commands });
    await world.until(['deploy failed']);
    expect(world.machines[0]?.keptLogs).toEqual([]);
    expect(world.machines[0]?.power()).toBe('off');
  });

  it('that has never called is not waited for', async () => {
    const world = await createWorld();
    const { uuid } = await world.node();
    await world.store().nodes.update(uuid, { provision_state: 'manageable' });
    Object.assign(world.machines[0]?.faults ?? {}, { silent: true });
    await world.daemon().requestVerb(uuid, { verb: 'inspect' });
    await world.until(['inspect failed']);
    expect((await world.events()).map(({ message }) => message)).toContain(
      'No ramdisk has called whose logs could be kept.',
    );
  });
});
