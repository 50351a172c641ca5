/**
 * Every change that the engine makes to a job: one transaction each, holding the job's row, the node's state
 * and the event that explains it.
 */
import { IngotError } from '../../errors.ts';
import type { JobRecord, JobStep, JsonObject, NodeRecord, Progress } from '../../store/records.ts';
import type { JobPatch, NodePatch, Queries, Store } from '../../store/store.ts';
import { edgeFrom, targetOf } from '../graph.ts';
import type { GraphEvent } from '../graph-edges.ts';
import type { StepOutcome, Steps } from './step.ts';

/** Thrown when the job was ended, or moved on, by somebody else: what this call found out no longer counts. */
export class Superseded extends Error {}

export type Ending = {
  /** The edge to take when the last step is done; null for jobs that do not move the node. */
  readonly end: GraphEvent | null;
  /** Steps that tidy up after a failure. */
  readonly afterFailure: readonly JobStep[];
};

type Position = Pick<JobRecord, 'id' | 'cursor'>;
type Done = Extract<StepOutcome, { kind: 'done' }>;

/** Moves a node along the graph, with its event; the caller's patch goes with it. */
export async function moveNode(
  queries: Queries,
  node: NodeRecord,
  move: { readonly event: GraphEvent; readonly patch?: NodePatch; readonly because?: string },
): Promise<NodeRecord> {
  const edge = edgeFrom(node.provision_state, move.event);
  if (edge === null) {
    throw new IngotError(
      'internal',
      `The event "${move.event}" leads nowhere from state "${node.provision_state}" of node ${node.uuid}.`,
      { hint: 'This is a defect in ingot: please report it with the node’s history.' },
    );
  }
  const moved = await queries.nodes.update(node.uuid, {
    ...move.patch,
    provision_state: edge.to,
    target_provision_state: targetOf(edge.to),
  });
  await queries.events.append({
    node_uuid: node.uuid,
    kind: 'state.changed',
    severity: move.event === 'fail' ? 'error' : 'info',
    message: `From "${edge.from}" to "${edge.to}": ${move.because ?? edge.because}`,
    data: { from: edge.from, event: move.event, to: edge.to },
  });
  return moved;
}

/** Brings the node into or out of its wait state, as the job's current step wants it. */
export async function park(queries: Queries, node: NodeRecord, parked: boolean): Promise<NodeRecord> {
  const event = parked ? 'wait' : 'resume';
  return edgeFrom(node.provision_state, event) === null ? node : await moveNode(queries, node, { event });
}

export type Commits = ReturnType<typeof createCommits>;

