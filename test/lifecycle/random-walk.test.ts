/**
 * Whatever operators ask for, whatever fails, however often the daemon is killed and the clock is set: a node never
 * leaves the graph, never stays where nobody works on it, and nothing that must happen once happens twice.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IngotError } from '../../src/errors.ts';
import { edgeFrom, STATES } from '../../src/lifecycle/graph.ts';
import { GRAPH_EVENTS } from '../../src/lifecycle/graph-edges.ts';
import type { VerbRequest } from '../../src/lifecycle/lifecycle.ts';
import { allowedIn } from '../../src/lifecycle/verbs.ts';
import type { EventRecord } from '../../src/store/records.ts';
import { POWER_TARGETS, type PowerTarget, VERBS, type Verb } from '../../src/store/words.ts';
import type { Machine, MachineFaults } from './fakes/machine.ts';
import { createWorld, DEPLOYABLE, type World } from './fakes/world.ts';

type Move =
  | { readonly do: 'ask'; readonly verb: Verb }
  /** One of the verbs that the node's state has, by chance. */
  | { readonly do: 'go on'; readonly pick: number }
  | { readonly do: 'switch'; readonly power: PowerTarget }
  | { readonly do: 'kill'; readonly after: number; readonly when: 'before' | 'after' }
  | { readonly do: 'set clock'; readonly byMs: number }
  | { readonly do: 'break'; readonly faults: MachineFaults };

const AWAY = new IngotError('bmc_unreachable', 'The BMC does not answer.', { hint: 'Look at it.' });
const BROKEN = { type: 'Broken', details: 'the disk is gone' };
const FAULTS: readonly MachineFaults[] = [
  { bmc: null, silent: false, commands: {} },
  { bmc: AWAY },
  { silent: true },
  { commands: { execute_clean_step: BROKEN, execute_deploy_step: BROKEN, finalize_rescue: BROKEN } },
];

const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ do: fc.constant('ask' as const), verb: fc.constantFrom(...VERBS) }),
  { weight: 8, arbitrary: fc.record({ do: fc.constant('go on' as const), pick: fc.nat() }) },
  fc.record({ do: fc.constant('switch' as const), power: fc.constantFrom(...POWER_TARGETS) }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('kill' as const),
      after: fc.integer({ min: 1, max: 20 }),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
  fc.record({
    do: fc.constant('set clock' as const),
    byMs: fc.integer({ min: -86_400_000, max: 86_400_000 }),
  }),
  fc.record({ do: fc.constant('break' as const), faults: fc.constantFrom(...FAULTS) }),
);

/** `turns`: of the event loop, before the next move. */
const walk = fc.array(fc.record({ move, turns: fc.integer({ min: 0, max: 1_500 }) }), {
  minLength: 4,
  maxLength: 30,
});

const asked = (verb: Verb): VerbRequest => {
  const step = (name: string) => ({ interface: 'deploy', step: name, args: {} });
  if (verb === 'clean') return { verb, steps: [step('erase_devices_metadata'), step('hold')] };
  if (verb === 'service') return { verb, steps: [step('burnin_cpu')] };
  return verb === 'rescue' ? { verb, rescuePassword: 'open-sesame' } : { verb };
};

/** A request may be refused, and one to a daemon that dies is never answered; a defect it must not meet. */
function send(request: Promise<void>): void {
  request.catch((error: unknown) => {
    if (!(error instanceof IngotError) || error.code === 'internal') throw error;
  });
}

