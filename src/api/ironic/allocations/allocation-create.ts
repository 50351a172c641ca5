/**
 * Asking for a node: for the site by anybody of it, for a project by its members, of the nodes that it owns or leases.
 */
import { randomUUID } from 'node:crypto';
import { IngotError } from '../../../errors.ts';
import { backfill } from '../../../lifecycle/allocations/hold.ts';
import type { AllocationRecord } from '../../../store/records/allocation.ts';
import type { Queries } from '../../../store/store.ts';
import type { Principal } from '../../access/principal.ts';
import { nodeInSight, visibleNode } from '../../access/visible-node.ts';
import type { AllocationCreate } from '../../schemas/allocation.ts';
import { asRequestFault } from '../idents.ts';
import { refuseWhileLocked } from '../locked.ts';

/**
 * A project's allocation is the project's, which bounds the nodes that it may get. Throws `forbidden` in Ironic's words
 * where it names another owner (its policy `allocation:create_restricted` is the site's). Pure.
 */
export function allocatedFor({ project }: Principal, body: AllocationCreate): AllocationCreate {
  if (project === null) return body;
  if (body.owner === null || body.owner === project) return { ...body, owner: project };
  throw new IngotError(
    'forbidden',
    `Cannot create allocation with an owner Project ID value ${body.owner} not matching the requester Project ID ` +
      `${project}. Policy baremetal:allocation:create_restricted is required for this capability.`,
    { hint: `Leave the owner out: your project ${project} becomes it.` },
  );
}

/** The allocation as it stands on disk: still `allocating`, or given the node that it names. */
export async function createAllocation(
  queries: Queries,
  principal: Principal,
  body: AllocationCreate,
): Promise<AllocationRecord> {
  const { node: named, uuid, candidate_nodes: asked, ...fields } = body;
  const node = named === null ? null : await asRequestFault(visibleNode(principal, queries, named));
  const resource_class = fields.resource_class ?? node?.resource_class ?? null;
  if (resource_class === null && node === null) {
    const said = 'The resource_class field is mandatory when not backfilling';
    throw new IngotError('invalid_input', said, { hint: 'Say which resource_class the node shall have.' });
  }
  const allocation = await queries.allocations.insert({
    ...fields,
    resource_class,
    candidate_nodes: await candidates(queries, principal, asked),
    // Who deployed a node without an allocation knows it by its instance already.
    uuid: uuid ?? node?.instance_uuid ?? randomUUID(),
  });
  await queries.events.append({
    node_uuid: null,
    kind: 'allocation.created',
    message: `A node was asked for by allocation ${allocation.name ?? allocation.uuid}`,
    data: { allocation_uuid: allocation.uuid },
  });
  if (node === null) return allocation;
  await refuseWhileLocked(queries, node);
  return await backfill(queries, allocation, node);
}

/** uuids of the nodes that are asked for by uuid or name. Those of others are not there. Throws `invalid_input`. */
async function candidates(
  queries: Queries,
  principal: Principal,
  asked: readonly string[],
): Promise<readonly string[]> {
  const found = await Promise.all(asked.map((ident) => nodeInSight(principal, queries, ident)));
  const missing = asked.filter((_, index) => found[index] === null);
  if (missing.length > 0)
    throw new IngotError('invalid_input', `Nodes cannot be found: ${missing.join(', ')}`, {
      hint: 'See `ingot node list` for those that there are.',
    });
  return found.flatMap((node) => (node === null ? [] : [node.uuid]));
}
