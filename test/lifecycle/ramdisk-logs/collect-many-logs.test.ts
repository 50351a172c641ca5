/** Logs of many ramdisks at once, and of those whose logs nobody keeps. */
import { describe, expect, it } from 'vitest';
import type { LifecycleDeps } from '../../../src/lifecycle/deps.ts';
import { createWorld, type World } from '../fakes/world.ts';

type Collected = {
  readonly world: World;
  /** How often agents were asked for their logs, and of how many one was waited for at the same time. */
  readonly asked: number;
  readonly mostAtOnce: number;
};

/** Lets the cleaning of seven machines fail at once; an agent takes this long (ms) to give its logs. */
async function failTogether({ takesMs, keeps }: { takesMs: number; keeps: boolean }): Promise<Collected> {
  let [asked, atOnce, mostAtOnce] = [0, 0, 0];
  const connectAgent: LifecycleDeps['connectAgent'] = ({ nodeUuid, token }) => {
    const agent = world.machines.find(({ uuid }) => uuid === nodeUuid)?.agent(token);
    if (agent === undefined) throw new Error('no machine');
    return {
      commands: agent.commands,
      run: async (command) => {
        if (command.name !== 'log.collect_system_logs') return await agent.run(command);
        asked++;
        mostAtOnce = Math.max(mostAtOnce, ++atOnce);
        await world.clock.sleep(takesMs);
        atOnce--;
        return await agent.run(command);
      },
    };
  };
  const ramdiskLogs: LifecycleDeps['ramdiskLogs'] = {
    keeps,
    keep: async ({ verb }) => ({ id: 'logs', at: '2026-11-23T08:00:00.000Z', verb, bytes: 1 }),
  };
  const world: World = await createWorld({ machines: 7, deps: { connectAgent, ramdiskLogs } });
  const execute_clean_step = { type: 'CommandExecutionError', details: 'the disk broke' };
  for (const { uuid, faults } of world.machines) {
    Object.assign(faults, { commands: { execute_clean_step } });
    await world.store().nodes.update(uuid, { provision_state: 'manageable' });
    await world.daemon().requestVerb(uuid, { verb: 'provide' });
  }
  for (const machine of world.machines) await world.until(['clean failed'], machine);
  return { world, asked, mostAtOnce };
}

describe('when many machines fail at once', () => {
  it('the logs of four are fetched at a time', async () => {
    expect(await failTogether({ takesMs: 5_000, keeps: true })).toMatchObject({ asked: 7, mostAtOnce: 4 });
  });

  it('none is left on for longer than the step may take, with its turn or without', async () => {
    const { world, asked } = await failTogether({ takesMs: 1_000_000, keeps: true });
    expect(asked).toBe(4);
    expect(world.machines.map((machine) => machine.power())).toEqual(Array(7).fill('off'));
    for (const machine of world.machines)
      expect((await world.node(machine)).last_error).toContain('the disk broke');
  });

  it('no agent is asked for logs that are not kept', async () => {
    expect((await failTogether({ takesMs: 5_000, keeps: false })).asked).toBe(0);
  });
});
