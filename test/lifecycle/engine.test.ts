import { describe, expect, it, vi } from 'vitest';
import { IngotError } from '../../src/errors.ts';
import type { ImageStore } from '../../src/images/images.ts';
import { outcomeOfError, RETRY_RULES } from '../../src/lifecycle/engine/retry.ts';
import { createSlots } from '../../src/lifecycle/engine/slots.ts';
import type { BoundaryHook } from '../../src/lifecycle/engine/step.ts';
import { OWN } from './fakes/certificates.ts';
import { agentCall, CALLBACK_URL } from './fakes/machine.ts';
import { createWorld, DEPLOYABLE, READY_IMAGES } from './fakes/world.ts';

const live = new AbortController().signal;

describe('slots', () => {
  it('are given in the order of asking, and never more than there are', async () => {
    const slots = createSlots(2);
    const order: string[] = [];
    const release = [await slots.take(live), await slots.take(live)];
    const third = slots.take(live).then((give) => order.push('third') && give);
    const fourth = slots.take(live).then((give) => order.push('fourth') && give);
    expect(slots.full()).toBe(true);
    await Promise.resolve();
    expect(order).toEqual([]);
    release[0]?.();
    release[0]?.();
    await third;
    expect(order).toEqual(['third']);
    release[1]?.();
    await fourth;
    expect(order).toEqual(['third', 'fourth']);
  });

  it('are not lost to somebody who gave up waiting', async () => {
    const slots = createSlots(1);
    const release = await slots.take(live);
    const impatient = new AbortController();
    const given = slots.take(impatient.signal);
    impatient.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    release();
    expect(slots.full()).toBe(false);
  });
});

describe('retries', () => {
  it('wait longer each time, then fail with the number of tries', () => {
    const error = new IngotError('bmc_unreachable', 'No answer.', { hint: 'Ping it.' });
    const outcomes = Array.from({ length: 7 }, (_, attempt) => outcomeOfError(error, { attempt }));
    expect(outcomes.map((one) => (one.kind === 'retry' ? one.afterMs : one.kind))).toEqual([
      2_000,
      4_000,
      8_000,
      16_000,
      30_000,
      30_000,
      'failed',
    ]);
    expect(outcomes.at(-1)).toMatchObject({ because: 'No answer (tried 7 times).', hint: 'Ping it.' });
  });

  it('are not made for what stays wrong', () => {
    for (const code of [
      'bmc_auth',
      'bmc_tls',
      'image_refused',
      'image_checksum',
      'invalid_input',
      'internal',
    ] as const) {
      expect(RETRY_RULES[code]).toBeUndefined();
    }
  });
});

