import { describe, expect, test } from 'vitest';
import { IngotError } from '../../../src/errors.ts';
import type { Machine } from '../fakes/machine.ts';
import { createWorld, type World } from '../fakes/world.ts';

const MINUTE = 60_000;
const UNREACHABLE = new IngotError('bmc_unreachable', 'BMC 10.30.0.5 does not answer', {
  hint: 'Check the cable.',
});
const WRONG_PASSWORD = new IngotError('bmc_auth', 'BMC 10.30.0.5 does not accept the login', {
  hint: 'Check the password.',
});

/** Manageable machines whose BMCs are looked at every two minutes. `looks`: moments of the asking, in minutes. */
async function rack(machines = 1): Promise<{ world: World; looks: (machine?: Machine) => number }> {
  const asked = new Map<string, number>();
  const world: World = await createWorld({
    machines,
    deps: {
      powerSync: { interval_s: 120, at_once: 2 },
      withBmc: (node, work) => {
        const machine = world.machines.find(({ uuid }) => uuid === node.uuid);
        if (machine === undefined) throw new Error('no such machine');
        const address = `10.30.0.${world.machines.indexOf(machine)}`;
        const power = (): ReturnType<typeof machine.bmc.power> => {
          asked.set(machine.uuid, (asked.get(machine.uuid) ?? 0) + 1);
          return machine.bmc.power();
        };
        return work({ ...machine.bmc, address, power });
      },
    },
  });
  for (const { uuid } of world.machines)
    await world.store().nodes.update(uuid, { provision_state: 'manageable', power_state: 'power off' });
  return { world, looks: (machine = world.machines[0]) => asked.get(machine?.uuid ?? '') ?? 0 };
}

/** Lets simulated time pass. */
async function pass(world: World, ms: number): Promise<void> {
  const until = world.clock.elapsed() + ms;
  await world.untilTrue('time passes', () => world.clock.elapsed() >= until);
}

const kindsOf = async (world: World): Promise<readonly string[]> =>
  (await world.events()).map(({ kind }) => kind).filter((kind) => /^(bmc|power)\./.test(kind));

function first(world: World): Machine {
  const [machine] = world.machines;
  if (machine === undefined) throw new Error('no machine');
  return machine;
}

describe('the power state of a machine that no job works on', () => {
  test('is read once in the interval, and written only where it has changed', async () => {
    const { world, looks } = await rack();
    const before = await world.node();
    await pass(world, 10 * MINUTE);
    expect(looks()).toBeGreaterThanOrEqual(4);
    expect(looks()).toBeLessThanOrEqual(6);
    expect(await world.node()).toEqual(before);
    await first(world).bmc.powerOn();
    await pass(world, 5 * MINUTE);
    expect((await world.node()).power_state).toBe('power on');
    expect(await kindsOf(world)).toEqual(['power.changed']);
  });

  test('is not asked for in enroll, nor of a machine that is only pretended', async () => {
    const { world, looks } = await rack(2);
    const [enrolled, pretended] = world.machines;
    await world.store().nodes.update(enrolled?.uuid ?? '', { provision_state: 'enroll' });
    await world.store().nodes.update(pretended?.uuid ?? '', { driver: 'fake-hardware' });
    await pass(world, 2 * MINUTE);
    const [before, after] = [looks(enrolled) + looks(pretended), 10 * MINUTE];
    await pass(world, after);
    expect(looks(enrolled) + looks(pretended)).toBe(before);
  });

  test('is read of all machines, spread over the interval', async () => {
    const { world, looks } = await rack(10);
    await pass(world, 2 * MINUTE);
    const before = world.machines.map(looks);
    await pass(world, MINUTE);
    const asked = world.machines.filter((machine, index) => looks(machine) > (before[index] ?? 0)).length;
    expect(asked).toBeGreaterThan(2);
    expect(asked).toBeLessThan(8);
    await pass(world, 2 * MINUTE);
    expect(world.machines.every((machine, index) => looks(machine) > (before[index] ?? 0))).toBe(true);
  });
});

test('a job is never disturbed: what is asked for is what happens, and nobody is refused', async () => {
  const { world } = await rack();
  const { uuid } = first(world);
  for (const target of ['power on', 'power off', 'rebooting', 'power off'] as const) {
    await world.daemon().requestPower(uuid, target);
    await world.untilTrue('the job ends', async () => (await world.store().jobs.runningOf(uuid)) === null);
  }
  await pass(world, 5 * MINUTE);
  expect(await kindsOf(world)).not.toContain('power.changed');
  expect((await world.node()).power_state).toBe('power off');
});

