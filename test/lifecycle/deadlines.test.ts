/**
 * Nothing lasts for ever that nobody wants to last: every state in which ingot works or waits, with every step that a
 * job may stand at there, while BMC, agent, image store and addresses are silent.
 */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { timeoutsSchema } from '../../src/config/timeouts.ts';
import { IngotError } from '../../src/errors.ts';
import type { JsonObject } from '../../src/json.ts';
import type { LifecycleDeps } from '../../src/lifecycle/deps.ts';
import type { StepDefinition } from '../../src/lifecycle/engine/step.ts';
import { next, STATES } from '../../src/lifecycle/graph/graph.ts';
import { createSteps, STEP_NAMES, type StepName } from '../../src/lifecycle/steps/catalog.ts';
import type { EventRecord } from '../../src/store/records/event.ts';
import type { JobStep } from '../../src/store/records/job.ts';
import { PROVISION_STATES, type ProvisionState, type Verb } from '../../src/store/words.ts';
import { createWorld, DEPLOYABLE, type World } from './fakes/world.ts';

const TIMEOUTS = timeoutsSchema.parse({});
/** A call that does not heed its signal is left alone after five seconds; a step past its end gets one more look. */
const SLACK_S = 15;

const VERB_OF: Readonly<Partial<Record<ProvisionState, Verb>>> = {
  verifying: 'manage',
  inspecting: 'inspect',
  'inspect wait': 'inspect',
  cleaning: 'provide',
  'clean wait': 'provide',
  deploying: 'active',
  'wait call-back': 'active',
  deleting: 'deleted',
  adopting: 'adopt',
  rescuing: 'rescue',
  'rescue wait': 'rescue',
  unrescuing: 'unrescue',
  servicing: 'service',
  'service wait': 'service',
};

/** Steps that ask nobody but the store: silence around does not keep them. */
const ALONE: ReadonlySet<StepName> = new Set<StepName>([
  ...(['record-inventory', 'inspection-rules', 'adopt', 'pretend', 'pretend-boot'] as const),
  ...(['pretend-inspection', 'release-instance', 'forget-rescue-password', 'pause'] as const),
]);

/** A hold ends when an operator says so: the one state without a limit, by design. */
const HELD: ReadonlySet<StepName> = new Set<StepName>(['hold']);

const inBand = { step: { interface: 'deploy', step: 'erase_devices', args: {} } };
const PAUSE_S = 120;
const ARGS: Readonly<Partial<Record<StepName, JsonObject>>> = {
  'child-power': { target: 'power off' },
  'clean-step': inBand,
  'service-step': inBand,
  'deploy-step': inBand,
  'plan-deployment': { steps: [] },
  pause: { seconds: PAUSE_S },
};

function stepsFor(step: StepName): readonly JobStep[] {
  const first = { name: step, args: ARGS[step] ?? {} };
  // These look whether the job has steps for the agent at all.
  if (step === 'check-clean-steps') return [first, { name: 'clean-step', args: inBand }];
  return step === 'check-service-steps' ? [first, { name: 'service-step', args: inBand }] : [first];
}

const never = (): Promise<never> => new Promise(() => {});
const away = (code: 'bmc_unreachable' | 'agent_unreachable') => (): Promise<never> =>
  Promise.reject(new IngotError(code, 'Nobody answers.', { hint: 'Look at it.' }));

/** How nobody answers: not even a refusal comes, or each call fails at once. */
type Silence = {
  readonly how: string;
  readonly deps: Partial<LifecycleDeps>;
  /** How long the agent's command may run with that. */
  readonly runsS: number;
};
const SILENCES: readonly Silence[] = [
  {
    how: 'that takes every call and answers none',
    // Here a question has no end; that of the daemon's client has one after a minute.
    runsS: TIMEOUTS.command_s,
    deps: {
      withBmc: never,
      connectAgent: () => ({ run: never, commands: never }),
      images: { resolve: never, prepare: never, ready: never },
      allocateAddresses: never,
    },
  },
  {
    how: 'that cannot be reached',
    runsS: TIMEOUTS.callback_s,
    deps: {
      withBmc: away('bmc_unreachable'),
      connectAgent: () => ({ run: away('agent_unreachable'), commands: away('agent_unreachable') }),
      images: { resolve: never, prepare: never, ready: never },
      allocateAddresses: never,
    },
  },
];

/** The catalog of the daemon, for what each step declares. */
function definitions(): Readonly<Record<StepName, StepDefinition>> {
  const unused = {} as unknown as Parameters<typeof createSteps>[0];
  return createSteps({ ...unused, timeouts: TIMEOUTS });
}
const DEFINITIONS = definitions();

/** `runs`: the agent has taken the step's command, and is heard no more. */
type Case = { readonly state: ProvisionState; readonly step: StepName; readonly runs?: true };

/** Steps that wait for the end of a command of the agent. */
const COMMANDS: readonly StepName[] = [
  'write-image',
  'install-bootloader',
  'clean-step',
  'deploy-step',
  'service-step',
];

/**
 * Steps without a limit of their own take that of the state: in every state. The others in one where their place is.
 */
const CASES: readonly Case[] = STEP_NAMES.filter((step) => !HELD.has(step)).flatMap((step) => {
  const states = PROVISION_STATES.filter((state) => ['auto', 'wait'].includes(STATES[state].kind));
  const kind = DEFINITIONS[step].place === 'parked' ? 'wait' : 'auto';
  const own = states.filter((state) => STATES[state].kind === kind);
  const { limit } = DEFINITIONS[step];
  const chosen =
    limit === undefined && !ALONE.has(step) ? states : [own[STEP_NAMES.indexOf(step) % own.length]];
  const runs = COMMANDS.includes(step) ? own.map((state) => ({ state, step, runs: true }) as const) : [];
  return [...chosen.flatMap((state) => (state === undefined ? [] : [{ state, step }])), ...runs];
});

