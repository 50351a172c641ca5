/** Takes one job from where it stands to its end: the loop over its steps, each within its time. */
import type { Clock } from '../../clock.ts';
import { asIngotError, ERROR_CODES } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { JobRecord } from '../../store/records/job.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { JobPatch, Store } from '../../store/store.ts';
import type { TimeLimit } from '../graph/graph.ts';
import type { JobOnNode } from './advance.ts';
import { type Commits, Superseded } from './commit.ts';
import type { Moment, Past } from './moment.ts';
import { LONGEST_BACK_OFF_MS } from './retry.ts';
import { callStepUntil } from './run-step.ts';
import type { Slots } from './slots.ts';
import type { BoundaryHook, Explanation, SlotKind, StepDefinition, StepOutcome, Steps } from './step.ts';
import { beginsNow, deadlineOf, endOfSilence, endOfWait, nextBegins } from './step-times.ts';
import { needsNoSlot, takeSlot } from './take-slot.ts';
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
  /** The start of this life of the daemon, in ms on `Clock.elapsed`. */
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

/** Resolves when the job has ended; rejects with the signal's reason, or with what made working impossible. */
export async function runJob(id: number, tools: JobTools, reach: Reach): Promise<void> {
  let release: (() => void) | null = null;
  let begun: JobOnNode | null = null;
  try {
    for (;;) {
      const job: JobRecord | null = begun?.job ?? (await tools.store.jobs.get(id));
      if (job?.status !== 'running') return;
      if (needsNoSlot(job, tools.steps)) {
        release?.();
        release = null;
      } else release ??= await takeSlot('jobs', job, { tools, reach });
      const step: StepToRun = { job, begun, mayGoOn: release !== null };
      begun = await runStep(step, { tools, reach }).catch(nullIfSuperseded);
    }
  } finally {
    release?.();
  }
}

function nullIfSuperseded(thrown: unknown): null {
  if (thrown instanceof Superseded) return null;
  throw thrown;
}

export type Surroundings = { readonly tools: JobTools; readonly reach: Reach };

type StepToRun = {
  readonly job: JobRecord;
  /** The same with its node, when the step has just begun with the end of the one before. */
  readonly begun: JobOnNode | null;
  /** The step after it may begin with its end: the job has its slot. */
  readonly mayGoOn: boolean;
};

/** Calls the current step until the cursor has moved. The job at the next step when that has begun, else null. */
async function runStep(
  { job, begun, mayGoOn }: StepToRun,
  { tools, reach }: Surroundings,
): Promise<JobOnNode | null> {
  const name = job.steps[job.cursor]?.name ?? 'none';
  const definition = tools.steps[name];
  if (definition === undefined) {
    await tools.commits.failed(job, {
      because: `This ingot has no step "${name}".`,
      hint: 'The job was begun by another version: ask for the verb again.',
    });
    return null;
  }
  const { slot } = definition;
  const release = slot === undefined ? null : await takeSlot(slot, job, { tools, reach });
  try {
    return await untilEnded({ tools, reach, name, definition, mayGoOn, first: job }, begun);
  } finally {
    release?.();
  }
}

export type StepAtWork = Surroundings & {
  readonly first: JobRecord;
  readonly name: string;
  readonly definition: StepDefinition;
  readonly mayGoOn: boolean;
};

async function untilEnded(call: StepAtWork, begun: JobOnNode | null): Promise<JobOnNode | null> {
  const { tools, reach, first, name } = call;
  try {
    for (let at = begun ?? (await afterBackOff(call)); ; at = await afterBackOff(call)) {
      const { ended, next } = await runStepOnce(call, at);
      if (ended) return next;
    }
  } catch (thrown) {
    if (reach.signal.aborted || thrown instanceof Superseded) throw thrown;
    const error = asIngotError(thrown, `Step ${name}`);
    // It passes, as a full disk does; until then nothing can be written of the step anyway.
    if (ERROR_CODES[error.code].blame === 'environment') throw thrown;
    // Anything else, such as a row that cannot be written, would be met again by each try, for ever.
    logOf(call).error({ error: error.stack, cause: String(error.cause ?? '') }, 'a step met a defect');
    const fault = call.definition.fault?.(first);
    await tools.commits.failed(first, { because: error.message, hint: error.hint, fault });
    return null;
  }
}