async function ask(world: World, machine: Machine, verb: Verb): Promise<void> {
  if (verb === 'active' || verb === 'rebuild')
    await world.store().nodes.update(machine.uuid, { instance_info: DEPLOYABLE });
  send(world.daemon().requestVerb(machine.uuid, asked(verb)));
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function make(world: World, machine: Machine, one: Move): Promise<void> {
  switch (one.do) {
    case 'ask':
      return await ask(world, machine, one.verb);
    case 'go on': {
      const { provision_state } = await world.node(machine);
      const verbs = VERBS.filter((verb) => allowedIn(verb).includes(provision_state));
      const verb = verbs[one.pick % verbs.length];
      return verb === undefined ? undefined : await ask(world, machine, verb);
    }
    case 'switch':
      return send(world.daemon().requestPower(machine.uuid, one.power));
    case 'kill':
      return await world.restart({ dead: false, at: one.after, when: one.when });
    case 'set clock':
      return world.clock.setWall(one.byMs);
    case 'break':
      Object.assign(machine.faults, one.faults);
  }
}

/** All is repaired, the daemon stays: whatever was under way comes to rest, a hold once it is ended. */
async function comeToRest(world: World, machine: Machine): Promise<void> {
  Object.assign(machine.faults, FAULTS[0]);
  await world.restart();
  const isIdle = async (): Promise<boolean> => (await world.store().jobs.runningOf(machine.uuid)) === null;
  const isHeld = async (): Promise<boolean> =>
    STATES[(await world.node(machine)).provision_state].kind === 'hold';
  await world.untilTrue('rest or a hold', async () => (await isIdle()) || (await isHeld()));
  if (await isHeld()) await world.daemon().requestVerb(machine.uuid, { verb: 'abort' });
  await world.untilTrue('rest', isIdle);
}

/** Each change of state begins where the one before it has ended, and is an edge of the graph. */
function expectWalkOnGraph(events: readonly EventRecord[]): void {
  let state: EventRecord['data'][string] = 'enroll';
  for (const { data } of events.filter(({ kind }) => kind === 'state.changed')) {
    const { from, event, to } = data;
    expect(from).toBe(state);
    const known = GRAPH_EVENTS.find((one) => one === event);
    const start = Object.keys(STATES).find((one): one is keyof typeof STATES => one === from);
    const edge = known === undefined || start === undefined ? null : edgeFrom(start, known);
    expect({ from, event, to: edge?.to ?? null }).toEqual({ from, event, to });
    state = to ?? null;
  }
}

/** What the agent is ordered to do once, by the step that orders it. */
const ONCE: Readonly<Record<string, string>> = {
  execute_deploy_step: 'write-image',
  execute_clean_step: 'clean-step',
  execute_service_step: 'service-step',
  finalize_rescue: 'finalize-rescue',
};

function expectNothingTwice(machine: Machine, events: readonly EventRecord[]): void {
  for (const [order, step] of Object.entries(ONCE)) {
    const begun = events.filter(({ kind, data }) => kind === 'job.step_started' && data.step === step);
    const places = new Set(begun.map(({ data }) => `${String(data.job)} ${String(data.number)}`));
    const given = machine.history.filter((one) => one === order).length;
    expect(given, `${order}: orders given for ${places.size} steps begun`).toBeLessThanOrEqual(places.size);
  }
}

/** States far from enroll, that the walks together come to. */
const DEEP = ['available', 'inspect wait', 'wait call-back'];

describe('a node on a random walk', () => {
  it('stays on the graph, comes to rest, and has nothing done twice', { timeout: 300_000 }, async () => {
    const visited = new Set<string>();
    await fc.assert(
      fc.asyncProperty(walk, async (moves) => {
        const world = await createWorld();
        const [machine] = world.machines;
        if (machine === undefined) throw new Error('no machine');
        for (const { move: one, turns } of moves) {
          await make(world, machine, one);
          for (let left = turns; left > 0; left--) await turn();
        }
        await comeToRest(world, machine);
        const node = await world.node(machine);
        expect(['stable', 'fail']).toContain(STATES[node.provision_state].kind);
        const events = await world.events(machine);
        expectWalkOnGraph(events);
        expectNothingTwice(machine, events);
        for (const { kind, data } of events) if (kind === 'state.changed') visited.add(String(data.to));
      }),
      { numRuns: 60 },
    );
    // A walk that is always refused would prove nothing.
    expect([...visited]).toEqual(expect.arrayContaining(DEEP));
  });
});
