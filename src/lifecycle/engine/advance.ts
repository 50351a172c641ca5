/** How a job goes from one step to the next and to its end. Everything here runs inside a transaction. */
import type { JobRecord, JobStep } from '../../store/records/job.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { JobPatch, NodePatch, Queries } from '../../store/store.ts';
import { edgeFrom } from '../graph/graph.ts';
import { EDGES, type GraphEvent } from '../graph/graph-edges.ts';
import { askedBy, bring, failureEvent, moveNode } from '../graph/move-node.ts';
import { giveUpJob } from './give-up.ts';
import type { Explanation, Fault, Steps } from './step.ts';

export type Ending = {
  /** The edge to take when the last step is done; null for jobs that do not move the node. */
  readonly end: GraphEvent | null;
  /** Steps that tidy up after a failure. */
  readonly afterFailure: readonly JobStep[];
  /** Steps that tidy up after an abort. */
  readonly afterAbort: (at: JobOnNode) => readonly JobStep[];
  /** They are work of their own, which gives the machine back as it was. */
  readonly givesBack: boolean;
};

export type JobOnNode = { readonly job: JobRecord; readonly node: NodeRecord };

/** The step columns of a job whose cursor moves at `now` (ISO 8601). */
export function freshStep(now: string): JobPatch {
  return {
    attempt: 0,
    scratch: {},
    waiting_for: null,
    wake_at: null,
    deadline: null,
    progress: null,
    step_started_at: now,
  };
}

export type Advance = {
  /**
   * Brings the node into the state that the job's current step wants. While a job tidies up it stays where it is; while
   * one that was aborted gives the machine back, ingot is at work on it.
   */
  placeNode(queries: Queries, at: JobOnNode): Promise<NodeRecord>;
  /** Brings the node into the state that the current step wants, or ends the job when no step is left. */
  enterStep(queries: Queries, at: JobOnNode): Promise<void>;
  /** The current step failed: the job goes on with the steps that tidy up, then ends as failed. */
  failStep(queries: Queries, at: JobOnNode, failure: Explanation): Promise<void>;
  /**
   * Ends the job at its current step, by an operator's wish: it goes on as after a failure. `when`: follows "was
   * aborted by request".
   */
  abort(queries: Queries, at: JobOnNode, when?: string): Promise<void>;
  /** Ends a job that cannot be worked on, nor be tidied up after: its row, or its node's, cannot be read. */
  giveUp(queries: Queries, id: number, failure: Explanation): Promise<void>;
};

/** A failure of these, while an abort tidies up, leaves the machine where it was to be all the same. */
const FOR_THE_RECORD: ReadonlySet<string> = new Set(['collect-logs']);

/** The edge that leads where the node is heading: cleaning ends in one of two states. */
function arrival({ provision_state, target_provision_state }: NodeRecord): GraphEvent | null {
  const edge = EDGES.find(
    ({ from, to, by }) => from === provision_state && to === target_provision_state && by === 'ingot',
  );
  return edge?.event ?? null;
}

/**
 * An operator who has put the node into maintenance has said why: that stays. The reason is read by the lessee, too,
 * who is not told the error: it may name BMCs.
 */
function faulty(node: NodeRecord, fault: Fault): NodePatch {
  const reason = `ingot put it there for a ${fault}; last_error says what failed`;
  return { maintenance: true, maintenance_reason: node.maintenance_reason ?? reason, fault };
}

/** From where it waited or was held: nobody waits for the agent, or for an operator, any more. */
async function takeBack(queries: Queries, node: NodeRecord): Promise<NodeRecord> {
  const because = 'It was aborted by request, and the machine is given back.';
  let at = node;
  for (const event of ['unhold', 'resume'] as const)
    if (edgeFrom(at.provision_state, event) !== null) at = await moveNode(queries, at, { event, because });
  return at;
}

export type AdvanceOptions = {
  readonly steps: Steps;
  readonly endingOf: (verb: string) => Ending;
  /** ISO 8601. */
  readonly now: () => string;
};

