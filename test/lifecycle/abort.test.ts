/**
 * `abort`, and a verb in a job's place: what may be cut is cut at once, what must not be cut comes to its end first.
 */
import { describe, expect, it } from 'vitest';
import type { VerbRequest } from '../../src/lifecycle/lifecycle.ts';
import type { AskedStep } from '../../src/lifecycle/plans/asked-steps.ts';
import type { ProvisionState } from '../../src/store/words.ts';
import { createWorld, DEPLOYABLE, type World } from './fakes/world.ts';

const FLASH = { interface: 'firmware', step: 'flash_bios' };
const inBand = (step: string): AskedStep => ({ interface: 'deploy', step, args: {} });
const flash = { ...FLASH, args: {} };

type Kind = {
  readonly kind: string;
  readonly from: ProvisionState;
  readonly request: VerbRequest;
  readonly waits: ProvisionState;
  readonly ends: ProvisionState;
  /** What is done to the machine until the step has ended, and what the abort does after it. */
  readonly history: readonly string[];
};

const KINDS: readonly Kind[] = [
  {
    kind: 'clean',
    from: 'manageable',
    request: { verb: 'clean', steps: [flash, inBand('erase_devices')] },
    waits: 'clean wait',
    ends: 'clean failed',
    history: ['on pxe', 'execute_clean_step', 'off'],
  },
  {
    kind: 'service',
    from: 'active',
    request: { verb: 'service', steps: [flash, inBand('burnin_cpu')] },
    waits: 'service wait',
    ends: 'active',
    history: ['on pxe', 'execute_service_step', 'off', 'on disk'],
  },
  {
    kind: 'deploy',
    from: 'available',
    request: { verb: 'active', deploySteps: [{ ...flash, priority: 90 }] },
    waits: 'wait call-back',
    ends: 'deploy failed',
    history: ['on pxe', 'execute_deploy_step', 'off'],
  },
];

async function worldIn(from: ProvisionState, offered: object = {}): Promise<{ world: World; uuid: string }> {
  const world = await createWorld();
  const [machine] = world.machines;
  const uuid = machine?.uuid ?? '';
  if (machine !== undefined) machine.faults.offers = [{ ...FLASH, priority: 0, ...offered }];
  await world.store().nodes.update(uuid, { provision_state: from, instance_info: DEPLOYABLE });
  return { world, uuid };
}

/** The agent runs the step that flashes. */
async function atWork({ world, uuid }: { world: World; uuid: string }): Promise<void> {
  await world.untilTrue('the agent flashes', async () => {
    const job = await world.store().jobs.runningOf(uuid);
    return job?.waiting_for?.includes('flash_bios') === true;
  });
}

async function flashing(
  { from, request }: Kind,
  offered: object = {},
): Promise<{ world: World; uuid: string }> {
  const at = await worldIn(from, offered);
  await at.world.daemon().requestVerb(at.uuid, request);
  await atWork(at);
  return at;
}

const kinds = async (world: World, kind: string): Promise<readonly string[]> =>
  (await world.events()).filter((one) => one.kind === kind).map(({ message }) => message);

