/**
 * What a call of a step leaves behind: one transaction each, holding the job's row, the node's state and the
 * event that explains it.
 */
import type { JsonObject } from '../../json.ts';
import type { NewEvent } from '../../store/records/event.ts';
import type { JobRecord, Progress } from '../../store/records/job.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { JobPatch, NodePatch, Queries, Store } from '../../store/store.ts';
import { moveNode } from '../graph/move-node.ts';
import { titleOf } from '../plans/deploy-steps.ts';
import { uncuttableOf } from '../plans/in-band-steps.ts';
import { type Advance, freshStep, type JobOnNode } from './advance.ts';
import type { Explanation, Retry, StepOutcome } from './step.ts';

/** Thrown when the job was ended, or moved on, by somebody else: what this call found out no longer counts. */
export class Superseded extends Error {}

/** Where in a job a call was begun; what it wants to commit counts only while the job is still there. */
export type Position = Pick<JobRecord, 'id' | 'cursor'>;

type Wait = Pick<Extract<StepOutcome, { kind: 'wait' }>, 'for' | 'warning'> & {
  /** Of the job's row, besides. */
  readonly patch: JobPatch;
};
type Done = Extract<StepOutcome, { kind: 'done' }>;

/** When a step began, and when its time is up. */
export type Begun = Pick<JobRecord, 'step_started_at' | 'deadline'>;

export type Commits = {
  read(position: Position): Promise<JobOnNode>;
  /** The step begins: its deadline stands from now. */
  begin(position: Position, times: Begun): Promise<void>;
  save(position: Position, scratch: JsonObject, patch: NodePatch): Promise<JobOnNode>;
  progress(position: Position, progress: Progress): Promise<void>;
  wait(position: Position, wait: Wait): Promise<void>;
  /** As `wait`, of a step that is not called yet: its count of tries and its back-off stay. */
  queue(position: Position, waitingFor: string): Promise<void>;
  retry(position: Position, outcome: Retry): Promise<void>;
  /**
   * Moves on to the next step, which begins with the same transaction where `next` has times for it. Resolves with the
   * job at that step, or null when it did not begin.
   */
  done(
    position: Position,
    outcome: Done,
    next: (standing: JobOnNode) => Begun | null,
  ): Promise<JobOnNode | null>;
  failed(position: Position, failure: Explanation): Promise<void>;
};

