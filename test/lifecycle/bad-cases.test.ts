/** What goes wrong, and what the operator is told. */
import { describe, expect, it } from 'vitest';
import { IngotError } from '../../src/errors.ts';
import type { ImageStore } from '../../src/images/images.ts';
import type { LifecycleDeps } from '../../src/lifecycle/deps.ts';
import { createWorld, DEPLOYABLE, READY_IMAGES, type World } from './fakes/world.ts';

async function deploying(deps: Partial<LifecycleDeps> = {}): Promise<World> {
  const world = await createWorld({ deps });
  const uuid = world.machines[0]?.uuid ?? '';
  await world.store().nodes.update(uuid, { provision_state: 'available', instance_info: DEPLOYABLE });
  return world;
}

const uuidOf = (world: World): string => world.machines[0]?.uuid ?? '';

describe('verification', () => {
  it.each([
    ['bmc_auth', 'The BMC 10.30.0.5 refused the user name or password.', 1],
    ['bmc_tls', 'The certificate of BMC 10.30.0.5 is not trusted.', 1],
    ['bmc_unreachable', 'The BMC 10.30.0.5 does not answer.', 3],
  ] as const)('of a BMC with %s ends in enroll with its sentence', async (code, message, tries) => {
    const world = await createWorld();
    Object.assign(world.machines[0]?.faults ?? {}, {
      bmc: new IngotError(code, message, { hint: 'Do this.' }),
    });
    await world.daemon().requestVerb(uuidOf(world), { verb: 'manage' });
    const node = await world.until(['enroll']);
    const repeated = tries === 1 ? '' : ` (tried ${tries} times)`;
    expect(node.last_error).toBe(`${message.replace(/\.$/, '')}${repeated}. Do this.`);
    expect((await world.daemon().why(node.uuid)).check).toEqual(['Do this.']);
  });
});

describe('a deployment', () => {
  it.each([
    ['image_checksum', 'The image has another SHA-256 checksum than image_os_hash_value says.'],
    ['image_unreachable', 'The image server images does not answer.'],
  ] as const)('whose image fails with %s leaves the machine alone', async (code, message) => {
    const images: ImageStore = {
      ...READY_IMAGES,
      prepare: () => Promise.reject(new IngotError(code, message, { hint: 'Check it.' })),
    };
    const world = await deploying({ images });
    await world.daemon().requestVerb(uuidOf(world), { verb: 'active' });
    const node = await world.until(['deploy failed']);
    expect(node.last_error).toContain(message.replace(/\.$/, ''));
    expect(world.machines[0]?.history).toEqual([]);
  });

  it.each([
    ['DeviceNotFound', 'no disk fits the hint serial == x', 'Compare root_device'],
    ['DeviceAmbiguous', 'two disks fit the hint size == 8', 'Make root_device name one disk only'],
    ['ImageTooLarge', 'the image has 9 GiB, the disk /dev/vda 8 GiB', 'Choose a smaller image'],
  ])('that the agent refuses with %s shows the agent’s words and what to do', async (type, details, hint) => {
    const world = await deploying();
    Object.assign(world.machines[0]?.faults ?? {}, { commands: { execute_deploy_step: { type, details } } });
    await world.daemon().requestVerb(uuidOf(world), { verb: 'active' });
    const node = await world.until(['deploy failed']);
    expect(node.last_error).toContain(`Writing the image failed on the machine: ${details}. ${hint}`);
    expect(node).toMatchObject({ power_state: 'power off', boot_intent: 'disk' });
    expect(world.machines[0]?.power()).toBe('off');
  });

  it('is refused at once where no machine can boot the ramdisk', async () => {
    const site: LifecycleDeps['site'] = {
      imageUrl: () => '',
      bootProblem: () => 'the ramdisk is not built yet.',
      bootWarnings: () => [],
      isAgentAddress: () => true,
      agentRules: { byTls: true, upstream: false },
      holderOf: () => Promise.resolve({ kind: 'untold' }),
      automatedClean: true,
      secureHttpBoot: false,
      rescuePasswordHash: 'sha256',
    };
    const world = await deploying({ site });
    await world.daemon().requestVerb(uuidOf(world), { verb: 'active' });
    const node = await world.until(['deploy failed']);
    expect(node.last_error).toContain('The ramdisk cannot be booted: the ramdisk is not built yet.');
    expect(world.machines[0]?.history).toEqual([]);
  });

  it('can be asked for again after it failed', async () => {
    const world = await deploying();
    const faults = world.machines[0]?.faults ?? {};
    faults.silent = true;
    await world.daemon().requestVerb(uuidOf(world), { verb: 'active' });
    await world.until(['deploy failed']);
    faults.silent = false;
    await world.daemon().requestVerb(uuidOf(world), { verb: 'active' });
    expect(await world.until(['active', 'deploy failed'])).toMatchObject({
      provision_state: 'active',
      last_error: null,
      instance_generation: 2,
    });
  });
});

