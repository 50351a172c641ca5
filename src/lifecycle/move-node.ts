/** Moves a node along the provision graph, with the event that tells it. */
import { IngotError } from '../errors.ts';
import type { NodeRecord } from '../store/records.ts';
import type { NodePatch, Queries } from '../store/store.ts';
import { edgeFrom, targetOf } from './graph.ts';
import type { GraphEvent } from './graph-edges.ts';

/** Call it inside a transaction: the patch, the state and the event belong together. */
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