/** Every method throws `Superseded` when the job is no longer at the position. */
export function createCommits(store: Store, advance: Advance, now: () => number): Commits {
  const timestamp = (ms: number = now()): string => new Date(ms).toISOString();

  const read = async (queries: Queries, position: Position): Promise<JobOnNode> => {
    const job = await queries.jobs.get(position.id);
    const node = job === null ? null : await queries.nodes.get(job.node_uuid);
    if (job?.status !== 'running' || job.cursor !== position.cursor || node === null) throw new Superseded();
    return { job, node };
  };

  const at = <T>(position: Position, work: (queries: Queries, found: JobOnNode) => Promise<T>): Promise<T> =>
    store.transaction(async (queries) => await work(queries, await read(queries, position)));

  return {
    read: (position) => read(store, position),

    begin: (position, times) =>
      at(position, async (queries, { job, node }) => {
        await queries.jobs.update(job.id, { ...times, waiting_for: null });
        await queries.events.append(started({ job, node }));
      }),

    save: (position, scratch, patch) =>
      at(position, async (queries, { job, node }): Promise<JobOnNode> => {
        const saved = await queries.jobs.update(job.id, { scratch: { ...job.scratch, ...scratch } });
        const changed = Object.keys(patch).length > 0;
        return { job: saved, node: changed ? await queries.nodes.update(node.uuid, patch) : node };
      }),

    progress: (position, progress) =>
      at(position, async (queries, { job, node }) => {
        await queries.jobs.update(job.id, { progress });
        await queries.events.append({
          node_uuid: node.uuid,
          kind: 'job.progress',
          severity: 'debug',
          message: `${stepName(job)}: ${progress.percent} percent.`,
          data: { job: job.id, step: stepName(job), ...progress },
        });
      }),

    wait: (position, { for: awaited, warning, patch }) =>
      at(position, async (queries, { job, node }) => {
        await queries.jobs.update(job.id, { ...patch, waiting_for: awaited, attempt: 0, wake_at: null });
        if (warning === undefined || job.waiting_for === awaited) return;
        await queries.events.append({
          node_uuid: node.uuid,
          kind: 'job.waits',
          severity: 'warning',
          message: warning,
          data: { job: job.id, verb: job.verb, step: stepName(job) },
        });
      }),

    queue: (position, waitingFor) =>
      at(position, async (queries, { job }) => {
        await queries.jobs.update(job.id, { waiting_for: waitingFor });
      }),

    retry: (position, { afterMs, because, code, hint }) =>
      at(position, async (queries, { job, node }) => {
        const attempt = job.attempt + 1;
        await queries.jobs.update(job.id, {
          attempt,
          wake_at: timestamp(now() + afterMs),
          waiting_for: `another try, because: ${because}`,
        });
        await queries.events.append({
          node_uuid: node.uuid,
          kind: 'job.step_retry',
          severity: 'warning',
          message: `${stepName(job)} is tried again in ${afterMs / 1000} s: ${because}`,
          data: { job: job.id, step: stepName(job), attempt, code, hint },
        });
      }),

    done: (position, outcome, next) =>
      at(position, async (queries, { job, node: before }) => {
        const cursor = job.cursor + 1;
        const insert = outcome.insert ?? [];
        const left = job.steps.slice(cursor).filter((step) => outcome.without?.(step) !== true);
        const past = job.steps
          .slice(0, cursor)
          .map((step, at) =>
            at === job.cursor ? { ...step, args: { ...step.args, ...outcome.found } } : step,
          );
        const steps = [...past, ...insert, ...left];
        const patch = typeof outcome.patch === 'function' ? outcome.patch(before) : outcome.patch;
        let node: NodeRecord = before;
        if (patch !== undefined) node = await queries.nodes.update(node.uuid, patch);
        await outcome.also?.(queries);
        // What goes along may have changed the node too, such as an allocation that is given back.
        if (outcome.also !== undefined) node = (await queries.nodes.get(node.uuid)) ?? node;
        await queries.events.append({
          node_uuid: node.uuid,
          kind: 'job.step_done',
          message: outcome.note,
          data: { job: job.id, verb: job.verb, step: stepName(job) },
        });
        if (outcome.move !== undefined) {
          const target = outcome.target === undefined ? {} : { target: outcome.target };
          node = await moveNode(queries, node, { event: outcome.move, ...target });
        }
        const ended = uncuttableOf(job.steps[job.cursor]);
        if (job.abort === 'after_step' && uncuttableOf(steps[cursor]) === null) {
          const when = ended === null ? '' : `, after the step ${titleOf(ended)} had ended`;
          await advance.abort(queries, { job, node }, when);
          return null;
        }
        const fresh = { ...freshStep(timestamp()), cursor, steps };
        if (cursor >= steps.length) {
          const ended = await queries.jobs.update(job.id, fresh);
          await advance.enterStep(queries, { job: ended, node });
          return null;
        }
        node = await advance.placeNode(queries, { job: { ...job, ...fresh }, node });
        const begun = next({ job: { ...job, ...fresh }, node });
        const moved = await queries.jobs.update(job.id, { ...fresh, ...begun });
        if (begun === null) return null;
        await queries.events.append(started({ job: moved, node }));
        return { job: moved, node };
      }),

    failed: (position, failure) =>
      at(position, (queries, found) => advance.failStep(queries, found, failure)),
  };
}

function started({ job, node }: JobOnNode): NewEvent {
  const [name, number, of] = [stepName(job), job.cursor + 1, job.steps.length];
  return {
    node_uuid: node.uuid,
    kind: 'job.step_started',
    severity: 'debug',
    message: `Step ${number} of ${of} of "${job.verb}": ${name}.`,
    data: { job: job.id, verb: job.verb, step: name, number, of },
  };
}

function stepName(job: JobRecord): string {
  return job.steps[job.cursor]?.name ?? '?';
}
