/**
 * Jobs that wait for a slot: told how many are before them, kept by nobody who works on nothing, ended by the others'
 * deadlines.
 */
import { expect, it } from 'vitest';
import { createSlots } from '../../src/lifecycle/engine/slots.ts';
import { createWorld, type World } from './fakes/world.ts';

const HOLD = { verb: 'clean', steps: [{ interface: null, step: 'hold', args: {} }] } as const;

async function cleaning(machines: number): Promise<World> {
  const world = await createWorld({
    machines,
    deps: { limits: { jobs: 1, power_actions: 10, image_writes: 10 } },
  });
  for (const { uuid } of world.machines)
    await world.store().nodes.update(uuid, { provision_state: 'manageable' });
  return world;
}

it('slots tell how many have asked before, and nothing of who does not wait', async () => {
  const slots = createSlots(1);
  const live = new AbortController().signal;
  const release = await slots.take(live, 1);
  const later = [slots.take(live, 2), slots.take(live), slots.take(live, 3)];
  expect([1, 2, 3, 4].map((who) => slots.before(who))).toEqual([null, 0, 2, null]);
  release();
  await later[0];
  expect(slots.before(3)).toBe(1);
});

it('a job that waits for its turn says behind how many, and no deadline that it does not have', async () => {
  const world = await cleaning(3);
  for (const { uuid } of world.machines) await world.daemon().requestVerb(uuid, { verb: 'provide' });
  const last = world.machines[2]?.uuid ?? '';
  let told = '';
  await world.untilTrue('its turn', async () => {
    told = (await world.daemon().why(last)).text;
    return told.includes('other waits before it');
  });
  expect(told).toContain('It waits for its turn: 1 jobs at once is the limit (1 other waits before it).');
  expect(told).not.toContain('The step fails at');
});

it('a job behind others whose machines are silent has its turn when their time is up', async () => {
  const world = await cleaning(3);
  for (const { uuid, faults } of world.machines) {
    Object.assign(faults, { silent: true });
    await world.daemon().requestVerb(uuid, { verb: 'provide' });
  }
  for (const machine of world.machines) await world.until(['clean failed'], machine);
});

it('a held node keeps nobody from the work that the limit is for, and waits for its turn when it goes on', async () => {
  const world = await cleaning(2);
  const [held, other] = world.machines;
  await world.daemon().requestVerb(held?.uuid ?? '', HOLD);
  await world.untilTrue('held', async () => (await world.node(held)).provision_state === 'clean hold');
  await world.daemon().requestVerb(other?.uuid ?? '', { verb: 'provide' });
  expect((await world.until(['available', 'clean failed'], other)).provision_state).toBe('available');
  await world.daemon().requestVerb(held?.uuid ?? '', { verb: 'unhold' });
  await world.until(['manageable'], held);
});
