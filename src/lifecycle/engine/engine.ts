/**
 * The engine: takes up every unfinished job and works on it until it has ended. All that it decides is in the
 * store before anything follows from it, so killing it at any instant loses nothing.
 */
import type { Clock } from '../../clock.ts';
import { asIngotError, IngotError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { JobRecord } from '../../store/records/job.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { Queries, Store } from '../../store/store.ts';
import type { TimeLimit } from '../graph/graph.ts';
import type { Advance } from './advance.ts';
import { createCommits, Superseded } from './commit.ts';
import { endOfTries, pauseAfter } from './give-up.ts';
import { createMoment, createPast } from './moment.ts';
import { type JobTools, type Reach, runJob } from './run-job.ts';
import { createSlots } from './slots.ts';
import type { BoundaryHook, Explanation, SlotKind, Steps } from './step.ts';
import { countsFrom, deadlineAfterStart, limitOf } from './step-times.ts';
import { createWakeable } from './wake.ts';

/** How long a call that was aborted may take to end: the next job's step must not meet what it has begun. */
const SETTLE_MS = 5_000;
/** The same when ingot stops: no step follows, and what a cut-off call has done is seen at the next start. */
const STOP_SETTLE_MS = 300;
/** How long `stop` waits for all of that, and for what is being written. */
const STOP_GRACE_MS = 600;

export type EngineOptions = {
  readonly store: Store;
  readonly steps: Steps;
  readonly advance: Advance;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Readonly<Record<SlotKind, number>>;
  /** Seconds. */
  readonly timeouts: Readonly<Record<TimeLimit, number>>;
  readonly explain: (node: NodeRecord, job: JobRecord) => Promise<Explanation>;
  readonly boundary?: BoundaryHook | undefined;
};

export type Engine = {
  /** Takes up every unfinished job; later jobs by `take`. */
  start(): Promise<void>;
  /** Begins to work on a job that was just inserted. Harmless when it is worked on already. */
  take(job: JobRecord): void;
  /** Something about the node has changed: a step that waits looks again at once. */
  nudge(nodeUuid: string): void;
  /** The node's job was ended or failed in the store: what its step does just now is of no use any more. */
  interrupt(nodeUuid: string): void;
  /** Null for a job that nobody works on. */
  timesOf(job: JobRecord): StepTimes | null;
  stop(): Promise<void>;
};

/** How long the job's step has run, and how long it still may: milliseconds by a clock that nobody sets. */
export type StepTimes = {
  readonly ranMs: number;
  /** Null while it is not known, and for a step that may take for ever. */
  readonly leftMs: number | null;
  /** How many jobs have their turn before it, while it waits for a slot; else null. */
  readonly behind: number | null;
};

type Runner = Omit<Reach, 'signal' | 'onDue'> & {
  readonly nodeUuid: string;
  abort: AbortController;
  due: number | null;
};

/** Writes down the deadline that the job's step has from this start on, for the start after it, too. */
async function putOff(
  queries: Queries,
  id: number,
  tools: Pick<JobTools, 'steps' | 'timeouts' | 'clock'>,
): Promise<void> {
  const job = await queries.jobs.get(id);
  const node = job === null ? null : await queries.nodes.get(job.node_uuid);
  const definition = tools.steps[job?.steps[job.cursor]?.name ?? ''];
  if (definition === undefined || node === null || job === null || job.deadline === null) return;
  const before = { deadline: Date.parse(job.deadline), begun: countsFrom(job) };
  const limitMs = limitOf(tools, definition, { job, node });
  const deadline = deadlineAfterStart(before, { now: tools.clock.now(), limitMs });
  if (deadline !== before.deadline)
    await queries.jobs.update(job.id, { deadline: new Date(deadline).toISOString() });
}

export function createEngine(options: EngineOptions): Engine {
  const { store, clock, limits } = options;
  const log = options.log.child({ component: 'engine' });
  const runners = new Map<number, { readonly runner: Runner; readonly done: Promise<void> }>();
  const stopping = new AbortController();
  let startedAt = Number.NEGATIVE_INFINITY;

  const tools: JobTools = {
    ...options,
    log,
    commits: createCommits(store, options.advance, () => clock.now()),
    slots: {
      jobs: createSlots(limits.jobs),
      power_actions: createSlots(limits.power_actions),
      image_writes: createSlots(limits.image_writes),
    },
    startedAt: () => startedAt,
    settleMs: () => (stopping.signal.aborted ? STOP_SETTLE_MS : SETTLE_MS),
  };

  /** A job is never left without somebody working on it: what fails here is tried again, or ends the job. */
  const supervise = async (runner: Runner, id: number): Promise<void> => {
    let failed = { at: '', times: 0 };
    while (!stopping.signal.aborted) {
      const { signal } = runner.abort;
      try {
        const onDue = (due: number): void => {
          runner.due = due;
        };
        await runJob(id, tools, { ...runner, signal, onDue });
        return;
      } catch (error) {
        if (signal.aborted) runner.abort = new AbortController();
        if (signal.aborted || error instanceof Superseded) continue;
        log.error(
          { error: error instanceof Error ? error.stack : String(error), job: id, node: runner.nodeUuid },
          'working on a job failed; it is taken up again',
        );
        const known = asIngotError(error, 'Working on the job');
        const cursor = (await store.jobs.getBare(id).catch(() => null))?.cursor ?? null;
        // What failed in another way, as a full disk does, says nothing about this failure.
        const at = `${cursor} ${known.code}`;
        failed = { at, times: at === failed.at ? failed.times + 1 : 1 };
        const end = endOfTries(known, failed.times);
        if (end !== null && (await giveUp(id, end))) return;
        await clock.sleep(pauseAfter(failed.times), stopping.signal).catch(() => undefined);
      }
    }
  };

  /** False when even that could not be written. */
  const giveUp = async (id: number, end: Explanation): Promise<boolean> => {
    try {
      await store.transaction((queries) => options.advance.giveUp(queries, id, end));
      return true;
    } catch (error) {
      log.error({ error: String(error), job: id }, 'the job could not be ended either');
      return false;
    }
  };

  const take = (job: Pick<JobRecord, 'id' | 'node_uuid'>): void => {
    if (runners.has(job.id) || stopping.signal.aborted) return;
    const runner: Runner = {
      nodeUuid: job.node_uuid,
      wakeable: createWakeable(clock),
      deadline: createMoment(clock),
      wakeAt: createMoment(clock),
      past: createPast(clock),
      due: null,
      abort: new AbortController(),
    };
    // What an interrupted job still does to the machine ends before the next job touches it.
    const before = [...runners.values()].filter((one) => one.runner.nodeUuid === job.node_uuid);
    const done = Promise.allSettled(before.map((one) => one.done))
      .then(() => supervise(runner, job.id))
      .finally(() => runners.delete(job.id));
    runners.set(job.id, { runner, done });
  };

  const runnersOf = (nodeUuid: string): readonly Runner[] =>
    [...runners.values()].map(({ runner }) => runner).filter((runner) => runner.nodeUuid === nodeUuid);

  return {
    start: async () => {
      startedAt = clock.elapsed();
      const unfinished = await store.transaction(async (queries) => {
        const jobs = await queries.jobs.runningBare();
        for (const { id } of jobs)
          await putOff(queries, id, tools).catch((thrown: unknown) => {
            // One damaged row stops no other's job: its own job ends by it when it is taken up.
            if (!(thrown instanceof IngotError) || thrown.code !== 'damaged_row') throw thrown;
          });
        return jobs;
      });
      // Jobs in the middle of a step go first: they may hold what a slot stands for already.
      const begun = unfinished.filter((job) => job.deadline !== null);
      for (const job of [...begun, ...unfinished.filter((one) => one.deadline === null)]) take(job);
      if (unfinished.length > 0) log.info({ jobs: unfinished.length }, 'unfinished jobs were taken up');
    },
    take,
    nudge: (nodeUuid) => {
      for (const runner of runnersOf(nodeUuid)) runner.wakeable.nudge();
    },
    interrupt: (nodeUuid) => {
      for (const runner of runnersOf(nodeUuid)) runner.abort.abort(new Error('the job was ended or aborted'));
    },
    timesOf: (job) => {
      const runner = runners.get(job.id)?.runner;
      if (runner === undefined) return null;
      const { due, past } = runner;
      const places = Object.values(tools.slots).map((slots) => slots.before(job.id));
      return {
        behind: places.find((place) => place !== null) ?? null,
        ranMs: past.since(Date.parse(job.step_started_at)),
        leftMs: due === null || due === Number.POSITIVE_INFINITY ? null : due - clock.elapsed(),
      };
    },
    stop: async () => {
      stopping.abort(new Error('ingot is stopping'));
      for (const { runner } of runners.values()) runner.abort.abort(new Error('ingot is stopping'));
      const all = Promise.allSettled([...runners.values()].map(({ done }) => done));
      const patience = new AbortController();
      await Promise.race([all, clock.sleep(STOP_GRACE_MS, patience.signal).catch(() => undefined)]);
      patience.abort(new Error('stopped'));
    },
  };
}
