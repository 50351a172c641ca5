/**
 * Whatever operators ask for, whatever fails, however often the daemon is killed and the clock is set: a node never
 * leaves the graph, never stays where nobody works on it, and nothing that must happen once happens twice.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edgeFrom, STATES } from '../../../src/lifecycle/graph/graph.ts';
import { GRAPH_EVENTS } from '../../../src/lifecycle/graph/graph-edges.ts';
import type { EventRecord } from '../../../src/store/records/event.ts';
import { PROVISION_STATES, type ProvisionState } from '../../../src/store/words.ts';
import type { Machine } from '../fakes/machine.ts';
import type { World } from '../fakes/world.ts';
import { FLASH, make, type Walk, WELL, walks, worldOf } from './walk.ts';

/** Always the same walks, unless another is asked for. */
const SEED = Number(process.env.INGOT_SEED ?? 20_261_123);
const WALKS = 150;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** All is repaired, the daemon stays: whatever was under way comes to rest, a hold once it is ended. */
async function comeToRest(world: World): Promise<void> {
  for (const machine of world.machines) Object.assign(machine.faults, WELL);
  await world.restart();
  const isIdle = async ({ uuid }: Machine): Promise<boolean> =>
    (await world.store().jobs.runningOf(uuid)) === null;
  // Not while the job tidies up after an abort: that ends by itself.
  const isHeld = async (machine: Machine): Promise<boolean> =>
    STATES[(await world.node(machine)).provision_state].kind === 'hold' &&
    (await world.store().jobs.runningOf(machine.uuid))?.error == null;
  for (const machine of world.machines) {
    await world.untilTrue('rest or a hold', async () => (await isIdle(machine)) || (await isHeld(machine)));
    if (await isHeld(machine)) await world.daemon().requestVerb(machine.uuid, { verb: 'abort' });
  }
  for (const machine of world.machines) await world.untilTrue('rest', () => isIdle(machine));
}

/** Each change of state begins where the one before it has ended, and is an edge of the graph. */
function expectWalkOnGraph(events: readonly EventRecord[], from: ProvisionState): void {
  let state: EventRecord['data'][string] = from;
  for (const { data } of events.filter(({ kind }) => kind === 'state.changed')) {
    const { from, event, to } = data;
    expect(from).toBe(state);
    const known = GRAPH_EVENTS.find((one) => one === event);
    const start = PROVISION_STATES.find((one) => one === from);
    const edge = known === undefined || start === undefined ? null : edgeFrom(start, known);
    expect({ from, event, to: edge?.to ?? null }).toEqual({ from, event, to });
    state = to ?? null;
  }
}

/** What the agent is ordered to do once, by the steps that order it. */
const ONCE: Readonly<Record<string, readonly string[]>> = {
  execute_deploy_step: ['write-image', 'deploy-step'],
  execute_clean_step: ['clean-step'],
  execute_service_step: ['service-step'],
  install_bootloader: ['install-bootloader'],
  finalize_rescue: ['finalize-rescue'],
};

/** Returns how often each was ordered. */
function expectNothingTwice(machine: Machine, events: readonly EventRecord[]): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(ONCE).map(([order, steps]) => {
      const begun = events.filter(
        ({ kind, data }) => kind === 'job.step_started' && steps.includes(String(data.step)),
      );
      const places = new Set(begun.map(({ data }) => `${String(data.job)} ${String(data.number)}`));
      const given = machine.history.filter((one) => one === order).length;
      expect(given, `${order}: orders given for ${places.size} steps begun`).toBeLessThanOrEqual(places.size);
      return [order, given];
    }),
  );
}

/** What starts a machine's own system, by a restart where its power stays on. */
const STARTS: readonly string[] = ['boot-disk', 'boot-instance', 'restart', 'leave-ramdisk'];

/** A system is restarted once, and once more at most where the answer was lost. */
function expectFewRestarts(machine: Machine, events: readonly EventRecord[]): void {
  const begun = events.filter(
    ({ kind, data }) => kind === 'job.step_started' && STARTS.includes(String(data.step)),
  );
  const places = new Set(begun.map(({ data }) => `${String(data.job)} ${String(data.number)}`));
  const given = machine.history.filter(
    (one, at) => one === 'on disk' && machine.history[at - 1] === 'restart',
  );
  expect(given.length, `restarts for ${places.size} steps`).toBeLessThanOrEqual(2 * places.size);
}

/** States far from enroll, that the walks together come to. */
const DEEP: readonly ProvisionState[] = [
  ...(['available', 'inspect wait', 'inspect failed', 'wait call-back', 'deploy failed', 'error'] as const),
  ...(['rescue wait', 'rescue', 'rescue failed', 'unrescuing', 'adopting', 'clean hold'] as const),
  ...(['service wait', 'service hold', 'service failed', 'clean failed'] as const),
];

async function walk({ from, neverOff, moves }: Walk, world: World): Promise<void> {
  for (const { of, move, turns } of moves) {
    const machine = world.machines[of % world.machines.length];
    if (machine !== undefined) await make(world, machine, move);
    for (let left = turns; left > 0; left--) await turn();
  }
  await comeToRest(world);
  for (const machine of world.machines) {
    const node = await world.node(machine);
    expect(['stable', 'fail']).toContain(STATES[node.provision_state].kind);
    const events = await world.events(machine);
    expectWalkOnGraph(events, from);
    if (neverOff) expectFewRestarts(machine, events);
    expect(machine.cut, 'steps cut in their middle').not.toContain(FLASH.step);
    if (neverOff) expect(machine.history).not.toContain('off');
  }
}

describe('a node on a random walk', () => {
  it('stays on the graph, comes to rest, and has nothing done twice', { timeout: 300_000 }, async () => {
    const visited = new Map<string, number>();
    const ordered = new Map<string, number>();
    const count = (counts: Map<string, number>, what: string, more = 1): unknown =>
      counts.set(what, (counts.get(what) ?? 0) + more);
    await fc.assert(
      fc.asyncProperty(walks, async (one) => {
        const world = await worldOf(one);
        await walk(one, world);
        for (const machine of world.machines) {
          const events = await world.events(machine);
          for (const [order, given] of expectNothingTwice(machine, events)) count(ordered, order, given);
          for (const { kind, data } of events) if (kind === 'state.changed') count(visited, String(data.to));
        }
        // Machines whose ramdisks call for ever would slow the walks after this one.
        await world.end();
      }),
      { numRuns: WALKS, seed: SEED },
    );
    const told = (counts: ReadonlyMap<string, number>): string =>
      [...counts].map(([what, times]) => `${what} ${times}`).join(', ');
    console.info(`seed ${SEED}: ${WALKS} walks; states: ${told(visited)}; orders: ${told(ordered)}`);
    // A walk that is always refused would prove nothing.
    expect([...visited.keys()]).toEqual(expect.arrayContaining([...DEEP]));
    for (const order of Object.keys(ONCE)) expect(ordered.get(order), order).toBeGreaterThan(0);
  });
});
