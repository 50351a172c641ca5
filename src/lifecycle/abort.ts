/**
 * What an operator's `abort` does: to a job at once, or after a step that must not be cut; and after a failed service.
 */
import { IngotError } from '../errors.ts';
import type { JobRecord } from '../store/records/job.ts';
import type { NodeRecord } from '../store/records/node.ts';
import type { Queries } from '../store/store.ts';
import type { Advance } from './engine/advance.ts';
import { lockedBy } from './graph/verbs.ts';
import { titleOf } from './plans/deploy-steps.ts';
import { uncuttableOf } from './plans/in-band-steps.ts';
import { jobSteps, ownSystemSteps, POWER_VERB } from './plans/plans.ts';
import { stepsOfNode } from './plans/steps-of-node.ts';
import type { Accepted } from './requests.ts';

type Running = { readonly node: NodeRecord; readonly job: JobRecord };

/**
 * The running step fails at once, or ends first where it must not be cut; the job tidies up, then the node goes where
 * the graph says. Throws `node_locked` when the job tidies up already, or only switches the machine's power.
 */
export async function abortJob(
  queries: Queries,
  at: Running,
  { advance }: { readonly advance: Advance },
): Promise<Accepted> {
  const { node, job } = at;
  const accepted = { nodeUuid: node.uuid, job: null };
  // What only switches power was never meant: a service that failed is aborted when that has ended.
  if (job.error !== null || job.verb === POWER_VERB) throw lockedBy(node, job);
  const uncuttable = uncuttableOf(job.steps[job.cursor]);
  if (uncuttable === null) {
    await advance.abort(queries, at);
    return { ...accepted, interrupted: true };
  }
  if (job.abort === null) {
    await queries.jobs.update(job.id, { abort: 'after_step' });
    const step = titleOf(uncuttable);
    await queries.events.append({
      node_uuid: node.uuid,
      kind: 'job.abort_asked',
      message: `Abort was asked for: the job "${job.verb}" stops when the step ${step} has ended, which must not be cut.`,
      data: { job: job.id, verb: job.verb, step },
    });
  }
  return { ...accepted, interrupted: false };
}

/** For a verb that would take the job's place. Throws `node_locked` while a step runs that must not be cut. */
export function refuseToCut(node: NodeRecord, job: JobRecord): void {
  const uncuttable = uncuttableOf(job.steps[job.cursor]);
  if (uncuttable === null) return;
  const { code, message, hint } = lockedBy(node, job);
  const why = `The step ${titleOf(uncuttable)} must not be cut in its middle.`;
  throw new IngotError(code, message, { hint: `${why} ${hint}` });
}

/** In Ironic's words (ironic/conductor/manager.py, _do_abort). Throws `conflict`. */
export function refuseAbortInMaintenance(node: NodeRecord): void {
  if (!node.maintenance || node.provision_state !== 'service failed') return;
  throw new IngotError(
    'conflict',
    `Can not abort service on node "${node.uuid}" while it is in maintenance mode. Please remove the node from ` +
      'maintenance prior to issuing the request to abort the service operation.',
    { hint: `First: ingot node maintenance ${node.name ?? node.uuid} off` },
  );
}

/**
 * The job that gives a node of which a service failed its own system back; null where the service never took it away,
 * or an operator has switched the power since.
 */
export async function wayBack(queries: Queries, node: NodeRecord): Promise<JobRecord | null> {
  const last = await queries.jobs.lastOf(node.uuid);
  const planned = last?.verb === 'service' ? ownSystemSteps({ job: last, node }) : [];
  if (planned.length === 0) return null;
  const steps = await stepsOfNode(queries, node, jobSteps(planned));
  return await queries.jobs.insert({ node_uuid: node.uuid, verb: 'abort', steps });
}
