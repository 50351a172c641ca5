/** Takes one job from where it stands to its end: the loop over its steps, each within its time. */
import type { Clock } from '../../clock.ts';
import { IngotError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { JobRecord } from '../../store/records/job.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { Store } from '../../store/store.ts';
import { STATES, type TimeLimit } from '../graph.ts';
import type { JobOnNode } from './advance.ts';
import { type Commits, Superseded } from './commit.ts';
import type { Moment, Past } from './moment.ts';
import { NEVER_MS } from './never.ts';
import { LONGEST_BACK_OFF_MS } from './retry.ts';
import { callStep } from './run-step.ts';
import type { Slots } from './slots.ts';
import type { BoundaryHook, Explanation, SlotKind, StepDefinition, StepOutcome, Steps } from './step.ts';
import { takeSlot, worksOnNothing } from './take-slot.ts';
import { createWakeable, type Wakeable } from './wake.ts';

export type JobTools = {
  readonly store: Store;
  readonly commits: Commits;
  readonly steps: Steps;
  readonly clock: Clock;
  readonly log: Log;
  readonly timeouts: Readonly<Record<TimeLimit, number>>;
  readonly limits: Readonly<Record<SlotKind, number>>;
  readonly slots: Readonly<Record<SlotKind, Slots>>;
  /** What was last seen and what to check, for the error of a step whose time is up. */
  readonly explain: (node: NodeRecord, job: JobRecord) => Promise<Explanation>;
  readonly boundary?: BoundaryHook | undefined;
  /** No deadline falls due before this (ms on `Clock.elapsed`), or before the step's own limit from `startedAt`. */
  readonly startedAt: () => number;
  /** How long (ms) a call may take to end once it is aborted. */
  readonly settleMs: () => number;
};

/** How a runner is reached from outside, and what it knows of its job's times. */
export type Reach = {
  readonly wakeable: Wakeable;
  readonly signal: AbortSignal;
  readonly deadline: Moment;
  readonly wakeAt: Moment;
  readonly past: Past;
  /** Told when (ms on `Clock.elapsed`) the step that is called now fails; infinite for one that never does. */
  readonly onDue: (due: number) => void;
};

/** After a start no deadline falls due before this: the agents need time to find us again. */
const RESTART_GRACE_MS = 300_000;

/** Resolves when the job has ended; rejects with the signal's reason, or with what made working impossible. */
export async function runJob(id: number, tools: JobTools, reach: Reach): Promise<void> {
  let release: (() => void) | null = null;
  try {
    for (;;) {
      const job = await tools.store.jobs.get(id);
      if (job?.status !== 'running') return;
      if (worksOnNothing(job, tools.steps)) {
        release?.();
        release = null;
      } else release ??= await takeSlot('jobs', job, { tools, reach });
      await runStep(job, tools, reach).catch((thrown: unknown) => {
        if (!(thrown instanceof Superseded)) throw thrown;
      });
    }
  } finally {
    release?.();
  }
}

export type Surroundings = { readonly tools: JobTools; readonly reach: Reach };

/** Calls the current step until the cursor has moved. */
async function runStep(job: JobRecord, tools: JobTools, reach: Reach): Promise<void> {
  const name = job.steps[job.cursor]?.name ?? 'none';
  const definition = tools.steps[name];
  if (definition === undefined) {
    await tools.commits.failed(job, {
      because: `This ingot has no step "${name}".`,
      hint: 'The job was begun by another version: ask for the verb again.',
    });
    return;
  }
  const { slot } = definition;
  const release = slot === undefined ? null : await takeSlot(slot, job, { tools, reach });
  try {
    const call: StepAtWork = { ...{ tools, reach }, first: job, name, definition };
    while (!(await runStepOnce(call)));
  } finally {
    release?.();
  }
}

type StepAtWork = Surroundings & {
  readonly first: JobRecord;
  readonly name: string;
  readonly definition: StepDefinition;
};

/** True when the step has ended. */
async function runStepOnce(call: StepAtWork): Promise<boolean> {
  const { tools, reach, first, name } = call;
  const { clock } = tools;
  const { at, begun } = begin(call, await afterBackOff(call));
  const deadline = deadlineOf(call, at);
  reach.onDue(call.definition.limit === 'never' ? Number.POSITIVE_INFINITY : deadline);

  await tools.boundary?.({ jobId: first.id, step: name, when: 'before' });
  const called = await callWithin(deadline, call, at);
  await begun;
  const end = Math.min(deadline, endOfWait(call, called));
  const due = called.kind === 'wait' && clock.elapsed() >= end;
  const outcome = due ? await outcomeOfSilence(call, called.for) : called;
  await commitOutcome(call, at.job, outcome);
  await tools.boundary?.({ jobId: first.id, step: name, when: 'after', outcome: outcome.kind });

  if (outcome.kind === 'wait') {
    if (end < deadline) reach.onDue(end);
    await reach.wakeable.sleepUntil(Math.min(clock.elapsed() + outcome.pollMs, end), reach.signal);
  }
  return outcome.kind === 'done' || outcome.kind === 'failed';
}

/** The job once a retry is due. A nudge does not shorten that: it says nothing about the thing that failed. */
async function afterBackOff({ tools, reach, first }: StepAtWork): Promise<JobOnNode> {
  const at = await tools.commits.read(first);
  if (at.job.attempt === 0 || at.job.wake_at === null) return at;
  const until = reach.wakeAt(at.job.wake_at, LONGEST_BACK_OFF_MS);
  await createWakeable(tools.clock).sleepUntil(until, reach.signal);
  return await tools.commits.read(first);
}

/**
 * The job with its step begun. The step need not wait until that is on disk (`begun`): what it may do only once it
 * saves itself, and a begin that is lost begins again.
 */
function begin(call: StepAtWork, at: JobOnNode): { readonly at: JobOnNode; readonly begun: Promise<void> } {
  if (at.job.deadline !== null) return { at, begun: Promise.resolve() };
  const { commits, clock } = call.tools;
  const timestamp = (ms: number): string => new Date(ms).toISOString();
  const times = {
    step_started_at: timestamp(clock.now()),
    deadline: timestamp(clock.now() + limitOf(call, at)),
  };
  const begun = commits.begin(call.first, times);
  // Heard of where it is awaited, which is not at all when the call itself has failed.
  begun.catch(() => undefined);
  return { at: { ...at, job: { ...at.job, ...times, waiting_for: null } }, begun };
}

/** Milliseconds that the step may take. */
function limitOf({ definition, tools }: StepAtWork, { job, node }: JobOnNode): number {
  if (definition.limit === 'never') return NEVER_MS;
  const asked = definition.askedLimitS?.(job.steps[job.cursor]?.args ?? {}) ?? null;
  if (asked !== null) return asked * 1000;
  const state = STATES[node.provision_state];
  const ofState: TimeLimit = state.kind === 'auto' || state.kind === 'wait' ? state.limit : 'power_s';
  return tools.timeouts[definition.limit ?? ofState] * 1000;
}

/** Milliseconds on `Clock.elapsed`. */
function deadlineOf(call: StepAtWork, at: JobOnNode): number {
  const { job } = at;
  const limit = limitOf(call, at);
  const grace = call.tools.startedAt() + Math.min(RESTART_GRACE_MS, limit);
  return job.deadline === null ? grace : Math.max(call.reach.deadline(job.deadline, limit), grace);
}

/** Milliseconds on `Clock.elapsed`; infinite where the step sets no end of its own. */
function endOfWait({ tools, reach }: StepAtWork, outcome: StepOutcome): number {
  if (outcome.kind !== 'wait' || outcome.within === undefined) return Number.POSITIVE_INFINITY;
  const { since, ms } = outcome.within;
  const began = tools.clock.elapsed() - reach.past.since(since);
  // What came while ingot was down was not seen: the whole of the grace, however short the wait.
  const grace = began < tools.startedAt() ? RESTART_GRACE_MS : 0;
  return Math.max(began + ms, tools.startedAt() + grace);
}

/** The outcome of one call; when the deadline cuts it off, that of a step that still waits. */
async function callWithin(deadline: number, call: StepAtWork, at: JobOnNode): Promise<StepOutcome> {
  const { tools, reach, definition } = call;
  const { clock, commits } = tools;
  const over = new AbortController();
  const finished = new AbortController();
  // Past the deadline a step still gets a moment: what it waits for may have come while ingot was down.
  const until = Math.max(deadline, clock.elapsed() + 1_000);
  const timer = createWakeable(clock)
    .sleepUntil(until, finished.signal)
    .then(() => over.abort(new Error('the time of this step is up')))
    .catch(() => undefined);
  try {
    return await callStep({
      ...at,
      definition,
      commits,
      clock,
      past: reach.past,
      settleMs: tools.settleMs,
      signal: AbortSignal.any([reach.signal, over.signal]),
      log: logOf(call),
    });
  } catch (thrown) {
    if (!over.signal.aborted || reach.signal.aborted || thrown instanceof Superseded) throw thrown;
    return { kind: 'wait', for: `the end of ${definition.does}`, pollMs: 0 };
  } finally {
    finished.abort(new Error('the call has ended'));
    await timer;
  }
}

async function outcomeOfSilence({ tools, first }: StepAtWork, waitingFor: string): Promise<StepOutcome> {
  const { job, node } = await tools.commits.read(first);
  return { kind: 'failed', ...(await tools.explain(node, { ...job, waiting_for: waitingFor })) };
}

async function commitOutcome(call: StepAtWork, job: JobRecord, outcome: StepOutcome): Promise<void> {
  const { commits } = call.tools;
  const log = logOf(call);
  switch (outcome.kind) {
    case 'done':
      try {
        await commits.done(job, outcome);
        log.info({}, outcome.note);
      } catch (thrown) {
        // A defect, such as an end that the graph has no edge for: tried again it would be met again, for ever.
        if (!(thrown instanceof IngotError) || thrown.code !== 'internal') throw thrown;
        log.error({ error: thrown.stack }, 'the end of a step failed by a defect');
        await commits.failed(job, { because: thrown.message, hint: thrown.hint });
      }
      return;
    case 'failed':
      await commits.failed(job, { ...outcome, fault: call.definition.fault?.(job) });
      log.warn({ hint: outcome.hint }, outcome.because);
      return;
    case 'retry':
      await commits.retry(job, outcome);
      log.warn({ again_in_ms: outcome.afterMs }, outcome.because);
      return;
    case 'wait':
      // Polling writes nothing: a thousand nodes that wait must not keep the disk busy.
      if (job.waiting_for !== outcome.for || job.attempt > 0) await commits.wait(job, outcome.for);
      return;
  }
}

function logOf({ tools, first, name }: StepAtWork): Log {
  return tools.log.child({ node: first.node_uuid, job: first.id, verb: first.verb, step: name });
}
