import { describe, expect, it } from 'vitest';
import { IngotError } from '../../../src/errors.ts';
import { shaCrypt } from '../../../src/lifecycle/rescue/sha-crypt.ts';
import type { NodeRecord } from '../../../src/store/records/node.ts';
import type { ProvisionState } from '../../../src/store/words.ts';
import { createWorld, DEPLOYABLE, type World } from '../fakes/world.ts';

const PASSWORD = 'open sesame 42';

async function worldIn(fields: Partial<NodeRecord>): Promise<World & { readonly uuid: string }> {
  const world = await createWorld();
  const { uuid } = await world.node();
  await world.store().nodes.update(uuid, { instance_info: DEPLOYABLE, ...fields });
  return { ...world, uuid };
}

const rescue = ({ daemon, uuid }: World & { readonly uuid: string }, password = PASSWORD): Promise<void> =>
  daemon().requestVerb(uuid, { verb: 'rescue', rescuePassword: password });

/** Everything that is on disk of the node: the row, its jobs, its events. */
async function everythingKept(world: World & { readonly uuid: string }): Promise<string> {
  const job = await world.store().jobs.lastOf(world.uuid);
  return JSON.stringify([await world.node(), job, await world.events()]);
}

describe('rescue', () => {
  it('boots the ramdisk, gives its agent the hash of the password, and leaves the machine in it', async () => {
    const world = await worldIn({ provision_state: 'active' });
    await rescue(world);
    const node = await world.until(['rescue', 'rescue failed']);
    expect(node).toMatchObject({
      provision_state: 'rescue',
      target_provision_state: null,
      power_state: 'power on',
      last_error: null,
    });
    expect(world.machines[0]?.history).toEqual(['on pxe', 'finalize_rescue']);
    expect(world.machines[0]?.power()).toBe('on');
    const [given] = world.machines[0]?.rescuedWith ?? [];
    const { rescue_password: hash, hashed } = given as { rescue_password: string; hashed: boolean };
    expect(hashed).toBe(true);
    const salt = hash.split('$')[2] ?? '';
    expect(hash).toBe(shaCrypt(PASSWORD, { hash: 'sha256', salt }));
  });

  it('shows its states in order, waits before it powers on, and has the next boot from disk', async () => {
    const world = await worldIn({ provision_state: 'active' });
    await rescue(world);
    expect(await world.until(['rescue'])).toMatchObject({ boot_intent: 'disk' });
    const moves = (await world.events()).filter(({ kind }) => kind === 'state.changed');
    expect(moves.map(({ data }) => data.to)).toEqual(['rescuing', 'rescue wait', 'rescuing', 'rescue']);
  });

  it('keeps the hash only on the way, the password never', async () => {
    const world = await worldIn({ provision_state: 'active' });
    await rescue(world);
    expect((await world.node()).instance_info).toMatchObject({
      hashed_rescue_password: expect.stringMatching(/^\$5\$/),
    });
    expect(await everythingKept(world)).not.toContain(PASSWORD);
    await world.until(['rescue']);
    expect((await world.node()).instance_info).toEqual(DEPLOYABLE);
    expect(await everythingKept(world)).not.toMatch(/\$5\$|open sesame/);
  });

  it.each([
    [true, { maintenance: true, fault: 'rescue abort failure' }],
    [false, { maintenance: false, fault: null }],
  ])('that is aborted while its BMC is silent (%s) has that fault', async (silent, expected) => {
    const world = await worldIn({ provision_state: 'active' });
    await rescue(world);
    await world.untilTrue('the machine is on', () => world.machines[0]?.power() === 'on');
    await world.untilTrue('it waits', async () => {
      const job = await world.store().jobs.runningOf(world.uuid);
      return job?.steps[job.cursor]?.name === 'wait-agent' && job.waiting_for !== null;
    });
    const faults = world.machines[0]?.faults ?? {};
    if (silent) faults.bmc = new IngotError('bmc_unreachable', 'BMC 10.30.0.5 is gone', { hint: 'Look.' });
    await world.daemon().requestVerb(world.uuid, { verb: 'abort' });
    expect(await world.until(['rescue failed'])).toMatchObject({
      ...expected,
      last_error: expect.stringContaining('aborted by request'),
    });
  });

  it('keeps what an operator writes into instance_info while it ends', async () => {
    const publishBoot = async (uuid: string): Promise<void> => {
      const { boot_intent, instance_info } = await world.node();
      if (boot_intent !== 'disk') return;
      await world.store().nodes.update(uuid, { instance_info: { ...instance_info, display_name: 'web-7' } });
    };
    const world: World = await createWorld({ deps: { publishBoot } });
    const { uuid } = await world.node();
    await world.store().nodes.update(uuid, { instance_info: DEPLOYABLE, provision_state: 'active' });
    await rescue({ ...world, uuid });
    expect((await world.until(['rescue', 'rescue failed'])).instance_info).toEqual({
      ...DEPLOYABLE,
      display_name: 'web-7',
    });
  });

  it('tells in its why how to log in', async () => {
    const world = await worldIn({ provision_state: 'active' });
    await rescue(world);
    await world.until(['rescue']);
    expect((await world.daemon().why(world.uuid)).text).toContain('ssh rescue@10.20.1.5)');
  });

  it.each<[string, string | undefined]>([
    ['no', undefined],
    ['an empty', ''],
    ['a blank', '  '],
  ])('is refused with %s password', async (_, password) => {
    const world = await worldIn({ provision_state: 'active' });
    const more = password === undefined ? {} : { rescuePassword: password };
    await expect(world.daemon().requestVerb(world.uuid, { verb: 'rescue', ...more })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('A non-empty "rescue_password" is required'),
    });
    expect((await world.node()).provision_state).toBe('active');
  });

  it.each(['rescue', 'unrescue'] as const)('"%s" is refused for a node of no-rescue', async (verb) => {
    const state = verb === 'rescue' ? 'active' : 'rescue';
    const world = await worldIn({ provision_state: state, interfaces: { rescue: 'no-rescue' } });
    await expect(
      world.daemon().requestVerb(world.uuid, { verb, rescuePassword: PASSWORD }),
    ).rejects.toMatchObject({
      message: 'Driver redfish does not support rescue (disabled or not implemented).',
    });
    expect(await everythingKept(world)).not.toContain('hashed_rescue_password');
  });

  it.each(['rescue', 'unrescue'] as const)('"%s" is refused in maintenance', async (verb) => {
    const world = await worldIn({ provision_state: 'rescue', maintenance: true });
    await expect(
      world.daemon().requestVerb(world.uuid, { verb, rescuePassword: PASSWORD }),
    ).rejects.toMatchObject({ message: expect.stringContaining("because it's in maintenance mode") });
  });

  it('may be begun anew in a rescue, with another password', async () => {
    const world = await worldIn({ provision_state: 'active' });
    await rescue(world);
    await world.until(['rescue']);
    await rescue(world, 'another');
    await world.until(['rescue']);
    expect(world.machines[0]?.rescuedWith).toHaveLength(2);
  });
});

