/** What an allocation does to its node, each inside one transaction: allocation, node and event move together. */
import { IngotError } from '../../errors.ts';
import type { AllocationRecord } from '../../store/records/allocation.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { Queries } from '../../store/store.ts';

/** The node is the allocation's. Throws `conflict` when the node, or the allocation's uuid, is in use elsewhere. */
export async function holdNode(
  queries: Queries,
  allocation: AllocationRecord,
  node: NodeRecord,
): Promise<AllocationRecord> {
  if (node.instance_uuid !== null && node.instance_uuid !== allocation.uuid) {
    const said = `Node ${node.uuid} is associated with instance ${node.instance_uuid}.`;
    throw new IngotError('conflict', said, { hint: 'Undeploy the node, or clear its instance_uuid, first.' });
  }
  await queries.nodes.update(node.uuid, {
    instance_uuid: allocation.uuid,
    allocation_uuid: allocation.uuid,
    instance_info: { ...node.instance_info, traits: allocation.traits },
  });
  const active = await queries.allocations.update(allocation.uuid, {
    state: 'active',
    node_uuid: node.uuid,
    last_error: null,
  });
  await queries.events.append({
    node_uuid: node.uuid,
    kind: 'allocation.active',
    message: `The node was given to allocation ${allocation.name ?? allocation.uuid}`,
    data: { allocation_uuid: allocation.uuid },
  });
  return active;
}

/** For a node that was deployed without an allocation. Throws `invalid_state` when it does not fit. */
export async function backfill(
  queries: Queries,
  allocation: AllocationRecord,
  node: NodeRecord,
): Promise<AllocationRecord> {
  const problems = misfits(allocation, node);
  if (problems.length === 0) return await holdNode(queries, allocation, node);
  const error = `Cannot backfill an allocation for node ${node.uuid}: ${problems.join('; ')}`;
  throw new IngotError('invalid_state', failureText(allocation.uuid, error), {
    hint: 'Leave "node" out to have a free node chosen.',
  });
}

function misfits(allocation: AllocationRecord, node: NodeRecord): readonly string[] {
  const { resource_class: wanted, traits, candidate_nodes: candidates } = allocation;
  const problems: string[] = [];
  if (node.provision_state !== 'active')
    problems.push(`Node must be in the "active" state, but the current state is "${node.provision_state}"`);
  if (wanted !== null && node.resource_class !== wanted)
    problems.push(
      `Resource class ${node.resource_class ?? 'None'} does not match the requested resource class ${wanted}`,
    );
  if (!traits.every((trait) => node.traits.includes(trait)))
    problems.push(
      `List of traits ${node.traits.join(', ')} does not match the requested traits ${traits.join(', ')}`,
    );
  if (candidates.length > 0 && !candidates.includes(node.uuid))
    problems.push(
      `Candidate nodes must be empty or contain the target node, but got ${candidates.join(', ')}`,
    );
  return problems;
}

/** Ironic's sentence for an allocation that got no node. */
export function failureText(uuid: string, because: string): string {
  return `Failed to process allocation ${uuid}: ${because}.`;
}

/** The allocation is gone, and its node, if it had one, is nobody's. */
export async function release(queries: Queries, allocation: AllocationRecord): Promise<void> {
  await queries.allocations.delete(allocation.uuid);
  if (allocation.node_uuid !== null)
    await queries.nodes.update(allocation.node_uuid, { instance_uuid: null });
  await queries.events.append({
    node_uuid: allocation.node_uuid,
    kind: 'allocation.deleted',
    message: `The allocation ${allocation.name ?? allocation.uuid} was removed`,
    data: { allocation_uuid: allocation.uuid },
  });
}
