/** A BMC that is away for a while exactly when the ramdisk is to be left. */
import { describe, expect, it } from 'vitest';
import { IngotError } from '../../src/errors.ts';
import type { NodeRecord } from '../../src/store/records/node.ts';
import { createWorld, type World } from './fakes/world.ts';

const SILENT = new IngotError('bmc_unreachable', 'The BMC does not answer.', { hint: 'Look at it.' });

/** Cleans a machine whose BMC falls silent as its last step begins, for `awayS` seconds. */
async function cleaned({
  awayS,
  fails = false,
}: {
  readonly awayS: number;
  readonly fails?: boolean;
}): Promise<{ world: World; node: NodeRecord }> {
  const world = await createWorld();
  const [machine] = world.machines;
  if (machine === undefined) throw new Error('no machine');
  machine.faults.stepMs = 60_000;
  if (fails)
    machine.faults.commands = { execute_clean_step: { type: 'BlockDeviceEraseError', details: 'bad' } };
  const { uuid } = machine;
  await world.store().nodes.update(uuid, { provision_state: 'manageable' });
  await world.daemon().requestVerb(uuid, { verb: 'provide' });
  const isAt = (step: string) => async (): Promise<boolean> => {
    const job = await world.store().jobs.runningOf(uuid);
    return job?.steps[job.cursor]?.name === step;
  };
  await world.untilTrue('cleaning', isAt('clean-step'));
  machine.faults.bmc = SILENT;
  await world.untilTrue('leaving', isAt('leave-ramdisk'));
  const begun = world.clock.elapsed();
  await world.untilTrue('back', () => world.clock.elapsed() - begun > awayS * 1000);
  machine.faults.bmc = null;
  return { world, node: await world.until(['available', 'clean failed']) };
}

describe('a BMC that restarts when the ramdisk is to be left', () => {
  it.each([5, 20, 60])('is waited for where the work went well: %i s', async (awayS) => {
    const { world, node } = await cleaned({ awayS });
    expect(node).toMatchObject({ provision_state: 'available', last_error: null, power_state: 'power off' });
    expect(world.machines[0]?.power()).toBe('off');
  });

  it('is asked three times where the job tidies up, which says so', async () => {
    const { world, node } = await cleaned({ awayS: 60, fails: true });
    expect(node.provision_state).toBe('clean failed');
    const [told] = (await world.events()).filter(({ kind }) => kind === 'job.tidy_failed');
    expect(told?.message).toContain('(tried 3 times)');
  });
});
