/** A machine that must not be switched off (`disable_power_off`): it restarts where others go off and on. */
import { describe, expect, it, test } from 'vitest';
import type { NodePatch } from '../../src/store/store.ts';
import type { PowerTarget } from '../../src/store/words.ts';
import type { Mortality } from './fakes/mortal.ts';
import { createWorld, DEPLOYABLE, type World } from './fakes/world.ts';

async function worldOfOne(patch: NodePatch) {
  const world = await createWorld();
  const [machine] = world.machines;
  if (machine === undefined) throw new Error('no machine');
  await machine.bmc.powerOn();
  machine.history.length = 0;
  const { uuid } = machine;
  await world.store().nodes.update(uuid, { disable_power_off: true, power_state: 'power on', ...patch });
  return { world, machine, uuid };
}

const ended = (world: World, uuid: string): Promise<void> =>
  world.untilTrue('the job ends', async () => (await world.store().jobs.runningOf(uuid)) === null);

describe('a machine that must not be switched off', () => {
  it('is inspected, cleaned, deployed and given back by restarts alone', async () => {
    const { world, machine, uuid } = await worldOfOne({ provision_state: 'manageable' });
    const done: string[][] = [];
    for (const verb of ['inspect', 'provide', 'active', 'deleted'] as const) {
      await world.store().nodes.update(uuid, { instance_info: DEPLOYABLE });
      await world.daemon().requestVerb(uuid, { verb });
      await ended(world, uuid);
      done.push(machine.history.splice(0));
    }
    const cleaned = ['restart', 'on pxe', 'execute_clean_step', 'restart', 'on disk'];
    expect(done).toEqual([
      ['restart', 'on pxe', 'restart', 'on disk'],
      cleaned,
      ['restart', 'on pxe', 'execute_deploy_step', 'install_bootloader', 'lockdown', 'restart', 'on disk'],
      cleaned,
    ]);
    expect(await world.node()).toMatchObject({
      provision_state: 'available',
      power_state: 'power on',
      boot_intent: 'disk',
    });
  });

  it('ends what ran on it by a restart when it is given back without cleaning', async () => {
    const { world, machine, uuid } = await worldOfOne({ provision_state: 'active', automated_clean: false });
    await world.daemon().requestVerb(uuid, { verb: 'deleted' });
    await world.until(['available']);
    expect(machine.history).toEqual(['restart', 'on disk']);
  });

  it('stays in the ramdisk when the work there failed: what is on its disk may be half written', async () => {
    const { world, machine, uuid } = await worldOfOne({
      provision_state: 'available',
      instance_info: DEPLOYABLE,
    });
    machine.faults.commands = { execute_deploy_step: { type: 'ImageWriteError', details: 'sda is gone' } };
    await world.daemon().requestVerb(uuid, { verb: 'active' });
    expect(await world.until(['deploy failed'])).toMatchObject({ boot_intent: 'disk' });
    expect(machine.history).toEqual(['restart', 'on pxe', 'execute_deploy_step']);
    machine.faults.commands = {};
    await world.daemon().requestVerb(uuid, { verb: 'active' });
    expect(await world.until(['active', 'deploy failed'])).toMatchObject({ provision_state: 'active' });
    expect(machine.history).not.toContain('off');
  });

  it('that somebody else has switched off is switched on', async () => {
    const { world, machine, uuid } = await worldOfOne({ provision_state: 'manageable' });
    await machine.bmc.powerOff();
    machine.history.length = 0;
    await world.daemon().requestVerb(uuid, { verb: 'inspect' });
    await ended(world, uuid);
    expect(machine.history).toEqual(['on pxe', 'restart', 'on disk']);
  });

  it.each<[PowerTarget, readonly string[]]>([
    ['rebooting', ['restart', 'on disk']],
    ['soft rebooting', ['gentle restart', 'on disk']],
    ['power on', []],
  ])('obeys "%s" by %j', async (target, history) => {
    const { world, machine, uuid } = await worldOfOne({ provision_state: 'active' });
    await world.daemon().requestPower(uuid, target);
    await ended(world, uuid);
    expect(machine.history).toEqual(history);
    expect(await world.node()).toMatchObject({ power_state: 'power on', target_power_state: null });
  });

  it.each<PowerTarget>(['power off', 'soft power off'])('refuses "%s" in Ironic’s words', async (target) => {
    const { world, uuid } = await worldOfOne({ provision_state: 'active' });
    await expect(world.daemon().requestPower(uuid, target)).rejects.toMatchObject({
      code: 'conflict',
      message: `Failed to set node power state to ${target}.`,
      hint: expect.stringContaining('disable_power_off=false'),
    });
    expect(await world.store().jobs.runningOf(uuid)).toBeNull();
  });

  it('refuses the step power_off, and takes reboot', async () => {
    const { world, machine, uuid } = await worldOfOne({ provision_state: 'manageable' });
    const asked = (step: string) => [{ interface: null, step, args: {} }];
    const request = { verb: 'clean', withoutRamdisk: true } as const;
    await expect(
      world.daemon().requestVerb(uuid, { ...request, steps: asked('power_off') }),
    ).rejects.toMatchObject({ code: 'conflict' });
    await world.daemon().requestVerb(uuid, { ...request, steps: asked('reboot') });
    await ended(world, uuid);
    expect(machine.history).toEqual(['restart', 'on disk']);
  });
});