describe('a ramdisk that never calls back', () => {
  const STAGES = [
    [[], 'the machine was switched on', 'No DHCP request came'],
    [['dhcp.discover'], 'a DHCP request', 'No offer was made'],
    [['dhcp.discover', 'dhcp.offer', 'dhcp.ack'], 'an address given by DHCP', 'No boot program was fetched'],
    [['dhcp.ack', 'tftp.request'], 'a request for a boot file', 'The file did not arrive'],
    [
      ['dhcp.ack', 'tftp.request', 'tftp.failed'],
      'a request for a boot file',
      'What went wrong: it Fact tftp.failed',
    ],
    [['dhcp.ack', 'tftp.done'], 'a boot program sent', 'GRUB under Secure Boot) did not ask'],
    [['dhcp.ack', 'tftp.done', 'dhcp.ack', 'boot.script'], 'the boot script', 'The kernel was not fetched'],
    [['boot.script', 'boot.kernel', 'boot.initrd'], 'the ramdisk sent', 'The agent did not look its node up'],
  ] as const;

  it.each(STAGES)('after %j is explained by the last stage that was seen', async (kinds, seen, missing) => {
    const world = await deploying();
    Object.assign(world.machines[0]?.faults ?? {}, { silent: true });
    await world.daemon().requestVerb(uuidOf(world), { verb: 'active' });
    await world.untilTrue('power-on', () => world.machines[0]?.power() === 'on');
    for (const kind of kinds) {
      await world.store().events.append({ node_uuid: uuidOf(world), kind, message: `Fact ${kind}.` });
    }

    const why = await world.daemon().why(uuidOf(world));
    expect(why.text).toContain(`Last seen: ${seen}`);
    expect(why.text).toContain(missing);
    expect(why).toMatchObject({ state: 'wait call-back' });
    expect(why.check.length).toBeGreaterThan(0);

    const node = await world.until(['deploy failed']);
    expect(node.last_error).toMatch(
      /^Gave up after \d+ min( \d+ s)? waiting for the first heartbeat of the ramdisk\./,
    );
    expect(node.last_error).toContain(`Last seen: ${seen}`);
    expect((await world.daemon().why(node.uuid)).text).toContain(missing);
  });
});

describe('a boot table that is not taken', () => {
  it('is given again until the disk is in it, when the ramdisk is left', async () => {
    const published: string[] = [];
    const intent = async (uuid: string) => (await world.store().nodes.get(uuid))?.boot_intent ?? 'none';
    const publishBoot = async (uuid: string): Promise<void> => {
      const next = await intent(uuid);
      const fails = next === 'disk' && !published.includes('busy');
      published.push(fails ? 'busy' : next);
      if (fails) throw new IngotError('busy', 'The packet thread did not answer.', { hint: 'Look.' });
    };
    const world: World = await createWorld({ deps: { publishBoot } });
    await world.store().nodes.update(uuidOf(world), { provision_state: 'manageable' });
    await world.daemon().requestVerb(uuidOf(world), { verb: 'provide' });
    await world.until(['available', 'clean failed']);
    expect(published.at(-2)).toBe('busy');
    expect(published.at(-1)).toBe('disk');
  });
});

describe('a soft power off', () => {
  it.each(
    [1, 2, 3, 4, 5, 6].flatMap((at) => (['before', 'after'] as const).map((when) => [when, at] as const)),
  )('presses the button once at most when ingot is killed %s its effect number %i', async (when, at) => {
    const world = await createWorld();
    const [machine] = world.machines;
    await machine?.bmc.powerOn();
    Object.assign(machine?.faults ?? {}, { button: 'ignored' });
    const job = await world.store().jobs.insert({
      node_uuid: uuidOf(world),
      verb: 'power',
      steps: [{ name: 'soft-power-off', args: {} }],
    });
    const mortality = { dead: false, at, when };
    await world.restart(mortality);
    await world.untilTrue('killed', () => mortality.dead);
    await world.restart();
    await world.untilTrue('ended', async () => (await world.store().jobs.get(job.id))?.status !== 'running');
    expect(machine?.history.filter((one) => one === 'button').length).toBeLessThanOrEqual(1);
  });

  it('whose press a kill may have cost says so, while it waits and when its time is up', async () => {
    let asked = 0;
    const withBmc: LifecycleDeps['withBmc'] = async (_node, work) => {
      const [machine] = world.machines;
      if (machine === undefined) throw new Error('no machine');
      const softPowerOff = (): Promise<void> => {
        asked++;
        return new Promise(() => {});
      };
      return await work({ ...machine.bmc, softPowerOff });
    };
    const world: World = await createWorld({ deps: { withBmc } });
    await world.machines[0]?.bmc.powerOn();
    await world.daemon().requestPower(uuidOf(world), 'soft power off');
    await world.untilTrue('asked', () => asked === 1);
    await world.restart();
    const why = () => world.daemon().why(uuidOf(world));
    await world.untilTrue(
      'waiting',
      async () => (await why()).waiting_for?.includes('to shut down') ?? false,
    );
    expect((await why()).waiting_for).toContain('ingot ended while it pressed the power button');
    await world.untilTrue('ended', async () => (await world.node()).last_error !== null);
    expect((await world.node()).last_error).toContain('ingot ended while it pressed the power button');
    expect(asked).toBe(1);
  });

  it('of which that is not so says nothing of it', async () => {
    const world = await createWorld();
    await world.machines[0]?.bmc.powerOn();
    Object.assign(world.machines[0]?.faults ?? {}, { button: 'ignored' });
    await world.daemon().requestPower(uuidOf(world), 'soft power off');
    await world.untilTrue('ended', async () => (await world.node()).last_error !== null);
    expect((await world.node()).last_error).toContain('waiting for the operating system to shut down.');
  });

  it('that the BMC did not take is asked for again', async () => {
    let asked = 0;
    const softPowerOff = async (): Promise<void> => {
      asked++;
      if (asked === 1) throw new IngotError('bmc_unreachable', 'No answer.', { hint: 'Ping it.' });
      await world.machines[0]?.bmc.softPowerOff();
    };
    const withBmc: LifecycleDeps['withBmc'] = async (_node, work) => {
      const [machine] = world.machines;
      if (machine === undefined) throw new Error('no machine');
      return await work({ ...machine.bmc, softPowerOff });
    };
    const world: World = await createWorld({ deps: { withBmc } });
    await world.machines[0]?.bmc.powerOn();
    await world.daemon().requestPower(uuidOf(world), 'soft power off');
    await world.untilTrue('off', () => world.machines[0]?.power() === 'off');
    expect(asked).toBe(2);
  });
});

