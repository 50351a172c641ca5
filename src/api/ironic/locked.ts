/** Which writes a node's job holds up: the job row is the node's lock, as Ironic's reservation. */
import { STATES } from '../../lifecycle/graph/graph.ts';
import { lockedBy } from '../../lifecycle/graph/verbs.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { Queries } from '../../store/store.ts';

/** Throws `node_locked` while a job of the node runs, also one that waits. */
export async function refuseWhileLocked(queries: Pick<Queries, 'jobs'>, node: NodeRecord): Promise<void> {
  const job = await queries.jobs.runningOf(node.uuid);
  if (job !== null) throw lockedBy(node, job);
}

/** As `refuseWhileLocked`, but not in a `... wait` state while the agent works: Ironic has no lock then either. */
export async function refuseWhileAtWork(queries: Pick<Queries, 'jobs'>, node: NodeRecord): Promise<void> {
  const job = await queries.jobs.runningOf(node.uuid);
  if (job === null) return;
  const waits = job.waiting_for !== null && STATES[node.provision_state].kind === 'wait';
  if (!waits) throw lockedBy(node, job);
}

/** As `refuseWhileAtWork`, for what hangs on a node. */
export async function refuseNodeLocked(
  queries: Pick<Queries, 'nodes' | 'jobs'>,
  nodeUuid: string,
): Promise<void> {
  const node = await queries.nodes.get(nodeUuid);
  if (node !== null) await refuseWhileAtWork(queries, node);
}