describe.each(KINDS)('abort of a $kind step that the agent does not call abortable', (one) => {
  const { kind, request, waits, ends, history } = one;
  it('is accepted, kept with the job and told, and cuts nothing', async () => {
    const { world, uuid } = await flashing(one);
    await world.daemon().requestVerb(uuid, { verb: 'abort' });
    expect(await world.node()).toMatchObject({ provision_state: waits, last_error: null });
    expect(await world.store().jobs.runningOf(uuid)).toMatchObject({ abort: 'after_step', error: null });
    const told = 'stops when the step firmware.flash_bios has ended, which must not be cut.';
    expect((await world.daemon().why(uuid)).text).toContain(`Abort was asked for: it ${told}`);
    expect(await kinds(world, 'job.abort_asked')).toEqual([
      `Abort was asked for: the job "${request.verb}" ${told}`,
    ]);
    expect(world.machines[0]?.power()).toBe('on');
  });

  it('stops the job once the step has ended, before the next', async () => {
    const { world, uuid } = await flashing(one);
    await world.daemon().requestVerb(uuid, { verb: 'abort' });
    await world.daemon().requestVerb(uuid, { verb: 'abort' });
    const node = await world.until([ends]);
    expect(node).toMatchObject({ maintenance: false, fault: null });
    expect(node.last_error).toContain(
      `The job "${request.verb}" was aborted by request, after the step firmware.flash_bios had ended.`,
    );
    expect(world.machines[0]?.history).toEqual(history);
    expect(await kinds(world, 'job.abort_asked')).toHaveLength(1);
  });

  it('is not forgotten by a daemon that is killed in between', async () => {
    const { world, uuid } = await flashing(one);
    await world.daemon().requestVerb(uuid, { verb: 'abort' });
    await world.restart();
    expect((await world.until([ends])).last_error).toContain('had ended');
    expect(world.machines[0]?.history).toEqual(history);
  });

  it('waits for the boot too that the step asks for, also across a kill', async () => {
    const { world, uuid } = await flashing(one, { reboot_requested: true });
    await world.daemon().requestVerb(uuid, { verb: 'abort' });
    const boots = (): number => world.machines[0]?.history.filter((at) => at === 'on pxe').length ?? 0;
    await world.untilTrue('the new boot', () => boots() === 2);
    expect(await world.store().jobs.runningOf(uuid)).toMatchObject({ abort: 'after_step', error: null });
    await world.restart();
    await world.until([ends]);
    expect(world.machines[0]?.history).toEqual([
      ...history.slice(0, 2),
      'off',
      'on pxe',
      ...history.slice(2),
    ]);
  });

  it('leaves a step that fails by itself a failure', async () => {
    const { world, uuid } = await worldIn(one.from);
    const faults = world.machines[0]?.faults ?? {};
    const broken = { type: 'FlashError', details: 'bad checksum' };
    faults.commands = { [`execute_${kind}_step`]: broken };
    await world.daemon().requestVerb(uuid, request);
    await atWork({ world, uuid });
    await world.daemon().requestVerb(uuid, { verb: 'abort' });
    const node = await world.until(['clean failed', 'service failed', 'deploy failed']);
    expect(node.last_error).toContain('bad checksum');
  });

  it('comes at once where the agent calls it abortable', async () => {
    const { world, uuid } = await flashing(one, { abortable: true });
    await world.daemon().requestVerb(uuid, { verb: 'abort' });
    expect((await world.until([ends])).last_error).toBe(`The job "${request.verb}" was aborted by request.`);
    expect(await kinds(world, 'job.abort_asked')).toEqual([]);
  });
});

describe.each(KINDS.filter(({ kind }) => kind !== 'clean'))('a tear-down asked for in "$waits"', (one) => {
  it('has to wait for a step that must not be cut, and says so', async () => {
    const { world, uuid } = await flashing(one);
    await expect(world.daemon().requestVerb(uuid, { verb: 'deleted' })).rejects.toMatchObject({
      code: 'node_locked',
      hint: expect.stringMatching(
        /firmware\.flash_bios must not be cut in its middle\. The job ".+" \(number \d+\) holds it\. Wait until/,
      ),
    });
    expect(await world.node()).toMatchObject({ provision_state: one.waits });
  });

  it('takes the place of one that may be cut', async () => {
    const { world, uuid } = await flashing(one, { abortable: true });
    await world.daemon().requestVerb(uuid, { verb: 'deleted' });
    expect((await world.until(['available'])).provision_state).toBe('available');
  });
});