describe('a rescue that does not come to its end', () => {
  it.each<[string, (world: World & { readonly uuid: string }) => Promise<unknown>, string]>([
    [
      'because the ramdisk is silent',
      async (world) => Object.assign(world.machines[0]?.faults ?? {}, { silent: true }),
      'Gave up',
    ],
    [
      'because the agent cannot do it',
      async (world) => {
        const finalize_rescue = { type: 'CommandExecutionError', details: 'dropbear is missing' };
        Object.assign(world.machines[0]?.faults ?? {}, { commands: { finalize_rescue } });
      },
      'dropbear is missing',
    ],
    [
      'because an operator aborts it',
      async (world) => {
        await world.untilTrue(
          'rescue wait',
          async () => (await world.node()).provision_state === 'rescue wait',
        );
        await world.daemon().requestVerb(world.uuid, { verb: 'abort' });
      },
      'aborted by request',
    ],
  ])('%s: leaves the machine off and no password', async (_, spoil, sentence) => {
    const world = await worldIn({ provision_state: 'active' });
    await rescue(world);
    await spoil(world);
    expect(await world.until(['rescue failed', 'rescue'])).toMatchObject({
      provision_state: 'rescue failed',
      target_provision_state: 'rescue',
      boot_intent: 'disk',
      last_error: expect.stringContaining(sentence),
    });
    expect((await world.node()).instance_info).toEqual(DEPLOYABLE);
    expect(world.machines[0]?.power()).toBe('off');
  });

  it.each<[ProvisionState, 'rescue' | 'unrescue' | 'deleted', ProvisionState]>([
    ['rescue failed', 'rescue', 'rescue'],
    ['rescue failed', 'unrescue', 'active'],
    ['rescue failed', 'deleted', 'available'],
    ['unrescue failed', 'rescue', 'rescue'],
    ['unrescue failed', 'unrescue', 'active'],
    ['unrescue failed', 'deleted', 'available'],
    ['rescue', 'deleted', 'available'],
    ['service failed', 'rescue', 'rescue'],
  ])('from "%s" by "%s" the node comes to "%s"', async (state, verb, end) => {
    const world = await worldIn({ provision_state: state });
    const more = verb === 'rescue' ? { rescuePassword: PASSWORD } : {};
    await world.daemon().requestVerb(world.uuid, { verb, ...more });
    expect((await world.until([end])).last_error).toBeNull();
  });

  it('is given up for a tear-down while it waits, its password with it', async () => {
    const world = await worldIn({ provision_state: 'active' });
    Object.assign(world.machines[0]?.faults ?? {}, { silent: true });
    await rescue(world);
    await world.untilTrue('rescue wait', async () => (await world.node()).provision_state === 'rescue wait');
    await world.daemon().requestVerb(world.uuid, { verb: 'deleted' });
    await world.untilTrue(
      'torn down',
      async () => Object.keys((await world.node()).instance_info).length === 0,
    );
    expect(JSON.stringify(await world.store().jobs.lastOf(world.uuid))).not.toContain('$5$');
  });

  it('leaves no password to a tear-down that fails', async () => {
    const world = await worldIn({ provision_state: 'active' });
    Object.assign(world.machines[0]?.faults ?? {}, { silent: true });
    await rescue(world);
    await world.untilTrue('rescue wait', async () => (await world.node()).provision_state === 'rescue wait');
    const bmc = new IngotError('bmc_refused', 'the BMC says no', { hint: '' });
    Object.assign(world.machines[0]?.faults ?? {}, { bmc });
    await world.daemon().requestVerb(world.uuid, { verb: 'deleted' });
    const node = await world.until(['error', 'available']);
    expect(node.provision_state).toBe('error');
    expect(node.instance_info).toEqual(DEPLOYABLE);
  });
});

