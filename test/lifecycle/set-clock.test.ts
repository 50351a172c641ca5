import { describe, expect, it } from 'vitest';
import type { Bmc } from '../../src/bmc/bmc.ts';
import { openFakeHardware } from '../../src/bmc/fake-hardware.ts';
import { systemClock } from '../../src/clock.ts';
import { timeoutsSchema } from '../../src/config/timeouts.ts';
import { IngotError } from '../../src/errors.ts';
import { createMoment, createPast } from '../../src/lifecycle/engine/moment.ts';
import { createWakeable } from '../../src/lifecycle/engine/wake.ts';
import { createIdleClock } from './fakes/idle-clock.ts';
import { INVENTORY } from './fakes/inventory.ts';
import { agentCall } from './fakes/machine.ts';
import { createWorld, DEPLOYABLE, type World } from './fakes/world.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const CALL_BACK_LIMIT_MS = 30 * MINUTE_MS;

const SET = [
  { way: 'back', by: -HOUR_MS },
  { way: 'forward', by: HOUR_MS },
];

const IDLE_BMC = openFakeHardware();

const uuidOf = (world: World): string => world.machines[0]?.uuid ?? '';

/** A node whose ramdisk was started and says nothing. */
async function waiting(verb: 'active' | 'inspect'): Promise<World> {
  // The whole wait is the subject here, not the boot's first stage.
  const timeouts = timeoutsSchema.parse({ boot: { dhcp_s: 3_600 } });
  const world = await createWorld({ deps: { timeouts } });
  Object.assign(world.machines[0]?.faults ?? {}, { silent: true });
  const provision_state = verb === 'active' ? 'available' : 'manageable';
  const instance_info = verb === 'active' ? DEPLOYABLE : {};
  await world.store().nodes.update(uuidOf(world), { provision_state, instance_info });
  await world.daemon().requestVerb(uuidOf(world), { verb });
  await world.untilTrue('the machine is on and waited for', async () => {
    const job = await world.store().jobs.runningOf(uuidOf(world));
    return world.machines[0]?.power() === 'on' && job?.deadline !== null && job?.waiting_for !== null;
  });
  return world;
}

describe.each(SET)('a wall clock that is set $way by an hour', ({ by }) => {
  it('ends no sleep early or late', async () => {
    const clock = createIdleClock();
    const slept = createWakeable(clock).sleepUntil(clock.elapsed() + 300, new AbortController().signal);
    const before = clock.elapsed();
    clock.setWall(by);
    await slept;
    expect(clock.elapsed() - before).toBe(300);
  });

  it('fails a node that waits for its ramdisk after the full time, and no sooner', async () => {
    const world = await waiting('active');
    const since = world.clock.elapsed();
    world.clock.setWall(by);
    expect((await world.until(['deploy failed'])).last_error).toContain(
      'waiting for the first heartbeat of the ramdisk',
    );
    const took = world.clock.elapsed() - since;
    expect(took).toBeGreaterThan(CALL_BACK_LIMIT_MS - MINUTE_MS);
    expect(took).toBeLessThan(CALL_BACK_LIMIT_MS + MINUTE_MS);
  });

  it('makes no try of a BMC that is away come late', async () => {
    const world = await createWorld();
    const bmc = new IngotError('bmc_unreachable', 'No answer.', { hint: 'Ping it.' });
    Object.assign(world.machines[0]?.faults ?? {}, { bmc });
    await world.daemon().requestVerb(uuidOf(world), { verb: 'manage' });
    await world.untilTrue('a back-off', async () => {
      const job = await world.store().jobs.runningOf(uuidOf(world));
      return job?.attempt === 1;
    });
    const since = world.clock.elapsed();
    world.clock.setWall(by);
    Object.assign(world.machines[0]?.faults ?? {}, { bmc: null });
    await world.until(['manageable']);
    expect(world.clock.elapsed() - since).toBeLessThan(MINUTE_MS);
  });

  it('hides no inventory of this boot', async () => {
    const world = await waiting('inspect');
    const since = world.clock.elapsed();
    world.clock.setWall(by);
    const sent = {
      inventory: INVENTORY,
      boot_interface: null,
      error: null,
      plugin_data: {},
      wantsLookup: false,
    };
    const call = agentCall(await world.ticket());
    await world.daemon().continueInspection({ ...sent, nodeUuid: null, call });
    expect((await world.until(['manageable', 'inspect failed'])).provision_state).toBe('manageable');
    expect(world.clock.elapsed() - since).toBeLessThan(CALL_BACK_LIMIT_MS - MINUTE_MS);
  });

  it('has a BMC that forgot a request asked again after half a minute, and no sooner', async () => {
    const asked: number[] = [];
    const clock = { at: () => 0 };
    const forgetful: Partial<Bmc> = {
      power: async () => 'off',
      powerOn: async () => void asked.push(clock.at()),
    };
    const world = await createWorld({
      deps: { withBmc: (_node, work) => work({ ...IDLE_BMC, ...forgetful }) },
    });
    clock.at = () => world.clock.elapsed();
    await world.daemon().requestPower(uuidOf(world), 'power on');
    await world.untilTrue('asked', () => asked.length === 1);
    world.clock.setWall(by);
    await world.untilTrue('asked again', () => asked.length === 2);
    const [first = 0, second = 0] = asked;
    expect(second - first).toBeGreaterThanOrEqual(30_000);
    expect(second - first).toBeLessThan(35_000);
  });

  it('hides nothing of what was seen of this boot', async () => {
    const world = await waiting('inspect');
    world.clock.setWall(by);
    const message = 'DHCP gave 10.20.1.5';
    await world.store().events.append({ node_uuid: uuidOf(world), kind: 'dhcp.ack', message });
    expect((await world.daemon().why(uuidOf(world))).text).toContain('Last seen: an address given by DHCP');
  });

  it('moves nothing of how long `why` says that the step has and had', async () => {
    const world = await waiting('active');
    const before = await world.daemon().why(uuidOf(world));
    const left = /in (29 min \d+ s|30 min), if nothing happens/;
    expect(before.text).toMatch(left);
    world.clock.setWall(by);
    expect((await world.daemon().why(uuidOf(world))).text).toMatch(left);
    expect((await world.until(['deploy failed'])).last_error).toContain('Gave up after 30 min waiting');
  });

  it('while ingot is down leaves a step no more than its limit, and no less than five minutes', async () => {
    const world = await waiting('active');
    world.clock.setWall(by);
    await world.restart();
    const since = world.clock.elapsed();
    await world.until(['deploy failed']);
    const took = world.clock.elapsed() - since;
    expect(took).toBeGreaterThanOrEqual(5 * MINUTE_MS);
    expect(took).toBeLessThan(CALL_BACK_LIMIT_MS + MINUTE_MS);
  });
});