export function createAdvance({ steps, endingOf, now }: AdvanceOptions): Advance {
  const endWell = async (queries: Queries, { job, node }: JobOnNode): Promise<void> => {
    const { end } = endingOf(job.verb);
    await queries.jobs.update(job.id, { status: 'done' });
    const patch: NodePatch = { target_power_state: null };
    if (end === null) await queries.nodes.update(node.uuid, patch);
    else {
      const working = await bring(queries, node, 'working');
      await moveNode(queries, working, { event: arrival(working) ?? end, patch, askedBy: job.asked_by });
    }
    await queries.events.append({
      node_uuid: node.uuid,
      kind: 'job.done',
      message: `The job "${job.verb}" is done.`,
      data: { job: job.id, verb: job.verb, ...askedBy(job.asked_by) },
    });
  };

  const endFailed = async (queries: Queries, { job, node }: JobOnNode): Promise<void> => {
    await queries.jobs.update(job.id, { status: 'failed' });
    const patch: NodePatch = { last_error: job.error, target_power_state: null };
    const event = failureEvent(node);
    if (endingOf(job.verb).end === null || event === null) {
      await queries.nodes.update(node.uuid, patch);
      return;
    }
    const because = job.abort === 'now' && job.error !== null ? { because: job.error } : {};
    const failed = await moveNode(queries, node, { event, patch, askedBy: job.asked_by, ...because });
    // A service that was aborted, and whose machine has its own system back, has not failed.
    if (job.abort === 'now' && edgeFrom(failed.provision_state, 'abort') !== null)
      await moveNode(queries, failed, { event: 'abort' });
  };

  const placeNode: Advance['placeNode'] = async (queries, { job, node }) => {
    const place = steps[job.steps[job.cursor]?.name ?? '']?.place ?? 'working';
    if (job.error === null) return await bring(queries, node, place);
    return job.abort === 'now' && endingOf(job.verb).givesBack ? await takeBack(queries, node) : node;
  };

  const enterStep: Advance['enterStep'] = async (queries, at) => {
    if (at.job.cursor < at.job.steps.length) await placeNode(queries, at);
    else await (at.job.error === null ? endWell(queries, at) : endFailed(queries, at));
  };

  const failStep: Advance['failStep'] = async (queries, { job, node }, { because, hint, fault }) => {
    const tidying = job.error !== null;
    const cursor = job.cursor + 1;
    const error = job.error ?? `${because} ${hint}`.trim();
    const told = await queries.nodes.update(node.uuid, {
      last_error: error,
      ...(fault === undefined ? {} : faulty(node, fault)),
    });
    const { afterFailure, afterAbort } = endingOf(job.verb);
    const aborted = job.abort === 'now';
    const tidy = [...job.steps.slice(0, cursor), ...(aborted ? afterAbort({ job, node }) : afterFailure)];
    const name = job.steps[job.cursor]?.name ?? null;
    const moved = await queries.jobs.update(job.id, {
      ...freshStep(now()),
      cursor,
      error,
      steps: tidying ? job.steps : tidy,
      // An abort that waited for a step which then failed by itself is overtaken by that.
      abort: aborted && (!tidying || FOR_THE_RECORD.has(name ?? '')) ? 'now' : null,
    });
    await queries.events.append({
      node_uuid: node.uuid,
      kind: tidying ? 'job.tidy_failed' : 'job.failed',
      severity: tidying ? 'warning' : 'error',
      message: because,
      data: { job: job.id, verb: job.verb, step: name, hint, ...askedBy(job.asked_by) },
    });
    if (fault !== undefined && !node.maintenance) {
      await queries.events.append({
        node_uuid: node.uuid,
        kind: 'maintenance.on',
        severity: 'warning',
        message: `Maintenance was switched on by the ${fault}.`,
        data: { fault: fault },
      });
    }
    await enterStep(queries, { job: moved, node: told });
  };

  const abort: Advance['abort'] = async (queries, { job, node }, when = '') => {
    const aborted = await queries.jobs.update(job.id, { abort: 'now' });
    const because = `The job "${job.verb}" was aborted by request${when}.`;
    await failStep(queries, { job: aborted, node }, { because, hint: '' });
  };

  const giveUp: Advance['giveUp'] = (queries, id, failure) =>
    giveUpJob(queries, id, { ...failure, movesNode: (verb) => endingOf(verb).end !== null });

  return { placeNode, enterStep, failStep, abort, giveUp };
}