describe('the engine', () => {
  it('writes no more images at once than allowed, and says who waits for a turn', async () => {
    const world = await createWorld({
      machines: 5,
      deps: { limits: { jobs: 100, power_actions: 100, image_writes: 2 } },
    });
    for (const { uuid } of world.machines) {
      await world.store().nodes.update(uuid, { provision_state: 'available', instance_info: DEPLOYABLE });
      await world.daemon().requestVerb(uuid, { verb: 'active' });
    }
    const writing = (): number =>
      world.machines.filter(({ history }) => history.at(-1) === 'execute_deploy_step').length;
    let most = 0;
    let told = false;
    await world.untilTrue('all active', async () => {
      most = Math.max(most, writing());
      told ||= (await world.store().jobs.running()).some((job) =>
        job.waiting_for?.includes('2 image writes at once'),
      );
      return (await world.store().nodes.list({ provision_state: 'active' })).length === 5;
    });
    expect({ most, told }).toEqual({ most: 2, told: true });
  });

  it('runs no more jobs at once than allowed', async () => {
    const world = await createWorld({
      machines: 4,
      deps: { limits: { jobs: 1, power_actions: 10, image_writes: 10 } },
    });
    for (const { uuid } of world.machines) {
      await world.store().nodes.update(uuid, { provision_state: 'manageable' });
      await world.daemon().requestVerb(uuid, { verb: 'provide' });
    }
    let most = 0;
    await world.untilTrue('all available', async () => {
      most = Math.max(most, world.machines.filter((machine) => machine.power() === 'on').length);
      return (await world.store().nodes.list({ provision_state: 'available' })).length === 4;
    });
    expect(most).toBe(1);
  });

  it('keeps the count of tries of a job that waits for its turn after a restart', async () => {
    const world = await createWorld({
      machines: 2,
      deps: { limits: { jobs: 1, power_actions: 10, image_writes: 10 } },
    });
    const [first, second] = world.machines.map(({ uuid }) => uuid);
    for (const uuid of [first ?? '', second ?? '']) {
      await world.store().nodes.update(uuid, { provision_state: 'manageable' });
      await world.daemon().requestVerb(uuid, { verb: 'provide' });
    }
    const job = async () => await world.store().jobs.runningOf(second ?? '');
    const told = async () => (await job())?.waiting_for?.includes('its turn') === true;
    await world.untilTrue('its turn', told);
    const wake_at = new Date(world.clock.now() + 60_000).toISOString();
    await world.store().jobs.update((await job())?.id ?? 0, { attempt: 3, wake_at, waiting_for: null });
    await world.restart();
    await world.untilTrue('its turn again', told);
    expect(await job()).toMatchObject({ attempt: 3, wake_at });
  });

  it('ends a step that hangs and does not heed its signal when its time is up', async () => {
    const images: ImageStore = { ...READY_IMAGES, prepare: () => new Promise(() => {}) };
    const world = await createWorld({ deps: { images } });
    const uuid = world.machines[0]?.uuid ?? '';
    await world.store().nodes.update(uuid, { provision_state: 'available', instance_info: DEPLOYABLE });
    await world.daemon().requestVerb(uuid, { verb: 'active' });
    const node = await world.until(['deploy failed']);
    expect(node.last_error).toContain('Gave up after 2 h waiting for the end of preparing the image.');
  });

  it('gives a ramdisk time to report again when ingot was down past the deadline', async () => {
    const world = await createWorld();
    const [machine] = world.machines;
    const uuid = machine?.uuid ?? '';
    Object.assign(machine?.faults ?? {}, { silent: true });
    await world.store().nodes.update(uuid, { provision_state: 'available', instance_info: DEPLOYABLE });
    await world.daemon().requestVerb(uuid, { verb: 'active' });
    await world.untilTrue('waiting', async () => (await world.store().jobs.runningOf(uuid))?.cursor === 4);
    world.clock.advance(3 * 3_600_000);
    await world.restart();
    const call = agentCall(await world.ticket());
    const { agent_token } = await world
      .daemon()
      .agentLookup({ macs: [machine?.mac ?? ''], node_uuid: null, call });
    await world.daemon().agentHeartbeat(uuid, {
      callback_url: CALLBACK_URL,
      agent_version: null,
      agent_token,
      agent_verify_ca: OWN.cert,
    });
    await world.untilTrue(
      'the next step',
      async () => (await world.store().jobs.runningOf(uuid))?.cursor === 5,
    );
  });

  it('writes to disk when something has happened, and nothing while it polls', async () => {
    const world = await createWorld();
    const uuid = world.machines[0]?.uuid ?? '';
    Object.assign(world.machines[0]?.faults ?? {}, { silent: true });
    await world.store().nodes.update(uuid, { provision_state: 'available', instance_info: DEPLOYABLE });
    await world.daemon().requestVerb(uuid, { verb: 'active' });
    await world.untilTrue('waiting', async () => {
      const job = await world.store().jobs.runningOf(uuid);
      return job?.cursor === 4 && job.waiting_for !== null;
    });
    const before = await world.store().jobs.runningOf(uuid);
    const since = world.clock.now();
    await world.untilTrue('10 minutes', () => world.clock.now() > since + 600_000);
    expect(await world.store().jobs.runningOf(uuid)).toEqual(before);
  });

  it('calls the boundary before and after every call of a step', async () => {
    const seen: string[] = [];
    const boundary: BoundaryHook = ({ step, when }) => {
      seen.push(`${when} ${step}`);
    };
    const world = await createWorld({ deps: { hooks: { boundary } } });
    await world.daemon().requestVerb(world.machines[0]?.uuid ?? '', { verb: 'manage' });
    await world.until(['manageable']);
    expect(seen).toEqual(['before verify', 'after verify']);
  });

  it('fails a job whose step this version does not know, instead of leaving it', async () => {
    const world = await createWorld();
    const uuid = world.machines[0]?.uuid ?? '';
    await world.store().nodes.update(uuid, { provision_state: 'cleaning' });
    const steps = [{ name: 'polish', args: {} }];
    await world.store().jobs.insert({ node_uuid: uuid, verb: 'provide', steps });
    await world.restart();
    expect((await world.until(['clean failed'])).last_error).toContain('This ingot has no step "polish".');
  });

  it('fails a job whose end the graph does not have, instead of meeting it again for ever', async () => {
    const world = await createWorld();
    const uuid = world.machines[0]?.uuid ?? '';
    await world.store().nodes.update(uuid, { provision_state: 'deleting' });
    const steps = [{ name: 'pretend', args: {} }];
    await world.store().jobs.insert({ node_uuid: uuid, verb: 'deleted', steps });
    await world.restart();
    expect((await world.until(['error'])).last_error).toContain('leads nowhere from state "deleting"');
  });

  it('stops within a second of its clock beside a step that does not heed its signal', async () => {
    const prepare = vi.fn(() => new Promise<never>(() => {}));
    const world = await createWorld({ deps: { images: { ...READY_IMAGES, prepare } } });
    const uuid = world.machines[0]?.uuid ?? '';
    await world.store().nodes.update(uuid, { provision_state: 'available', instance_info: DEPLOYABLE });
    await world.daemon().requestVerb(uuid, { verb: 'active' });
    await world.untilTrue('preparing', () => prepare.mock.calls.length > 0);
    const asked = world.clock.elapsed();
    await world.daemon().stop();
    expect(world.clock.elapsed() - asked).toBeLessThan(1_000);
    expect(await world.store().jobs.runningOf(uuid)).toMatchObject({ status: 'running', attempt: 0 });
  });

  it('stops at once when asked, and the next daemon goes on', async () => {
    const world = await createWorld();
    const uuid = world.machines[0]?.uuid ?? '';
    await world.store().nodes.update(uuid, { provision_state: 'available', instance_info: DEPLOYABLE });
    await world.daemon().requestVerb(uuid, { verb: 'active' });
    await world.untilTrue(
      'writing',
      () => world.machines[0]?.history.includes('execute_deploy_step') ?? false,
    );
    await world.daemon().stop();
    await world.restart();
    await world.until(['active']);
    expect(world.machines[0]?.history.filter((one) => one === 'execute_deploy_step')).toHaveLength(1);
  });
});
