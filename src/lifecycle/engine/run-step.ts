/** One call of a step: builds its context, bounds it in time, turns what it throws into an outcome. */
import type { Clock } from '../../clock.ts';
import { asIngotError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { JobRecord, Progress } from '../../store/records/job.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import { type Commits, Superseded } from './commit.ts';
import type { Past } from './moment.ts';
import { outcomeOfError } from './retry.ts';
import type { StepContext, StepDefinition, StepOutcome } from './step.ts';
import { createWakeable } from './wake.ts';

/** Progress is written when it has grown by this many percent, so that a write of an image is ~50 commits. */
const PROGRESS_STEP_PERCENT = 2;

export type StepCall = {
  readonly job: JobRecord;
  readonly node: NodeRecord;
  readonly definition: StepDefinition;
  readonly commits: Commits;
  readonly clock: Clock;
  readonly past: Past;
  readonly log: Log;
  /** Aborts the call; its reason is thrown out of `callStep`. */
  readonly signal: AbortSignal;
  /** How long (ms) the call may take to end once it is aborted. */
  readonly settleMs: () => number;
};

/** As `callStep`; one that `deadline` (ms on `Clock.elapsed`) cuts off ends as a step that still waits. */
export async function callStepUntil(deadline: number, call: StepCall): Promise<StepOutcome> {
  const { clock, definition, signal } = call;
  const over = new AbortController();
  const finished = new AbortController();
  // Past the deadline a step still gets a moment: what it waits for may have come while ingot was down.
  const until = Math.max(deadline, clock.elapsed() + 1_000);
  const timer = createWakeable(clock)
    .sleepUntil(until, finished.signal)
    .then(() => over.abort(new Error('the time of this step is up')))
    .catch(() => undefined);
  try {
    return await callStep({ ...call, signal: AbortSignal.any([signal, over.signal]) });
  } catch (thrown) {
    if (!over.signal.aborted || signal.aborted || thrown instanceof Superseded) throw thrown;
    return { kind: 'wait', for: `the end of ${definition.does}`, pollMs: 0 };
  } finally {
    finished.abort(new Error('the call has ended'));
    await timer;
  }
}

/** Rejects with `Superseded`, or with the signal's reason; every other failure is an outcome. */
async function callStep(call: StepCall): Promise<StepOutcome> {
  const { job, commits, signal } = call;
  const step = job.steps[job.cursor];
  let { node } = call;
  let { scratch } = job;
  const progress = progressWriter(call);
  const context: StepContext = {
    node: () => node,
    job,
    args: step?.args ?? {},
    scratch: () => scratch,
    now: call.past.mark,
    since: call.past.since,
    save: async (facts, patch = {}) => {
      const saved = await commits.save(job, facts, patch);
      scratch = saved.job.scratch;
      node = saved.node;
    },
    progress: progress.report,
    signal,
    log: call.log,
  };
  try {
    signal.throwIfAborted();
    const outcome = await settleWhenAborted(call.definition.run(context), call);
    if (outcome.kind === 'wait' && outcome.progress !== undefined) progress.report(outcome.progress);
    return outcome;
  } catch (thrown) {
    if (thrown instanceof Superseded || signal.aborted) throw thrown;
    const error = asIngotError(thrown, `Step ${step?.name ?? '?'}`);
    if (error.code === 'internal')
      call.log.error({ error: error.stack, cause: String(error.cause ?? '') }, 'a step failed by a defect');
    return outcomeOfError(error, { attempt: job.attempt, patience: call.definition.patience?.(job) });
  } finally {
    await progress.settled();
  }
}

/**
 * An aborted call gets a moment to end, so that what it has begun (a request to the BMC that is on its way)
 * happens before the step that tidies up. One that does not heed its signal is left alone after that: it can
 * commit nothing more.
 */
async function settleWhenAborted<T>(
  work: Promise<T>,
  { clock, signal, log, settleMs }: StepCall,
): Promise<T> {
  const enough = new AbortController();
  const aborted = new Promise<'aborted'>((resolve) => {
    signal.addEventListener('abort', () => resolve('aborted'), { once: true, signal: enough.signal });
  });
  const ended = work.then(
    () => 'ended' as const,
    () => 'ended' as const,
  );
  try {
    if ((await Promise.race([ended, aborted])) === 'ended' && !signal.aborted) return await work;
    const waited_ms = settleMs();
    const patience = clock.sleep(waited_ms, enough.signal).catch(() => undefined);
    if ((await Promise.race([ended, patience])) === undefined) {
      log.warn({ waited_ms }, 'a call that was aborted does not end; it is left alone');
    }
    throw signal.reason as Error;
  } finally {
    enough.abort(new Error('the call has ended'));
  }
}

function progressWriter({ job, commits, log }: StepCall): {
  report(progress: Progress): void;
  settled(): Promise<void>;
} {
  let written = job.progress?.percent ?? Number.NEGATIVE_INFINITY;
  let last: Promise<void> = Promise.resolve();
  return {
    report: (progress) => {
      const news = progress.percent - written >= PROGRESS_STEP_PERCENT || progress.percent < written;
      if (!news && !(progress.percent === 100 && written !== 100)) return;
      written = progress.percent;
      last = last
        .then(() => commits.progress(job, progress))
        .catch((error: unknown) => {
          if (!(error instanceof Superseded))
            log.warn({ error: String(error) }, 'progress could not be written');
        });
    },
    settled: () => last,
  };
}