describe('unrescue', () => {
  it('switches the machine off and starts it from its disk', async () => {
    const world = await worldIn({ provision_state: 'active' });
    await rescue(world);
    await world.until(['rescue']);
    await world.daemon().requestVerb(world.uuid, { verb: 'unrescue' });
    expect(await world.until(['active', 'unrescue failed'])).toMatchObject({
      provision_state: 'active',
      power_state: 'power on',
      instance_info: DEPLOYABLE,
    });
    expect(world.machines[0]?.history.slice(-2)).toEqual(['off', 'on disk']);
  });
});

describe('the answer to the command that ends the agent', () => {
  it('need not arrive: ingot killed before it was written down goes on by the agent’s silence', async () => {
    const mortality = { dead: false };
    const killed = await createWorld({ mortality });
    const { uuid } = await killed.node();
    await killed.store().nodes.update(uuid, { provision_state: 'active' });
    await killed.daemon().requestVerb(uuid, { verb: 'rescue', rescuePassword: PASSWORD });
    await killed.untilTrue('handed over', () => {
      if ((killed.machines[0]?.rescuedWith.length ?? 0) > 0) mortality.dead = true;
      return mortality.dead;
    });
    await killed.restart();
    expect(await killed.until(['rescue', 'rescue failed'])).toMatchObject({ provision_state: 'rescue' });
    expect(killed.machines[0]?.rescuedWith).toHaveLength(1);
  });
});