describe('abort of a service', () => {
  const held = { verb: 'service', steps: [{ interface: null, step: 'hold', args: {} }] } as const;

  it('gives the machine its own system back, and the node is active', async () => {
    const { world, uuid } = await worldIn('active');
    await world.daemon().requestVerb(uuid, held);
    await world.untilTrue('held', async () => (await world.node()).provision_state === 'service hold');
    await world.daemon().requestVerb(uuid, { verb: 'abort' });
    expect(await world.until(['active', 'service failed'])).toMatchObject({
      provision_state: 'active',
      target_provision_state: null,
      maintenance: false,
      power_state: 'power on',
      boot_intent: 'disk',
      last_error: 'The job "service" was aborted by request.',
    });
    expect(world.machines[0]?.history).toEqual(['on pxe', 'off', 'on disk']);
  });

  it.each([
    { what: 'waits', steps: [inBand('burnin_cpu')], at: 'service wait', first: [] },
    {
      what: 'is held',
      steps: held.steps,
      at: 'service hold',
      first: ['service hold -> service wait: It was aborted by request, and the machine is given back.'],
    },
  ])('that $what says "servicing" until the machine is back, and why', async ({ steps, at, first }) => {
    const { world, uuid } = await worldIn('active');
    await world.daemon().requestVerb(uuid, { verb: 'service', steps });
    const started = async (): Promise<boolean> =>
      (await world.node()).provision_state === at &&
      (world.machines[0]?.history.at(-1) === 'execute_service_step' || at === 'service hold');
    await world.untilTrue('it waits or is held', started);
    await world.daemon().requestVerb(uuid, { verb: 'abort' });
    expect(await world.node()).toMatchObject({
      provision_state: 'servicing',
      target_provision_state: 'active',
    });
    expect((await world.daemon().why(uuid)).text).toContain('tidying up after the abort');
    await expect(world.daemon().requestVerb(uuid, { verb: 'abort' })).rejects.toMatchObject({
      hint: expect.stringContaining('wait until it has ended'),
    });
    // Nobody forgets it in a new life of the daemon.
    await world.restart();
    await world.until(['active']);
    const moves = (await world.events()).filter(({ kind }) => kind === 'state.changed');
    const told = moves.map(({ data, message }) => `${data.from} -> ${data.to}: ${message.split(': ')[1]}`);
    expect(
      told.slice(
        told.findLastIndex((one) => one.endsWith('held by a step.') || one.includes('waits for')) + 1,
      ),
    ).toEqual([
      ...first,
      'service wait -> servicing: It was aborted by request, and the machine is given back.',
      'servicing -> service failed: The job "service" was aborted by request.',
      'service failed -> active: Service may be given up',
    ]);
  });

  it('leaves a machine alone that the service has not taken', async () => {
    const { world, uuid } = await worldIn('active');
    await world.machines[0]?.bmc.powerOn();
    await world.daemon().requestVerb(uuid, { ...held, withoutRamdisk: true });
    await world.untilTrue('held', async () => (await world.node()).provision_state === 'service hold');
    await world.daemon().requestVerb(uuid, { verb: 'abort' });
    await world.until(['active']);
    expect(world.machines[0]?.history).toEqual(['on disk']);
  });

  it('ends as failed where the machine cannot be given back', async () => {
    const { world, uuid } = await worldIn('active');
    const { IngotError } = await import('../../src/errors.ts');
    await world.daemon().requestVerb(uuid, held);
    await world.untilTrue('held', async () => (await world.node()).provision_state === 'service hold');
    const faults = world.machines[0]?.faults ?? {};
    faults.bmc = new IngotError('bmc_unreachable', 'The BMC does not answer.', { hint: 'Look at it.' });
    await world.daemon().requestVerb(uuid, { verb: 'abort' });
    expect(await world.until(['active', 'service failed'])).toMatchObject({
      provision_state: 'service failed',
    });
    // The BMC is well again: a second abort tries once more.
    faults.bmc = null;
    await world.daemon().requestVerb(uuid, { verb: 'abort' });
    expect(await world.until(['active'])).toMatchObject({ power_state: 'power on' });
    expect(world.machines[0]?.history).toEqual(['on pxe', 'off', 'on disk']);
  });

  it('that failed gives the machine back too, once maintenance is over', async () => {
    const { world, uuid } = await worldIn('active');
    const faults = world.machines[0]?.faults ?? {};
    faults.commands = { execute_service_step: { type: 'Broken', details: 'too hot' } };
    await world.daemon().requestVerb(uuid, { verb: 'service', steps: [inBand('burnin_cpu')] });
    expect(await world.until(['service failed'])).toMatchObject({ maintenance: true });
    await expect(world.daemon().requestVerb(uuid, { verb: 'abort' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('while it is in maintenance mode'),
    });
    await world.store().nodes.update(uuid, { maintenance: false, fault: null });
    await world.daemon().requestVerb(uuid, { verb: 'abort' });
    await world.until(['active']);
    expect(world.machines[0]?.history.slice(-2)).toEqual(['off', 'on disk']);
  });

  it('waits for a power job of an operator, and does not end that instead', async () => {
    const { world, uuid } = await worldIn('active');
    await world.store().nodes.update(uuid, { provision_state: 'service failed' });
    await world.daemon().requestPower(uuid, 'rebooting');
    await expect(world.daemon().requestVerb(uuid, { verb: 'abort' })).rejects.toMatchObject({
      code: 'node_locked',
    });
    expect(await world.until(['service failed'])).toMatchObject({
      power_state: 'power on',
      last_error: null,
    });
    await world.daemon().requestVerb(uuid, { verb: 'abort' });
    await world.until(['active']);
  });
});
