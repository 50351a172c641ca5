import { describe, expect, it } from 'vitest';
import { IngotError } from '../../../src/errors.ts';
import { shortestPath } from '../../../src/lifecycle/graph/verbs.ts';
import type { NodeRecord } from '../../../src/store/records/node.ts';
import type { ProvisionState, Verb } from '../../../src/store/words.ts';
import { createWorld, DEPLOYABLE, type World } from '../fakes/world.ts';

describe('a verb in the wrong state', () => {
  it.each<[ProvisionState, Verb, string]>([
    ['enroll', 'active', 'Ask for manage, then provide first; "deploy" is accepted in state "available".'],
    ['enroll', 'inspect', 'Ask for manage first; "inspect" is accepted in state "manageable".'],
    [
      'active',
      'inspect',
      'Ask for undeploy, then manage first; "inspect" is accepted in state "manageable". undeploy gives up the OS on the disk.',
    ],
    ['clean failed', 'provide', 'Ask for manage first; "provide" is accepted in state "manageable".'],
    ['deploying', 'active', 'A job works on the node: wait until it has ended'],
    ['clean wait', 'provide', 'or ask for abort.'],
    ['manageable', 'manage', 'It is manageable already.'],
    ['available', 'provide', 'It is available already.'],
    ['available', 'deleted', 'It is available already.'],
    ['active', 'active', 'It is active already. "rebuild" deploys it anew.'],
    ['active', 'unrescue', 'It is active already.'],
    [
      'clean hold',
      'provide',
      'on its way to "available". `ingot node unhold machine-0` lets its job go on, `ingot node abort machine-0` ends it.',
    ],
  ])('%s, %s: is refused in Ironic’s words, with what to do first', async (state, verb, hint) => {
    const world = await createWorld();
    const uuid = world.machines[0]?.uuid ?? '';
    await world.store().nodes.update(uuid, { provision_state: state });
    await expect(world.daemon().requestVerb(uuid, { verb })).rejects.toMatchObject({
      code: 'invalid_state',
      message: `The requested action "${verb}" can not be performed on node "${uuid}" while it is in state "${state}".`,
      hint: expect.stringContaining(hint),
    });
  });
});

