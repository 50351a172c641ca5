import { describe, expect, it } from 'vitest';
import type { AskedStep } from '../../src/lifecycle/plans/asked-steps.ts';
import type { ProvisionState } from '../../src/store/words.ts';
import { createWorld, type World } from './fakes/world.ts';

const inBand = (step: string): AskedStep => ({ interface: 'deploy', step, args: {} });
const ofAll = (step: string, args = {}): AskedStep => ({ interface: null, step, args });

async function worldIn(state: ProvisionState, fields = {}): Promise<{ world: World; uuid: string }> {
  const world = await createWorld();
  const uuid = world.machines[0]?.uuid ?? '';
  await world.store().nodes.update(uuid, { provision_state: state, ...fields });
  return { world, uuid };
}

const moves = async (world: World): Promise<readonly unknown[]> =>
  (await world.events()).filter(({ kind }) => kind === 'state.changed').map(({ data }) => data.to);

describe('manual cleaning', () => {
  it('runs the steps asked for in the ramdisk and ends where it began, heading for "manageable" all the way', async () => {
    const { world, uuid } = await worldIn('manageable');
    await world.daemon().requestVerb(uuid, { verb: 'clean', steps: [inBand('erase_devices')] });
    expect(await world.node()).toMatchObject({
      provision_state: 'cleaning',
      target_provision_state: 'manageable',
    });
    expect(await world.until(['manageable', 'clean failed'])).toMatchObject({
      provision_state: 'manageable',
      target_provision_state: null,
      power_state: 'power off',
      boot_intent: 'disk',
    });
    expect(world.machines[0]?.history).toEqual(['on pxe', 'execute_clean_step', 'off']);
  });

  it('begins nothing when the agent lacks one of the steps, and says what it has', async () => {
    const { world, uuid } = await worldIn('manageable');
    const steps = [inBand('erase_devices'), inBand('polish_bezel')];
    await world.daemon().requestVerb(uuid, { verb: 'clean', steps });
    const node = await world.until(['clean failed']);
    expect(node.last_error).toContain('The agent has no clean step deploy.polish_bezel.');
    expect(node.last_error).toContain('It offers: deploy.erase_devices, deploy.erase_devices_metadata.');
    expect(node.target_provision_state).toBe('manageable');
    expect(world.machines[0]?.history).toEqual(['on pxe', 'off']);
  });

  it('restarts the machine where asked, and goes on in the new boot', async () => {
    const { world, uuid } = await worldIn('manageable');
    const steps = [inBand('erase_devices'), ofAll('reboot'), inBand('erase_devices_metadata')];
    await world.daemon().requestVerb(uuid, { verb: 'clean', steps });
    await world.until(['manageable', 'clean failed']);
    expect(world.machines[0]?.history).toEqual([
      'on pxe',
      'execute_clean_step',
      'off',
      'on pxe',
      'execute_clean_step',
      'off',
    ]);
  });

  it('that fails takes the node into maintenance with the fault that Ironic names', async () => {
    const { world, uuid } = await worldIn('manageable');
    const faults = world.machines[0]?.faults ?? {};
    faults.commands = { execute_clean_step: { type: 'BlockDeviceEraseError', details: 'sda is worn out' } };
    await world.daemon().requestVerb(uuid, { verb: 'clean', steps: [inBand('erase_devices')] });
    expect(await world.until(['clean failed'])).toMatchObject({
      maintenance: true,
      fault: 'clean failure',
      // Lessees read it, and what failed is not for them.
      maintenance_reason: 'ingot put it there for a clean failure; last_error says what failed',
      last_error: expect.stringMatching(/Clean step erase_devices failed on the machine.*sda is worn out/),
    });
    expect((await world.events()).filter(({ kind }) => kind === 'maintenance.on')).toMatchObject([
      { message: 'Maintenance was switched on by the clean failure.', data: { fault: 'clean failure' } },
    ]);
    await world.daemon().requestVerb(uuid, { verb: 'manage' });
    expect(await world.node()).toMatchObject({ provision_state: 'manageable', maintenance: true });
  });

  it('that never ends takes the node into maintenance too, and keeps the reason that an operator gave', async () => {
    const { world, uuid } = await worldIn('manageable');
    const [machine] = world.machines;
    await world.daemon().requestVerb(uuid, { verb: 'clean', steps: [inBand('erase_devices')] });
    await world.untilTrue('the agent erases', () => machine?.history.includes('execute_clean_step') === true);
    await world.store().nodes.update(uuid, { maintenance: true, maintenance_reason: 'fan' });
    await machine?.bmc.powerOff();
    expect(await world.until(['clean failed'])).toMatchObject({
      maintenance: true,
      fault: 'clean failure',
      maintenance_reason: 'fan',
    });
  });

  it('that an operator aborts takes the node into no maintenance', async () => {
    const { world, uuid } = await worldIn('manageable');
    await world.daemon().requestVerb(uuid, { verb: 'clean', steps: [inBand('erase_devices')] });
    await world.untilTrue('the agent erases', async () => {
      const job = await world.store().jobs.runningOf(uuid);
      return job?.waiting_for?.includes('erase_devices') === true;
    });
    await world.daemon().requestVerb(uuid, { verb: 'abort' });
    expect(await world.until(['clean failed'])).toMatchObject({ maintenance: false, fault: null });
  });

  it('without the ramdisk leaves the boot as it is', async () => {
    const { world, uuid } = await worldIn('manageable');
    const steps = [ofAll('power_on'), ofAll('reboot')];
    await world.daemon().requestVerb(uuid, { verb: 'clean', steps, withoutRamdisk: true });
    expect(await world.until(['manageable', 'clean failed'])).toMatchObject({
      provision_state: 'manageable',
      boot_generation: 0,
    });
    expect(world.machines[0]?.history).toEqual(['on disk', 'off', 'on disk']);
  });

  it('waits as long as asked', async () => {
    const { world, uuid } = await worldIn('manageable');
    const before = world.clock.elapsed();
    await world.daemon().requestVerb(uuid, { verb: 'clean', steps: [ofAll('wait', { seconds: 7_200 })] });
    await world.until(['manageable', 'clean failed']);
    expect(world.clock.elapsed() - before).toBeGreaterThanOrEqual(7_200_000);
    expect((await world.node()).provision_state).toBe('manageable');
  });
});