describe('an inventory of an earlier boot', () => {
  it('does not count, although the clock was set back since then', async () => {
    const world = await createWorld();
    await world.store().inventories.put(uuidOf(world), { stale: true }, { error: 'of an earlier boot' });
    world.clock.setWall(-HOUR_MS);
    await world.store().nodes.update(uuidOf(world), { provision_state: 'manageable' });
    await world.daemon().requestVerb(uuidOf(world), { verb: 'inspect' });
    expect(await world.until(['manageable', 'inspect failed'])).toMatchObject({
      provision_state: 'manageable',
      last_error: null,
    });
  });
});

describe('a stored moment', () => {
  it('stays where it was first seen, and another one is read anew', () => {
    const clock = createIdleClock();
    const moment = createMoment(clock);
    const at = (ms: number): string => new Date(clock.now() + ms).toISOString();
    const first = at(1_000);
    expect(moment(first, HOUR_MS)).toBe(clock.elapsed() + 1_000);
    clock.setWall(HOUR_MS);
    expect(moment(first, HOUR_MS)).toBe(clock.elapsed() + 1_000);
    expect(moment(at(2_000), HOUR_MS)).toBe(clock.elapsed() + 2_000);
  });

  it('is at most so far ahead as is allowed, and may have passed', () => {
    const clock = createIdleClock();
    const moment = createMoment(clock);
    const at = (ms: number): string => new Date(clock.now() + ms).toISOString();
    expect(moment(at(HOUR_MS), 30_000)).toBe(clock.elapsed() + 30_000);
    expect(moment(at(-HOUR_MS), 30_000)).toBe(clock.elapsed() - HOUR_MS);
  });
});

describe('a moment that was marked', () => {
  it('is as long ago as time has passed, however the wall clock was set since', () => {
    const clock = createIdleClock();
    const past = createPast(clock);
    const mark = past.mark();
    clock.setWall(-HOUR_MS);
    clock.advance(5_000);
    expect(past.since(mark)).toBe(5_000);
  });

  it('of an earlier life is read by the wall clock once, and is never to come', () => {
    const clock = createIdleClock();
    const past = createPast(clock);
    const [ago, ahead] = [clock.now() - 2_000, clock.now() + HOUR_MS];
    expect([past.since(ago), past.since(ahead)]).toEqual([2_000, 0]);
    clock.setWall(HOUR_MS);
    clock.advance(1_000);
    expect([past.since(ago), past.since(ahead)]).toEqual([3_000, 1_000]);
  });
});

describe('the system’s clock', () => {
  it('never runs back in what it measures, and tells the wall time apart from it', () => {
    const before = systemClock.elapsed();
    expect(systemClock.elapsed()).toBeGreaterThanOrEqual(before);
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(HOUR_MS);
  });
});