it('in a hold of manual cleaning is told where the job goes', async () => {
  const world = await createWorld();
  const uuid = world.machines[0]?.uuid ?? '';
  const held = { provision_state: 'clean hold', target_provision_state: 'manageable' } as const;
  await world.store().nodes.update(uuid, held);
  await expect(world.daemon().requestVerb(uuid, { verb: 'inspect' })).rejects.toMatchObject({
    hint: expect.stringMatching(/on its way to "manageable"\. `ingot node unhold/),
  });
});

describe('verbs', () => {
  it('that need no work just move the node', async () => {
    const world = await createWorld();
    const uuid = world.machines[0]?.uuid ?? '';
    await world.store().nodes.update(uuid, { provision_state: 'clean failed', last_error: 'It broke.' });
    await world.daemon().requestVerb(uuid, { verb: 'manage' });
    expect(await world.node()).toMatchObject({ provision_state: 'manageable', last_error: null });
    expect(await world.store().jobs.lastOf(uuid)).toBeNull();
  });

  it('"manage" keeps what an operator writes to the properties while the BMC is asked', async () => {
    const world: World = await createWorld({
      deps: {
        withBmc: async (node, work) => {
          const bmc = world.machines[0]?.bmc;
          if (bmc === undefined) throw new Error('no machine');
          const systemInfo = async () => {
            await world.store().nodes.update(node.uuid, { properties: { cpus: 4 } });
            return { ...(await bmc.systemInfo()), uuid: '4c4c4544-0034-3510-8057-b4c04f4d3332' };
          };
          return await work({ ...bmc, systemInfo });
        },
      },
    });
    const uuid = world.machines[0]?.uuid ?? '';
    await world.daemon().requestVerb(uuid, { verb: 'manage' });
    expect((await world.until(['manageable'])).properties).toEqual({
      cpus: 4,
      system_uuid: '4c4c4544-0034-3510-8057-b4c04f4d3332',
    });
  });

  it('"manage" keeps what was known of a Secure Boot setting that the BMC does not tell, and says so', async () => {
    const refuses = new IngotError('bmc_refused', 'BMC 10.30.0.5 refuses.', { hint: 'Look at it.' });
    const world: World = await createWorld({
      nodes: () => ({ secure_boot: true }),
      deps: {
        withBmc: async (_node, work) => {
          const bmc = world.machines[0]?.bmc;
          if (bmc === undefined) throw new Error('no machine');
          return await work({ ...bmc, secureBoot: () => Promise.reject(refuses) });
        },
      },
    });
    await world.daemon().requestVerb(world.machines[0]?.uuid ?? '', { verb: 'manage' });
    expect(await world.until(['manageable', 'enroll'])).toMatchObject({
      provision_state: 'manageable',
      secure_boot: true,
      last_error: null,
    });
    const done = (await world.events()).find(({ kind }) => kind === 'job.step_done');
    expect(done?.message).toMatch(
      /^The BMC at 10\.30\.0\.5 answers for Ingot Lab\. Its BMC did not tell its Secure Boot/,
    );
  });

  it('"provide" without automated cleaning goes straight to available', async () => {
    const world = await createWorld();
    const uuid = world.machines[0]?.uuid ?? '';
    await world.store().nodes.update(uuid, { provision_state: 'manageable', automated_clean: false });
    await world.daemon().requestVerb(uuid, { verb: 'provide' });
    expect(await world.node()).toMatchObject({ provision_state: 'available', target_provision_state: null });
  });

  it.each<[Verb, Partial<NodeRecord>, string, string]>([
    [
      'deleted',
      { provision_state: 'active', protected: true, protected_reason: 'payroll' },
      'forbidden',
      'is protected and cannot be undeployed, rebuilt or deleted',
    ],
    ['rebuild', { provision_state: 'active', protected: true }, 'forbidden', 'is protected'],
    ['provide', { provision_state: 'manageable', retired: true }, 'invalid_state', 'because it is retired.'],
  ])('"%s" is refused for a node with %j', async (verb, fields, code, text) => {
    const world = await createWorld();
    const { uuid } = await world.node();
    await world.store().nodes.update(uuid, fields);
    await expect(world.daemon().requestVerb(uuid, { verb })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(text),
    });
  });

  it('"deleted" brings a retired node to manageable, cleaned', async () => {
    const world = await createWorld();
    const { uuid } = await world.node();
    await world.store().nodes.update(uuid, { provision_state: 'active', retired: true });
    await world.daemon().requestVerb(uuid, { verb: 'deleted' });
    expect(await world.until(['manageable', 'available', 'clean failed'])).toMatchObject({
      provision_state: 'manageable',
      target_provision_state: null,
    });
    expect(world.machines[0]?.history).toContain('execute_clean_step');
  });

  it('"active" is refused in maintenance, with the reason of the maintenance', async () => {
    const world = await createWorld();
    const uuid = world.machines[0]?.uuid ?? '';
    await world.store().nodes.update(uuid, {
      provision_state: 'available',
      instance_info: DEPLOYABLE,
      maintenance: true,
      maintenance_reason: 'fan',
    });
    await expect(world.daemon().requestVerb(uuid, { verb: 'active' })).rejects.toMatchObject({
      code: 'invalid_state',
      hint: expect.stringContaining('fan'),
    });
  });

  it.each([
    [{ ...DEPLOYABLE, image_source: 'ftp://x' }, 'image_source must be'],
    [{ image_source: 'http://x/y' }, 'a checksum is missing'],
    [{ ...DEPLOYABLE, image_os_hash_algo: 'md5' }, 'the checksum is no SHA-256'],
    [{ ...DEPLOYABLE, configdrive: 7 }, 'instance_info.configdrive of node'],
    [{ ...DEPLOYABLE, configdrive: 'aGVsbG8=' }, 'its base64 holds no gzip file'],
    [{ ...DEPLOYABLE, image_disk_format: 'vmdk' }, 'image_disk_format "vmdk" is not raw or qcow2'],
  ])('"active" with instance_info %j is refused before anything happens', async (instance_info, problem) => {
    const world = await createWorld();
    const uuid = world.machines[0]?.uuid ?? '';
    await world.store().nodes.update(uuid, { provision_state: 'available', instance_info });
    await expect(world.daemon().requestVerb(uuid, { verb: 'active' })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining(problem),
    });
    expect((await world.node()).provision_state).toBe('available');
  });

  it.each([
    ['no port', false, 'it has no port to boot from'],
    ['only a port that does not boot', true, 'it has no port with pxe_enabled to boot from'],
  ])('"active" of a node with %s is refused with what to do', async (_name, keep, problem) => {
    const world = await createWorld();
    const { uuid } = await world.node();
    const { nodes, ports } = world.store();
    await nodes.update(uuid, { provision_state: 'available', instance_info: DEPLOYABLE });
    for (const port of await ports.listByNode(uuid)) {
      await (keep ? ports.update(port.uuid, { pxe_enabled: false }) : ports.delete(port.uuid));
    }
    await expect(world.daemon().requestVerb(uuid, { verb: 'active' })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining(problem),
      hint: expect.stringMatching(/Add a port .*inspect .*BMC/),
    });
    expect((await world.node()).provision_state).toBe('available');
  });

  it('are refused while another job works on the node, with that job’s name', async () => {
    const world = await createWorld();
    const uuid = world.machines[0]?.uuid ?? '';
    await world.store().nodes.update(uuid, { provision_state: 'active' });
    await world.daemon().requestPower(uuid, 'rebooting');
    await expect(world.daemon().requestVerb(uuid, { verb: 'deleted' })).rejects.toMatchObject({
      code: 'node_locked',
      hint: expect.stringContaining('The job "power"'),
    });
  });

  it('have a shortest way from any state that has one', () => {
    expect(shortestPath('enroll', 'deleted')).toEqual(['manage', 'provide', 'active']);
    expect(shortestPath('available', 'active')).toEqual([]);
    expect(shortestPath('enroll', 'rescue')).toEqual(['manage', 'provide', 'active']);
  });
});

describe('power verbs', () => {
  it.each([
    ['power on', ['on disk'], 'power on'],
    ['power off', [], 'power off'],
    ['rebooting', ['on disk'], 'power on'],
  ] as const)('"%s" of a machine that is off does just %j', async (target, history, state) => {
    const world = await createWorld();
    const uuid = world.machines[0]?.uuid ?? '';
    await world.daemon().requestPower(uuid, target);
    expect((await world.node()).target_power_state).toBe(target);
    await world.untilTrue('done', async () => (await world.store().jobs.runningOf(uuid)) === null);
    expect(world.machines[0]?.history).toEqual(history);
    expect(await world.node()).toMatchObject({ power_state: state, target_power_state: null });
  });

  it.each([
    [null, 300],
    [900, 900],
    [60, 60],
  ])('that ask for %s seconds give the operating system %d to shut down', async (asked, seconds) => {
    const world = await createWorld();
    const [machine] = world.machines;
    const uuid = machine?.uuid ?? '';
    await machine?.bmc.powerOn();
    Object.assign(machine?.faults ?? {}, { button: 'ignored' });
    await world.daemon().requestPower(uuid, 'soft power off', { timeoutS: asked });
    await world.untilTrue('done', async () => (await world.store().jobs.runningOf(uuid)) === null);
    expect((await world.node()).last_error).toContain(`Gave up after ${seconds / 60} min waiting for`);
  });

  it('leave the provision state alone when they fail, and say why', async () => {
    const world = await createWorld();
    const uuid = world.machines[0]?.uuid ?? '';
    const faults = world.machines[0]?.faults ?? {};
    faults.bmc = new IngotError('bmc_auth', 'The BMC 10.30.0.5 refused user admin.', { hint: 'Set it.' });
    await world.daemon().requestPower(uuid, 'power on');
    await world.untilTrue('done', async () => (await world.store().jobs.runningOf(uuid)) === null);
    expect(await world.node()).toMatchObject({
      provision_state: 'enroll',
      last_error: 'The BMC 10.30.0.5 refused user admin. Set it.',
    });
  });
});