describe('a hold', () => {
  const held = async (): Promise<{ world: World; uuid: string }> => {
    const { world, uuid } = await worldIn('manageable');
    const steps = [ofAll('hold'), inBand('erase_devices')];
    await world.daemon().requestVerb(uuid, { verb: 'clean', steps });
    await world.untilTrue('held', async () => (await world.node()).provision_state === 'clean hold');
    return { world, uuid };
  };

  it('outlasts every time limit and a restart, until an operator says unhold', async () => {
    const { world, uuid } = await held();
    const { elapsed, sleep } = world.clock;
    const began = elapsed();
    await world.restart();
    while (elapsed() - began < 3 * 3_600_000) await sleep(600_000);
    expect(await world.node()).toMatchObject({
      provision_state: 'clean hold',
      target_provision_state: 'manageable',
    });
    expect((await world.daemon().why(uuid)).waiting_for).toContain('an operator to say unhold');

    await world.daemon().requestVerb(uuid, { verb: 'unhold' });
    await world.until(['manageable', 'clean failed']);
    expect(await moves(world)).toEqual([
      'cleaning',
      'clean wait',
      'clean hold',
      'clean wait',
      'cleaning',
      'manageable',
    ]);
    expect(world.machines[0]?.history).toEqual(['on pxe', 'execute_clean_step', 'off']);
  });

  it('may be aborted', async () => {
    const { world, uuid } = await held();
    await world.daemon().requestVerb(uuid, { verb: 'abort' });
    expect((await world.until(['clean failed'])).last_error).toContain('aborted by request');
    expect(world.machines[0]?.power()).toBe('off');
  });

  it('without a job to go on is refused to end', async () => {
    const { world, uuid } = await worldIn('clean hold');
    await expect(world.daemon().requestVerb(uuid, { verb: 'unhold' })).rejects.toMatchObject({
      code: 'invalid_state',
      message: `No job holds node ${uuid}.`,
    });
  });
});

describe('service', () => {
  it('takes an active node into the ramdisk, runs the steps, and brings its system back', async () => {
    const { world, uuid } = await worldIn('active', { power_state: 'power on' });
    await world.daemon().requestVerb(uuid, { verb: 'service', steps: [inBand('burnin_cpu')] });
    expect(await world.until(['active', 'service failed'])).toMatchObject({
      provision_state: 'active',
      power_state: 'power on',
      boot_intent: 'disk',
    });
    expect(await moves(world)).toEqual(['servicing', 'service wait', 'servicing', 'active']);
    expect(world.machines[0]?.history).toEqual(['on pxe', 'execute_service_step', 'off', 'on disk']);
  });

  it('that failed may be given up: the node is active again', async () => {
    const { world, uuid } = await worldIn('active');
    await world.daemon().requestVerb(uuid, { verb: 'service', steps: [inBand('burnin_ram')] });
    expect((await world.until(['service failed'])).last_error).toContain('It offers: deploy.burnin_cpu.');
    await world.daemon().requestVerb(uuid, { verb: 'abort' });
    expect((await world.node()).provision_state).toBe('active');
  });
});

describe('adopt', () => {
  it('makes a machine that runs an active node, having asked its BMC and touched nothing', async () => {
    const { world, uuid } = await worldIn('manageable');
    await world.daemon().requestVerb(uuid, { verb: 'adopt' });
    expect(await world.until(['active', 'adopt failed'])).toMatchObject({
      provision_state: 'active',
      boot_intent: 'disk',
      power_state: 'power off',
    });
    expect(world.machines[0]?.history).toEqual([]);
  });

  it('fails with the BMC’s reason, and may be tried again', async () => {
    const { world, uuid } = await worldIn('manageable');
    const { IngotError } = await import('../../src/errors.ts');
    const faults = world.machines[0]?.faults ?? {};
    faults.bmc = new IngotError('bmc_auth', 'The BMC 10.30.0.5 refused user admin.', { hint: 'Set it.' });
    await world.daemon().requestVerb(uuid, { verb: 'adopt' });
    expect((await world.until(['adopt failed'])).last_error).toContain('refused user admin');
    faults.bmc = null;
    await world.daemon().requestVerb(uuid, { verb: 'adopt' });
    await world.until(['active']);
  });
});