describe('abort', () => {
  it('ends a deployment that waits, and leaves the machine off with the disk as its next boot', async () => {
    const world = await deploying();
    await world.daemon().requestVerb(uuidOf(world), { verb: 'active' });
    await world.untilTrue(
      'writing',
      () => world.machines[0]?.history.includes('execute_deploy_step') ?? false,
    );
    await world.daemon().requestVerb(uuidOf(world), { verb: 'abort' });
    const node = await world.until(['deploy failed']);
    expect(node.last_error).toBe('The job "active" was aborted by request.');
    expect(node).toMatchObject({ boot_intent: 'disk', power_state: 'power off' });
    expect(world.machines[0]?.history).toEqual(['on pxe', 'execute_deploy_step', 'off']);
  });

  it.each([
    ['abort', true, ['asked for on'], 'a BMC client that heeds the signal switches nothing on'],
    ['abort', false, ['asked for on', 'on pxe', 'off'], 'a request on its way comes before the tidying up'],
    ['deleted', true, ['asked for on'], 'the next job begins when the call is given up'],
    ['deleted', false, ['asked for on', 'on pxe', 'off'], 'the next job waits for a request on its way'],
  ] as const)(
    'by %s while the machine is being switched on (heeded: %s) ends in %j: %s',
    async (verb, heeds, history, _why) => {
      const world = await deploying();
      const [machine] = world.machines;
      Object.assign(machine?.faults ?? {}, { slowOn: { ms: 3_000, heeds } });
      await world.daemon().requestVerb(uuidOf(world), { verb: 'active' });
      await world.untilTrue('asked', () => machine?.history.length === 1);
      Object.assign(machine?.faults ?? {}, { slowOn: undefined });
      await world.daemon().requestVerb(uuidOf(world), { verb });
      await world.until(['deploy failed', 'available']);
      expect(machine?.history.slice(0, history.length)).toEqual(history);
      expect(machine?.history.slice(history.length)).toEqual(
        verb === 'abort' ? [] : ['on pxe', 'execute_clean_step', 'off'],
      );
      expect(machine?.power()).toBe('off');
    },
  );

  it('asked for twice is refused the second time', async () => {
    const world = await deploying();
    await world.daemon().requestVerb(uuidOf(world), { verb: 'active' });
    await world.untilTrue('waiting', async () => (await world.node()).provision_state === 'wait call-back');
    await world.daemon().requestVerb(uuidOf(world), { verb: 'abort' });
    await expect(world.daemon().requestVerb(uuidOf(world), { verb: 'abort' })).rejects.toMatchObject({
      code: 'node_locked',
    });
  });

  it('is not needed to give a waiting deployment up: deleted takes its place', async () => {
    const world = await deploying();
    await world.daemon().requestVerb(uuidOf(world), { verb: 'active' });
    await world.untilTrue('waiting', async () => (await world.node()).provision_state === 'wait call-back');
    const before = await world.store().jobs.lastOf(uuidOf(world));
    await world.daemon().requestVerb(uuidOf(world), { verb: 'deleted' });
    expect(await world.until(['available', 'clean failed'])).toMatchObject({ provision_state: 'available' });
    expect(await world.store().jobs.get(before?.id ?? 0)).toMatchObject({ status: 'aborted' });
  });
});