type Ended = {
  readonly ended: boolean;
  /** The job at the next step, when that has begun. */
  readonly next: JobOnNode | null;
};

async function runStepOnce(call: StepAtWork, found: JobOnNode): Promise<Ended> {
  const { tools, reach, first, name } = call;
  const { clock } = tools;
  const { at, begun } = begin(call, found);
  const deadline = deadlineOf(call, at);
  reach.onDue(call.definition.limit === 'never' ? Number.POSITIVE_INFINITY : deadline);

  await tools.boundary?.({ jobId: first.id, step: name, when: 'before' });
  const called = await callStepUntil(deadline, {
    ...at,
    definition: call.definition,
    commits: tools.commits,
    clock,
    past: reach.past,
    settleMs: tools.settleMs,
    signal: reach.signal,
    log: logOf(call),
  });
  // What the call has saved is there; nobody else writes to a running job's scratch.
  const now = called.kind === 'wait' && called.silentMs !== undefined ? await tools.commits.read(first) : at;
  const silence = endOfSilence(call, now, { outcome: called, deadline });
  const stepEnd = silence?.end ?? deadline;
  const end = Math.min(stepEnd, endOfWait(call, called));
  const due = called.kind === 'wait' && clock.elapsed() >= end;
  if (due) await begun;
  const outcome = due ? await outcomeOfSilence(call, called.for) : called;
  // Transactions keep their order: a step that ends at once is begun and ended with one flush.
  const [next] = await Promise.all([
    commitOutcome(call, at.job, { outcome, patch: silence?.patch ?? null }),
    begun,
  ]);
  await tools.boundary?.({ jobId: first.id, step: name, when: 'after', outcome: outcome.kind });

  if (outcome.kind === 'wait') {
    if (end !== deadline) reach.onDue(end);
    await reach.wakeable.sleepUntil(Math.min(clock.elapsed() + outcome.pollMs, end), reach.signal);
  }
  return { ended: outcome.kind === 'done' || outcome.kind === 'failed', next };
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
  const times = beginsNow(call.tools, call.definition, at);
  const begun = call.tools.commits.begin(call.first, times);
  // Heard of where it is awaited, which is not at all when the call itself has failed.
  begun.catch(() => undefined);
  return { at: { ...at, job: { ...at.job, ...times, waiting_for: null } }, begun };
}

async function outcomeOfSilence({ tools, first }: StepAtWork, waitingFor: string): Promise<StepOutcome> {
  const { job, node } = await tools.commits.read(first);
  return { kind: 'failed', ...(await tools.explain(node, { ...job, waiting_for: waitingFor })) };
}

/** The job at the next step, when that has begun. */
async function commitOutcome(
  call: StepAtWork,
  job: JobRecord,
  { outcome, patch }: { readonly outcome: StepOutcome; readonly patch: JobPatch | null },
): Promise<JobOnNode | null> {
  const { commits } = call.tools;
  const log = logOf(call);
  switch (outcome.kind) {
    case 'done': {
      const next = await commits.done(job, outcome, nextBegins(call));
      log.info({}, outcome.note);
      return next;
    }
    case 'failed':
      await commits.failed(job, { ...outcome, fault: call.definition.fault?.(job) });
      log.warn({ hint: outcome.hint }, outcome.because);
      return null;
    case 'retry':
      await commits.retry(job, outcome);
      log.warn({ again_in_ms: outcome.afterMs }, outcome.because);
      return null;
    case 'wait':
      // Polling writes nothing: a thousand nodes that wait must not keep the disk busy.
      if (job.waiting_for !== outcome.for || job.attempt > 0 || patch !== null)
        await commits.wait(job, { ...outcome, patch: patch ?? {} });
      return null;
  }
}

function logOf({ tools, first, name }: StepAtWork): Log {
  return tools.log.child({ node: first.node_uuid, job: first.id, verb: first.verb, step: name });
}
