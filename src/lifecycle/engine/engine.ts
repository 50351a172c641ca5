/**
 * The engine: takes up every unfinished job and calls its steps until the job has ended. All that it decides
 * is in the store before anything follows from it, so killing it at any instant loses nothing.
 */
import type { Clock } from '../../clock.ts';
import { IngotError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { JobRecord, NodeRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { STATES, type TimeLimit } from '../graph.ts';
import { createCommits, type Ending, Superseded } from './commit.ts';
import { callStep } from './run-step.ts';
import { createSlots, type Slots } from './slots.ts';
import type { BoundaryHook, Explanation, SlotKind, StepDefinition, StepOutcome, Steps } from './step.ts';
import { createWakeable, type Wakeable } from './wake.ts';

/** After a start no deadline falls due before this: the agents need time to find us again. */
const RESTART_GRACE_MS = 300_000;
/** A runner that failed by a defect or a full disk tries again after this. */
const RUNNER_RETRY_MS = 5_000;
/** How long `stop` waits for steps that do not end. */
const STOP_GRACE_MS = 10_000;

export type EngineOptions = {
  readonly store: Store;
  readonly steps: Steps;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Readonly<Record<SlotKind, number>>;
  readonly timeouts: Readonly<Record<TimeLimit, number>>;
  /** How a job of this verb ends, well or badly. */
  readonly endingOf: (verb: string) => Ending;
  /** What was last seen and what to check, for the error of a step whose time is up. */
  readonly explain: (node: NodeRecord, job: JobRecord) => Promise<Explanation>;
  readonly hooks?: { readonly boundary?: BoundaryHook };
};

export type Engine = {
  /** Takes up every unfinished job; later jobs by `take`. */
  start(): Promise<void>;
  /** Begins to work on a job that was just inserted. Harmless when it is worked on already. */
  take(job: JobRecord): void;
  /** Something about the node has changed: a step that waits looks again at once. */
  nudge(nodeUuid: string): void;
  /** The node's job was ended in the store: stop what its step is doing. */
  interrupt(nodeUuid: string): void;
  stop(): Promise<void>;
};

type Runner = { readonly nodeUuid: string; readonly wakeable: Wakeable; readonly abort: AbortController };

export function createEngine(options: EngineOptions): Engine {
  const { store, clock, steps, timeouts } = options;
  const log = options.log.child({ component: 'engine' });
  const now = (): number => clock.now();
  const commits = createCommits(store, steps, now);
  const slots: Readonly<Record<SlotKind, Slots>> = {
    jobs: createSlots(options.limits.jobs),
    power_actions: createSlots(options.limits.power_actions),
    image_writes: createSlots(options.limits.image_writes),
  };
  const runners = new Map<number, Runner & { readonly done: Promise<void> }>();
  const stopping = new AbortController();
  let graceUntil = Number.NEGATIVE_INFINITY;

  const limitOf = (definition: StepDefinition, node: NodeRecord): number => {
    const state = STATES[node.provision_state];
    const ofState = state.kind === 'auto' || state.kind === 'wait' ? state.limit : 'power_s';
    return timeouts[definition.limit ?? ofState] * 1000;
  };

  /** Waits for a slot, telling so in the job when it takes a while. */
  const takeSlot = async (kind: SlotKind, job: JobRecord, signal: AbortSignal): Promise<() => void> => {
    if (slots[kind].full()) {
      const name = kind.replace('_', ' ');
      await commits.wait(job, `its turn: ${options.limits[kind]} ${name} at once is the limit`);
    }
    return await slots[kind].take(signal);
  };

  /** Calls the current step until it is done or failed. Returns when the cursor has moved. */
  const runStep = async (runner: Runner, first: JobRecord, definition: StepDefinition): Promise<void> => {
    const { signal } = runner.abort;
    const release = definition.slot === undefined ? null : await takeSlot(definition.slot, first, signal);
    try {
      let ended = false;
      while (!ended) ended = await runStepOnce(runner, first, definition);
    } finally {
      release?.();
    }
  };

  const runStepOnce = async (
    runner: Runner,
    first: JobRecord,
    definition: StepDefinition,
  ): Promise<boolean> => {
    const { signal } = runner.abort;
    const name = first.steps[first.cursor]?.name ?? '?';
    const ending = options.endingOf(first.verb);
    const hook = async (when: 'before' | 'after'): Promise<void> =>
      await options.hooks?.boundary?.({ jobId: first.id, step: name, when });

    let [job, node] = await read(first);
    if (job.attempt > 0 && job.wake_at !== null) await sleepThroughBackOff(job, signal);
    if (job.deadline === null) {
      await commits.begin(job, now() + limitOf(definition, node));
      [job, node] = await read(first);
    }
    const deadline = Math.max(
      job.deadline === null ? 0 : Date.parse(job.deadline),
      graceUntil - RESTART_GRACE_MS + Math.min(RESTART_GRACE_MS, limitOf(definition, node)),
    );

    await hook('before');
    const outcome = await callBounded(runner, { job, node, definition, deadline });
    const due = now() >= deadline && (outcome.kind === 'wait' || outcome.kind === 'retry');
    const result = due ? await outcomeOfSilence(job, outcome) : outcome;
    await commitOutcome(job, result, ending);
    await hook('after');

    if (result.kind === 'wait') {
      await runner.wakeable.sleepUntil(Math.min(now() + result.pollMs, deadline), signal);
    }
    return result.kind === 'done' || result.kind === 'failed';
  };

  const read = async (position: JobRecord): Promise<[JobRecord, NodeRecord]> => {
    const job = await store.jobs.get(position.id);
    const node = job === null ? null : await store.nodes.get(job.node_uuid);
    if (job?.status !== 'running' || job.cursor !== position.cursor || node === null) throw new Superseded();
    return [job, node];
  };

  /** A nudge does not shorten a back-off: it says nothing about the thing that failed. */
  const sleepThroughBackOff = async (job: JobRecord, signal: AbortSignal): Promise<void> => {
    const until = job.wake_at === null ? 0 : Date.parse(job.wake_at);
    while (now() < until) await createWakeable(clock).sleepUntil(until, signal);
  };

  type BoundedCall = { job: JobRecord; node: NodeRecord; definition: StepDefinition; deadline: number };
  const callBounded = async (runner: Runner, call: BoundedCall): Promise<StepOutcome> => {
    const over = new AbortController();
    const finished = new AbortController();
    const timeUp = async (): Promise<void> => {
      // Past the deadline a step still gets a moment: what it waits for may have come while ingot was down.
      const at = Math.max(call.deadline, now() + 1_000);
      await createWakeable(clock).sleepUntil(at, finished.signal);
      over.abort(new Error('the time of this step is up'));
    };
    const timer = timeUp().catch(() => undefined);
    const signal = AbortSignal.any([runner.abort.signal, over.signal]);
    const { job, node, definition } = call;
    try {
      return await callStep({ job, node, definition, commits, now, signal, log: jobLog(job) });
    } catch (thrown) {
      if (!over.signal.aborted || runner.abort.signal.aborted || thrown instanceof Superseded) throw thrown;
      return { kind: 'wait', for: definition.does, pollMs: 0 };
    } finally {
      finished.abort(new Error('the call has ended'));
      await timer;
    }
  };

  const outcomeOfSilence = async (job: JobRecord, outcome: StepOutcome): Promise<StepOutcome> => {
    const [freshJob, freshNode] = await read(job);
    const { because, hint } = await options.explain(freshNode, {
      ...freshJob,
      waiting_for: outcome.kind === 'wait' ? outcome.for : freshJob.waiting_for,
    });
    return { kind: 'failed', because, hint };
  };

  const commitOutcome = async (job: JobRecord, outcome: StepOutcome, ending: Ending): Promise<void> => {
    const fields = { step: job.steps[job.cursor]?.name, verb: job.verb };
    switch (outcome.kind) {
      case 'done':
        await commits.done(job, outcome, ending);
        jobLog(job).info(fields, outcome.note);
        return;
      case 'failed':
        await commits.failed(job, outcome, ending);
        jobLog(job).warn({ ...fields, hint: outcome.hint }, outcome.because);
        return;
      case 'retry':
        await commits.retry(job, outcome.afterMs, outcome.because);
        jobLog(job).warn({ ...fields, again_in_ms: outcome.afterMs }, outcome.because);
        return;
      case 'wait':
        // Polling writes nothing: a thousand nodes that wait must not keep the disk busy.
        if (job.waiting_for !== outcome.for || job.attempt > 0) await commits.wait(job, outcome.for);
        return;
    }
  };

  const runJob = async (runner: Runner, id: number): Promise<void> => {
    const queued = await store.jobs.get(id);
    if (queued?.status !== 'running') return;
    const release = await takeSlot('jobs', queued, runner.abort.signal);
    try {
      for (;;) {
        const job = await store.jobs.get(id);
        const step = job?.steps[job.cursor];
        if (job?.status !== 'running' || step === undefined) return;
        const definition = steps[step.name];
        if (definition === undefined) {
          await commitOutcome(job, unknownStep(step.name), options.endingOf(job.verb));
          continue;
        }
        await runStep(runner, job, definition).catch((thrown: unknown) => {
          if (!(thrown instanceof Superseded)) throw thrown;
        });
      }
    } finally {
      release();
    }
  };

  /** A job is never left without somebody working on it: what fails here is tried again. */
  const supervise = async (runner: Runner, id: number): Promise<void> => {
    const { signal } = runner.abort;
    while (!signal.aborted) {
      try {
        await runJob(runner, id);
        return;
      } catch (error) {
        if (signal.aborted || error instanceof Superseded) return;
        log.error({ error, job: id, node: runner.nodeUuid }, 'working on a job failed; it is taken up again');
        await clock.sleep(RUNNER_RETRY_MS, signal).catch(() => undefined);
      }
    }
  };

  const jobLog = (job: JobRecord): Log => log.child({ node: job.node_uuid, job: job.id });

  const take = (job: JobRecord): void => {
    if (runners.has(job.id) || stopping.signal.aborted) return;
    const abort = new AbortController();
    const runner: Runner = { nodeUuid: job.node_uuid, wakeable: createWakeable(clock), abort };
    const done = supervise(runner, job.id).finally(() => runners.delete(job.id));
    runners.set(job.id, { ...runner, done });
  };

  const runnersOf = (nodeUuid: string): readonly Runner[] =>
    [...runners.values()].filter((runner) => runner.nodeUuid === nodeUuid);

  return {
    start: async () => {
      graceUntil = now() + RESTART_GRACE_MS;
      const unfinished = await store.jobs.running();
      // Jobs in the middle of a step go first: they may hold a slot's work already.
      const begun = unfinished.filter((job) => job.deadline !== null);
      for (const job of [...begun, ...unfinished.filter((one) => one.deadline === null)]) take(job);
      if (unfinished.length > 0) log.info({ jobs: unfinished.length }, 'unfinished jobs were taken up');
    },
    take,
    nudge: (nodeUuid) => {
      for (const runner of runnersOf(nodeUuid)) runner.wakeable.nudge();
    },
    interrupt: (nodeUuid) => {
      for (const runner of runnersOf(nodeUuid)) runner.abort.abort(new Error('the job was ended'));
    },
    stop: async () => {
      stopping.abort(new Error('ingot is stopping'));
      for (const runner of runners.values()) runner.abort.abort(new Error('ingot is stopping'));
      const all = Promise.allSettled([...runners.values()].map((runner) => runner.done));
      const patience = new AbortController();
      await Promise.race([all, clock.sleep(STOP_GRACE_MS, patience.signal).catch(() => undefined)]);
      patience.abort(new Error('stopped'));
    },
  };
}

function unknownStep(name: string): StepOutcome {
  const error = new IngotError('internal', `This ingot has no step "${name}".`, {
    hint: 'The job was begun by another version: ask for the verb again.',
  });
  return { kind: 'failed', because: error.message, hint: error.hint };
}
