/** Moves a node along the provision graph, with the event that tells it. */
import { IngotError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import type { NewEvent } from '../../store/records/event.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { BareNode, NodePatch, Queries } from '../../store/store.ts';
import type { ProvisionState } from '../../store/words.ts';
import { edgeFrom, targetOf } from './graph.ts';
import type { Edge, GraphEvent } from './graph-edges.ts';

/** In these no inspection is under way any more, and as in Ironic none has a beginning then. */
const ENDS_INSPECTION: ReadonlySet<ProvisionState> = new Set(['manageable', 'inspect failed']);

type Move = {
  readonly event: GraphEvent;
  /** Where the node is heading now; without it the graph says. */
  readonly target?: ProvisionState;
  readonly patch?: NodePatch;
  readonly because?: string;
  /** Who asked for it, as `JobRecord.asked_by`. */
  readonly askedBy?: string | null;
};

/** Call it inside a transaction: the patch, the state and the event belong together. */
export async function moveNode(queries: Queries, node: NodeRecord, move: Move): Promise<NodeRecord> {
  const { patch, told } = moveOf(node, move);
  const moved = await queries.nodes.update(node.uuid, patch);
  await queries.events.append(told);
  return moved;
}

/** What a move writes. Pure. Throws `internal` where the graph has no such edge. */
export function moveOf(node: BareNode, move: Move): { readonly patch: NodePatch; readonly told: NewEvent } {
  const edge = edgeFrom(node.provision_state, move.event);
  if (edge === null) {
    throw new IngotError(
      'internal',
      `The event "${move.event}" leads nowhere from state "${node.provision_state}" of node ${node.uuid}.`,
      { hint: 'This is a defect in ingot: please report it with the node’s history.' },
    );
  }
  const patch: NodePatch = {
    ...move.patch,
    ...(ENDS_INSPECTION.has(edge.to) ? { inspection_started_at: null } : {}),
    provision_state: edge.to,
    target_provision_state: headingAfter(node, edge, move.target),
  };
  const told: NewEvent = {
    node_uuid: node.uuid,
    kind: 'state.changed',
    severity: move.event === 'fail' ? 'error' : 'info',
    message: `From "${edge.from}" to "${edge.to}": ${move.because ?? edge.because}`,
    data: { from: edge.from, event: move.event, to: edge.to, ...askedBy(move.askedBy ?? null) },
  };
  return { patch, told };
}

/** By which a failed job leaves the node's state; out of a hold that is called abort. Null: it stays there. */
export function failureEvent({ provision_state }: BareNode): GraphEvent | null {
  return (['fail', 'abort'] as const).find((one) => edgeFrom(provision_state, one) !== null) ?? null;
}

/** For an event's data: who asked for what happened. */
export function askedBy(name: string | null): JsonObject {
  return name === null ? {} : { asked_by: name };
}

/** Where a step wants the node: in its auto state, in its wait state, or held for an operator. */
export type Place = 'working' | 'parked' | 'held';

const EVENT_TO: Readonly<Record<Place, GraphEvent>> = { working: 'resume', parked: 'wait', held: 'hold' };

/** Brings the node where the job's current step wants it. */
export async function bring(queries: Queries, node: NodeRecord, place: Place): Promise<NodeRecord> {
  const event = EVENT_TO[place];
  return edgeFrom(node.provision_state, event) === null ? node : await moveNode(queries, node, { event });
}

/** Manual cleaning ends elsewhere than automated cleaning: on its way a node keeps the target that its verb set. */
function headingAfter(node: BareNode, edge: Edge, asked: ProvisionState | undefined): ProvisionState | null {
  const ofGraph = targetOf(edge.to);
  if (ofGraph === null) return null;
  const goesOn = edge.by === 'ingot' || edge.event === 'unhold' || edge.event === 'abort';
  return asked ?? (goesOn ? node.target_provision_state : null) ?? ofGraph;
}