function limitS({ state, step, runs }: Case, runsS: number): number {
  if (runs) return runsS;
  const facts = STATES[state];
  const { limit } = DEFINITIONS[step];
  if (limit === 'never') return PAUSE_S;
  const ofState = facts.kind === 'auto' || facts.kind === 'wait' ? facts.limit : 'power_s';
  return TIMEOUTS[limit ?? ofState];
}

/** A job at its step, on a node that has everything but somebody who answers. */
async function stand(world: World, index: number, { state, step, runs }: Case): Promise<void> {
  const { store } = world;
  const uuid = world.machines[index]?.uuid ?? '';
  await store().nodes.update(uuid, {
    provision_state: state,
    instance_info: DEPLOYABLE,
    boot_intent: 'ramdisk',
    boot_generation: 1,
    target_provision_state: 'target' in STATES[state] ? STATES[state].target : null,
    agent: {
      generation: 1,
      callback_url: 'http://10.20.1.5:9999',
      version: '1',
      verify_ca: null,
      looked_up_at: '2026-11-22T11:00:00.000Z',
      looked_up_from: null,
      last_heartbeat_at: NO_CALL.has(step) ? null : '2026-11-22T11:00:00.000Z',
    },
  });
  if (step === 'find-ports')
    for (const port of await store().ports.listByNode(uuid)) await store().ports.delete(port.uuid);
  const other = randomUUID();
  const kin = step === 'child-power' ? { parent_node: uuid } : {};
  if (step === 'child-power' || step === 'parent-power-on')
    await store().nodes.insert({ uuid: other, driver: 'redfish', ...kin });
  if (step === 'parent-power-on') await store().nodes.update(uuid, { parent_node: other });
  const job = { node_uuid: uuid, verb: VERB_OF[state] ?? 'none', steps: stepsFor(step) };
  const { id } = await store().jobs.insert(job);
  if (runs) await store().jobs.update(id, { scratch: { command_id: 'c1' } });
}

/** These wait for the agent's call itself. */
const NO_CALL: ReadonlySet<StepName> = new Set<StepName>(['wait-agent', 'collect-inventory']);

const seconds = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000;

/** How the job's first step came to its end, and after how long. */
function endOf(events: readonly EventRecord[], step: StepName): { how: string; afterS: number } | null {
  const started = events.find(({ kind, data }) => kind === 'job.step_started' && data.step === step);
  const ended = events.find(
    ({ kind, data }) => (kind === 'job.step_done' || kind === 'job.failed') && data.step === step,
  );
  if (started === undefined || ended === undefined) return null;
  return { how: ended.kind === 'job.failed' ? 'failed' : 'done', afterS: seconds(started.at, ended.at) };
}

type Run = Pick<Silence, 'deps' | 'runsS'> & {
  /** The daemon is killed, and started again, after as many minutes; absent: never. */
  readonly lifeMinutes?: number;
  /** Seconds that a step may take besides its limit. */
  readonly moreS?: number;
};

/** All cases at once; returns those whose step did not end in time, or whose node did not take the fail edge. */
async function unbounded({ deps, runsS, lifeMinutes, moreS = 0 }: Run): Promise<readonly object[]> {
  const limits = { jobs: 10_000, power_actions: 10_000, image_writes: 10_000 };
  const world = await createWorld({
    machines: CASES.length,
    deps: { ...deps, limits, timeouts: TIMEOUTS },
  });
  for (const [index, one] of CASES.entries()) await stand(world, index, one);
  await world.restart();
  // Looked at once in a simulated minute: the clock stands while the store is asked.
  const busy = async (): Promise<number> => (await world.store().jobs.running()).length;
  for (let minutes = 1; minutes < 4 * 60 && (await busy()) > 0; minutes++) {
    await world.clock.sleep(60_000);
    if (lifeMinutes !== undefined && minutes % lifeMinutes === 0) await world.restart();
  }
  expect(await busy()).toBe(0);

  const wrong: object[] = [];
  for (const [index, one] of CASES.entries()) {
    const machine = world.machines[index];
    const end = endOf(await world.events(machine), one.step);
    const { provision_state } = await world.node(machine);
    const rests = next(one.state, 'fail');
    const isFine =
      end !== null &&
      end.afterS <= limitS(one, runsS) + SLACK_S + moreS &&
      (ALONE.has(one.step) || (end.how === 'failed' && provision_state === rests)) &&
      !['auto', 'wait'].includes(STATES[provision_state].kind);
    if (!isFine) wrong.push({ ...one, limit: limitS(one, runsS), end, provision_state });
  }
  return wrong;
}

describe.each(SILENCES)('with a BMC and an agent $how', ({ deps, runsS }) => {
  const long = { timeout: 120_000 };
  it(
    'every step in every state that is not at rest fails within its limit, and the node takes the fail edge',
    long,
    async () => {
      expect(await unbounded({ deps, runsS })).toEqual([]);
    },
  );

  it('so it does, but for five minutes once, under a daemon that is killed every four', long, async () => {
    expect(await unbounded({ deps, runsS, lifeMinutes: 4, moreS: 300 })).toEqual([]);
  });
});

it('every auto and wait state, and every step but a hold, stands in these cases', () => {
  const states = PROVISION_STATES.filter((state) => ['auto', 'wait'].includes(STATES[state].kind));
  expect([...new Set(CASES.map(({ state }) => state))].sort()).toEqual([...states].sort());
  expect([...new Set(CASES.map(({ step }) => step))].sort()).toEqual(
    STEP_NAMES.filter((step) => !HELD.has(step)).sort(),
  );
});