export function createCommits(store: Store, steps: Steps, now: () => number) {
  const timestamp = (ms: number = now()): string => new Date(ms).toISOString();

  /** The job's row if it is still at this step; throws `Superseded` when not. */
  const current = async (queries: Queries, position: Position): Promise<[JobRecord, NodeRecord]> => {
    const job = await queries.jobs.get(position.id);
    const node = job === null ? null : await queries.nodes.get(job.node_uuid);
    if (job?.status !== 'running' || job.cursor !== position.cursor || node === null) throw new Superseded();
    return [job, node];
  };

  const freshStep = (): JobPatch => ({
    attempt: 0,
    scratch: {},
    waiting_for: null,
    wake_at: null,
    deadline: null,
    progress: null,
    step_started_at: timestamp(),
  });

  /** Ends the job when no step is left; else brings the node into the state that the next step wants. */
  const enterStep = async (
    queries: Queries,
    [job, node]: readonly [JobRecord, NodeRecord],
    ending: Ending,
  ): Promise<void> => {
    const step = job.steps[job.cursor];
    if (step !== undefined) {
      // While tidying up the node stays where it failed.
      if (job.error === null) await park(queries, node, steps[step.name]?.parked === true);
      return;
    }
    if (job.error !== null) {
      await endFailed(queries, [job, node], ending);
      return;
    }
    await queries.jobs.update(job.id, { status: 'done' });
    const resumed = await park(queries, node, false);
    const patch: NodePatch = { target_power_state: null };
    if (ending.end === null) await queries.nodes.update(node.uuid, patch);
    else await moveNode(queries, resumed, { event: ending.end, patch });
    await queries.events.append({
      node_uuid: node.uuid,
      kind: 'job.done',
      message: `The job "${job.verb}" is done.`,
      data: { job: job.id, verb: job.verb },
    });
  };

  const endFailed = async (
    queries: Queries,
    [job, node]: readonly [JobRecord, NodeRecord],
    ending: Ending,
  ): Promise<void> => {
    const patch: NodePatch = { last_error: job.error, target_power_state: null };
    await queries.jobs.update(job.id, { status: 'failed', waiting_for: null, wake_at: null });
    if (ending.end !== null && edgeFrom(node.provision_state, 'fail') !== null)
      await moveNode(queries, node, { event: 'fail', patch });
    else await queries.nodes.update(node.uuid, patch);
  };

  return {
    /** The step begins: its deadline runs from now. */
    begin: (position: Position, deadlineMs: number): Promise<void> =>
      store.transaction(async (queries) => {
        const [job, node] = await current(queries, position);
        const step = job.steps[job.cursor];
        await queries.jobs.update(job.id, {
          deadline: timestamp(deadlineMs),
          step_started_at: timestamp(),
          waiting_for: null,
        });
        await queries.events.append({
          node_uuid: node.uuid,
          kind: 'job.step_started',
          severity: 'debug',
          message: `Step ${job.cursor + 1} of ${job.steps.length} of "${job.verb}": ${step?.name ?? '?'}.`,
          data: { job: job.id, step: step?.name ?? null },
        });
      }),

    save: (position: Position, scratch: JsonObject, patch: NodePatch): Promise<[JobRecord, NodeRecord]> =>
      store.transaction(async (queries): Promise<[JobRecord, NodeRecord]> => {
        const [job, node] = await current(queries, position);
        const saved = await queries.jobs.update(job.id, { scratch: { ...job.scratch, ...scratch } });
        const changed = Object.keys(patch).length === 0 ? node : await queries.nodes.update(node.uuid, patch);
        return [saved, changed];
      }),

    progress: (position: Position, progress: Progress): Promise<void> =>
      store.transaction(async (queries) => {
        const [job, node] = await current(queries, position);
        await queries.jobs.update(job.id, { progress });
        await queries.events.append({
          node_uuid: node.uuid,
          kind: 'job.progress',
          severity: 'debug',
          message: `${job.steps[job.cursor]?.name ?? 'step'}: ${progress.percent} percent.`,
          data: { job: job.id, ...progress },
        });
      }),

    wait: (position: Position, waitingFor: string): Promise<void> =>
      store.transaction(async (queries) => {
        const [job] = await current(queries, position);
        await queries.jobs.update(job.id, { waiting_for: waitingFor, attempt: 0, wake_at: null });
      }),

    retry: (position: Position, afterMs: number, because: string): Promise<void> =>
      store.transaction(async (queries) => {
        const [job, node] = await current(queries, position);
        await queries.jobs.update(job.id, {
          attempt: job.attempt + 1,
          wake_at: timestamp(now() + afterMs),
          waiting_for: `another try, because: ${because}`,
        });
        await queries.events.append({
          node_uuid: node.uuid,
          kind: 'job.step_retry',
          severity: 'warning',
          message: `${job.steps[job.cursor]?.name ?? 'Step'} is tried again in ${afterMs / 1000} s: ${because}`,
          data: { job: job.id, step: job.steps[job.cursor]?.name ?? null, attempt: job.attempt + 1 },
        });
      }),

    done: (position: Position, outcome: Done, ending: Ending): Promise<void> =>
      store.transaction(async (queries) => {
        const [job, before] = await current(queries, position);
        const step = job.steps[job.cursor];
        const cursor = job.cursor + 1;
        const insert = outcome.insert ?? [];
        const moved = await queries.jobs.update(job.id, {
          ...freshStep(),
          cursor,
          steps: [...job.steps.slice(0, cursor), ...insert, ...job.steps.slice(cursor)],
        });
        let node = before;
        if (outcome.patch !== undefined) node = await queries.nodes.update(node.uuid, outcome.patch);
        await outcome.also?.(queries);
        await queries.events.append({
          node_uuid: node.uuid,
          kind: 'job.step_done',
          message: outcome.note,
          data: { job: job.id, verb: job.verb, step: step?.name ?? null },
        });
        if (outcome.move !== undefined) node = await moveNode(queries, node, { event: outcome.move });
        await enterStep(queries, [moved, node], ending);
      }),

    /** The step failed: the job goes on with the steps that tidy up, then ends as failed. */
    failed: (
      position: Position,
      failure: { readonly because: string; readonly hint: string },
      ending: Ending,
    ): Promise<void> =>
      store.transaction(async (queries) => {
        const [job, node] = await current(queries, position);
        const tidying = job.error !== null;
        const cursor = job.cursor + 1;
        const error = job.error ?? `${failure.because} ${failure.hint}`.trim();
        const told = await queries.nodes.update(node.uuid, { last_error: error });
        const moved = await queries.jobs.update(job.id, {
          ...freshStep(),
          cursor,
          error,
          steps: tidying ? job.steps : [...job.steps.slice(0, cursor), ...ending.afterFailure],
        });
        await queries.events.append({
          node_uuid: node.uuid,
          kind: tidying ? 'job.tidy_failed' : 'job.failed',
          severity: tidying ? 'warning' : 'error',
          message: failure.because,
          data: {
            job: job.id,
            verb: job.verb,
            step: job.steps[job.cursor]?.name ?? null,
            hint: failure.hint,
          },
        });
        await enterStep(queries, [moved, told], ending);
      }),
  };
}
