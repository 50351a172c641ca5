/**
 * Whatever operators ask for, whatever fails, however often the daemon is killed and the clock is set: a node never
 * leaves the graph, never stays where nobody works on it, and nothing that must happen once happens twice.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STATES } from '../../../src/lifecycle/graph/graph.ts';
import type { ProvisionState } from '../../../src/store/words.ts';
import type { Machine } from '../fakes/machine.ts';
import type { World } from '../fakes/world.ts';
import { FLASH, type Walk, WELL, walks } from './moves.ts';
import { expectFewRestarts, expectNothingTwice, expectWalkOnGraph, ONCE } from './promises.ts';
import { make, worldOf } from './walk.ts';

/** Always the same walks, unless others are asked for, or more. */
const SEED = Number(process.env.INGOT_SEED ?? 20_261_123);
const WALKS = Number(process.env.INGOT_WALKS ?? 120);

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

/** States far from enroll, that the walks together come to. */
const DEEP: readonly ProvisionState[] = [
  ...(['available', 'inspect wait', 'inspect failed', 'wait call-back', 'deploy failed', 'error'] as const),
  ...(['rescue wait', 'rescue', 'rescue failed', 'unrescuing', 'adopting', 'clean hold'] as const),
  ...(['service wait', 'service hold', 'service failed', 'clean failed'] as const),
];

async function walk({ from, neverOff, tellsResets, moves }: Walk, world: World): Promise<void> {
  for (const { of, move, turns } of moves) {
    const machine = world.machines[of % world.machines.length];
    if (machine !== undefined) await make(world, machine, move);
    for (let left = turns; left > 0; left--) await turn();
  }
  const deaths = moves.filter(({ move }) => move.do === 'kill').length;
  const unheard = (machine: Machine): boolean => deaths + machine.restartsUnheard() > 0;
  await comeToRest(world);
  for (const machine of world.machines) {
    const node = await world.node(machine);
    expect(['stable', 'fail']).toContain(STATES[node.provision_state].kind);
    const events = await world.events(machine);
    expectWalkOnGraph(events, from);
    if (neverOff) expectFewRestarts(machine, events, !tellsResets && unheard(machine));
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
