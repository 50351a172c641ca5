/** Jobs that nobody can work on: how often that is tried, and what is written when it is given up. */
import { ERROR_CODES, type IngotError } from '../../errors.ts';
import type { JobPatch, NodePatch, Queries } from '../../store/store.ts';
import { askedBy, failureEvent, moveOf } from '../graph/move-node.ts';
import { withoutFullStop } from './retry.ts';
import type { Explanation } from './step.ts';

/** Failures of one step of a job, of which none could be written down, after which the job is given up. */
const MOST_FAILURES = 6;
const FIRST_MS = 5_000;
const LONGEST_MS = 60_000;

/** How long to wait after the n-th failure in a row, counted from 1. Milliseconds. */
export function pauseAfter(failures: number): number {
  return Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
}

/** How the job ends after so many failures; null while it is tried again: for ever where the cause passes by itself. */
export function endOfTries(error: IngotError, failures: number): Explanation | null {
  if (failures < MOST_FAILURES || ERROR_CODES[error.code].blame === 'environment') return null;
  return {
    because: `${withoutFullStop(error.message)} (tried ${failures} times). The job was given up: what it had begun was not tidied up.`,
    hint: `${error.hint} Then look at the machine, and ask for the verb again.`,
  };
}

/** Whether its row can be read: what cannot is emptied, or the job would stand in the way of all that comes later. */
async function emptied(queries: Queries, id: number): Promise<JobPatch> {
  return await queries.jobs.get(id).then(
    () => ({}),
    () => ({ steps: [], cursor: 0, scratch: {}, progress: null }),
  );
}

/** Inside a transaction. The node's row may be unreadable as well as the job's, so neither is read back. */
export async function giveUpJob(
  queries: Queries,
  id: number,
  { because, hint, movesNode }: Explanation & { readonly movesNode: (verb: string) => boolean },
): Promise<void> {
  const job = await queries.jobs.getBare(id);
  const node = job === null ? null : await queries.nodes.getBare(job.node_uuid);
  if (job?.status !== 'running' || node === null) return;
  const error = `${because} ${hint}`.trim();
  await queries.jobs.updateUnread(id, { status: 'failed', error, ...(await emptied(queries, id)) });
  await queries.events.append({
    node_uuid: node.uuid,
    kind: 'job.failed',
    severity: 'error',
    message: because,
    data: { job: id, verb: job.verb, step: null, hint, ...askedBy(job.asked_by) },
  });
  const patch: NodePatch = { last_error: error, target_power_state: null };
  const event = failureEvent(node);
  if (event === null || !movesNode(job.verb)) return await queries.nodes.updateUnread(node.uuid, patch);
  const move = moveOf(node, { event, patch, because, askedBy: job.asked_by });
  await queries.nodes.updateUnread(node.uuid, move.patch);
  await queries.events.append(move.told);
}