describe('a restart of which nobody knows whether the BMC has taken it', () => {
  const inDoubt = /Nobody knows whether its BMC has heard/;
  const notes = async (world: World): Promise<readonly string[]> =>
    (await world.events()).filter(({ kind }) => kind === 'job.step_done').map(({ message }) => message);

  it('is asked for once more at most where it starts the deployed system, and told', async () => {
    const { world, machine, uuid } = await worldOfOne({
      provision_state: 'available',
      instance_info: DEPLOYABLE,
    });
    await world.daemon().requestVerb(uuid, { verb: 'active' });
    await world.untilTrue('the image is written', () => machine.history.includes('execute_deploy_step'));
    machine.faults.lostRestart = true;
    expect(await world.until(['active', 'deploy failed'])).toMatchObject({ provision_state: 'active' });
    const after = machine.history.slice(machine.history.indexOf('lockdown'));
    expect(after.filter((one) => one === 'restart').length).toBeLessThanOrEqual(2);
    expect((await notes(world)).filter((note) => inDoubt.test(note))).toHaveLength(1);
  });

  it('is asked for once more at most for an operator’s reboot', async () => {
    const { world, machine, uuid } = await worldOfOne({ provision_state: 'active' });
    machine.faults.lostRestart = true;
    await world.daemon().requestPower(uuid, 'rebooting');
    await ended(world, uuid);
    expect(await world.node()).toMatchObject({ power_state: 'power on', last_error: null });
    expect(machine.history.filter((one) => one === 'restart').length).toBeLessThanOrEqual(2);
    expect((await notes(world)).at(-1)).toMatch(inDoubt);
  });

  it('is not asked for again by a daemon that was down while the system started', async () => {
    const { world, machine, uuid } = await worldOfOne({ provision_state: 'active' });
    machine.faults.lostRestart = true;
    await world.daemon().requestPower(uuid, 'rebooting');
    await world.untilTrue('restart', () => machine.history.includes('restart'));
    world.clock.advance(60_000);
    await world.restart();
    await ended(world, uuid);
    expect(machine.history.filter((one) => one === 'restart')).toHaveLength(1);
  });

  /** The daemon dies before the order reaches the BMC, having written it down; the next one comes a minute later. */
  async function notSent(patch: NodePatch, ask: (world: World, uuid: string) => Promise<void>) {
    const { world, machine, uuid } = await worldOfOne(patch);
    machine.faults.tellsResets = true;
    await ask(world, uuid);
    const asked = async (): Promise<boolean> =>
      (await world.store().jobs.runningOf(uuid))?.scratch.restart_asked === true;
    for (let at = 1; !(await asked()); at++) {
      const mortality: Mortality = { dead: false, at, when: 'before' };
      await world.restart(mortality);
      await world.untilTrue('death', () => mortality.dead);
    }
    expect(machine.history.filter((one) => one === 'restart')).toEqual([]);
    world.clock.advance(60_000);
    await world.restart();
    await ended(world, uuid);
    return { world, machine };
  }

  it('is sent by the next daemon where the BMC tells that none has come', async () => {
    const { world, machine } = await notSent({ provision_state: 'active' }, (at, uuid) =>
      at.daemon().requestPower(uuid, 'rebooting'),
    );
    expect(machine.history).toEqual(['restart', 'on disk']);
    expect((await notes(world)).at(-1)).not.toMatch(inDoubt);
  });

  it('is not sent again, and not in doubt, where the BMC tells of a start since', async () => {
    const { world, machine, uuid } = await worldOfOne({ provision_state: 'active' });
    Object.assign(machine.faults, { lostRestart: true, tellsResets: true });
    await world.daemon().requestPower(uuid, 'rebooting');
    await ended(world, uuid);
    expect(machine.history).toEqual(['restart', 'on disk']);
    expect((await notes(world)).at(-1)).not.toMatch(inDoubt);
  });

  it('is sent again once at most where the BMC shows the same start for ever', async () => {
    const { world, machine, uuid } = await worldOfOne({ provision_state: 'active' });
    Object.assign(machine.faults, { lostRestart: true });
    machine.bmc.lastReset = () => Promise.resolve('1970-01-01T00:00:00Z');
    await world.daemon().requestPower(uuid, 'rebooting');
    await ended(world, uuid);
    expect(machine.history).toEqual(['restart', 'on disk', 'restart', 'on disk']);
    expect((await notes(world)).at(-1)).toMatch(inDoubt);
  });

  it('is sent by the next daemon where the ramdisk that it should end answers still', async () => {
    const { world, machine, uuid } = await worldOfOne({ provision_state: 'manageable' });
    await world.daemon().requestVerb(uuid, { verb: 'inspect' });
    await world.untilTrue('the ramdisk', () => machine.history.includes('on pxe'));
    const leaving = async (): Promise<boolean> => {
      const job = await world.store().jobs.runningOf(uuid);
      return job?.steps[job.cursor]?.name === 'leave-ramdisk' && job.scratch.restart_asked === true;
    };
    const restarts = machine.history.filter((one) => one === 'restart').length;
    const { restart } = machine.bmc;
    machine.bmc.restart = () => new Promise(() => undefined);
    await world.untilTrue('the order is written down', leaving);
    machine.bmc.restart = restart;
    world.clock.advance(60_000);
    await world.restart();
    await ended(world, uuid);
    expect(machine.history.filter((one) => one === 'restart')).toHaveLength(restarts + 1);
    expect(machine.history.at(-1)).toBe('on disk');
  });

  it('is asked for until it was heard where nothing was sent', async () => {
    const { world, machine, uuid } = await worldOfOne({ provision_state: 'active' });
    const { IngotError } = await import('../../src/errors.ts');
    machine.faults.bmc = new IngotError('bmc_unreachable', 'It is away.', { hint: 'Look at it.' });
    await world.daemon().requestPower(uuid, 'rebooting');
    await world.untilTrue(
      'tries',
      async () => ((await world.store().jobs.runningOf(uuid))?.attempt ?? 0) > 3,
    );
    machine.faults.bmc = null;
    await ended(world, uuid);
    expect(machine.history).toEqual(['restart', 'on disk']);
  });
});