test('what was seen before a job began is not written after it', async () => {
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  let looks = 0;
  const world: World = await createWorld({
    deps: {
      powerSync: { interval_s: 120, at_once: 2 },
      withBmc: (_node, work) => {
        const machine = first(world);
        const power = async (): ReturnType<typeof machine.bmc.power> => {
          const seen = await machine.bmc.power();
          if (looks++ > 0) return seen;
          asked.resolve();
          await answered.promise;
          return seen;
        };
        return work({ ...machine.bmc, power });
      },
    },
  });
  const { uuid } = first(world);
  // The record is wrong, and the look that would put it right hangs.
  await world.store().nodes.update(uuid, { provision_state: 'manageable', power_state: 'error' });
  await asked.promise;
  await world.daemon().requestPower(uuid, 'power on');
  await world.untilTrue('the job ends', async () => (await world.store().jobs.runningOf(uuid)) === null);
  answered.resolve();
  await pass(world, MINUTE);
  expect((await world.node()).power_state).toBe('power on');
  expect(await kindsOf(world)).not.toContain('power.changed');
});

describe('a BMC that does not answer', () => {
  test('is told once when the second look failed, asked less and less often, and told once when it is back', async () => {
    const { world, looks } = await rack();
    const machine = first(world);
    machine.faults.bmc = UNREACHABLE;
    await world.untilTrue('it is told', async () => (await world.node()).bmc_trouble !== null);
    const atTelling = looks();
    const told = await world.node();
    expect(told).toMatchObject({ maintenance: false, fault: null, power_state: 'power off' });
    expect(told.bmc_trouble).toMatchObject({ kind: 'unreachable', hint: 'Check the cable.' });

    await pass(world, 120 * MINUTE);
    expect(looks() - atTelling).toBeGreaterThan(5);
    expect(looks() - atTelling).toBeLessThan(12);
    expect(await world.node()).toEqual(told);

    const why = await world.daemon().why(machine.uuid);
    expect(why.text).toMatch(/Its BMC cannot be reached since .*: BMC 10\.30\.0\.5 does not answer\./);
    expect(why.check).toContain('Check the cable.');

    machine.faults.bmc = null;
    await world.untilTrue('it is back', async () => (await world.node()).bmc_trouble === null);
    await pass(world, 10 * MINUTE);
    expect(await kindsOf(world)).toEqual(['bmc.trouble', 'bmc.recovered']);
  });

  test('is told neither again nor forgotten by a restart', async () => {
    const { world } = await rack();
    first(world).faults.bmc = UNREACHABLE;
    await world.untilTrue('it is told', async () => (await world.node()).bmc_trouble !== null);
    await world.restart();
    await pass(world, 30 * MINUTE);
    expect(await kindsOf(world)).toEqual(['bmc.trouble']);
    await world.restart();
    first(world).faults.bmc = null;
    await world.untilTrue('it is back', async () => (await world.node()).bmc_trouble === null);
    expect(await kindsOf(world)).toEqual(['bmc.trouble', 'bmc.recovered']);
  });

  test('is told by nobody where only one look failed', async () => {
    const { world, looks } = await rack();
    first(world).faults.bmc = UNREACHABLE;
    const before = looks();
    await world.untilTrue('a look fails', () => looks() > before);
    first(world).faults.bmc = null;
    await pass(world, 10 * MINUTE);
    expect(await kindsOf(world)).toEqual([]);
  });
});

test('a BMC that refuses the password is told at once, left alone, and asked soon after a change of the node', async () => {
  const { world, looks } = await rack();
  const machine = first(world);
  machine.faults.bmc = WRONG_PASSWORD;
  await world.untilTrue('it is told', async () => (await world.node()).bmc_trouble !== null);
  const before = looks();
  await pass(world, 6 * MINUTE);
  expect(looks()).toBe(before);
  machine.faults.bmc = null;
  await world
    .store()
    .events.append({ node_uuid: machine.uuid, kind: 'node.updated', message: 'driver_info' });
  await pass(world, 3 * MINUTE);
  expect((await world.node()).bmc_trouble).toBeNull();
});