/** After which of its effects the daemon dies, which is when its answer is lost: a deployment has about sixty. */
const DEATHS = Array.from({ length: 13 }, (_, fives) =>
  Array.from({ length: 5 }, (_, ones) => fives * 5 + ones + 1),
);

test.each(DEATHS)(
  'a daemon that dies after effect %d, %d, %d, %d or %d of a deployment has it ended by the next, never off',
  async (...moments) => {
    for (const at of moments) {
      const { world, machine, uuid } = await worldOfOne({
        provision_state: 'available',
        instance_info: DEPLOYABLE,
      });
      await world.daemon().requestVerb(uuid, { verb: 'active' });
      const mortality: Mortality = { dead: false, at, when: 'after' };
      await world.restart(mortality);
      await world.untilTrue(
        'death or arrival',
        async () => mortality.dead || (await world.node()).provision_state === 'active',
      );
      await world.restart();
      expect(await world.until(['active', 'deploy failed'])).toMatchObject({ provision_state: 'active' });
      const { history } = machine;
      expect(history).not.toContain('off');
      expect(history.filter((one) => one === 'execute_deploy_step')).toHaveLength(1);
      expect(history.at(-1)).toBe('on disk');
      // A restart whose answer was lost is asked for again.
      expect(history.filter((one) => one === 'restart').length).toBeLessThanOrEqual(3);
    }
  },
);
