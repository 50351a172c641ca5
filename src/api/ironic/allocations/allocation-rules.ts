/** When a node lets go of its allocation (ironic/conductor/allocations.py, manager.py). */
import { IngotError } from '../../../errors.ts';
import { release } from '../../../lifecycle/allocations/hold.ts';
import { waitForJob } from '../../../lifecycle/graph/verbs.ts';
import type { AllocationRecord } from '../../../store/records/allocation.ts';
import type { NodeRecord } from '../../../store/records/node.ts';
import type { Queries } from '../../../store/store.ts';
import { IDENTITY_STATES, mayBePatched, mayChangeIdentity } from '../nodes/node-rules.ts';

/** Throws `conflict` when the node's state does not let go of its allocation. Pure. */
export function refuseRelease(node: NodeRecord, { uuid }: Pick<AllocationRecord, 'uuid'>): void {
  if (node.maintenance) return;
  const start = `Cannot remove allocation ${uuid} for node ${node.uuid}, because the node is`;
  if (!mayBePatched(node)) {
    throw new IngotError(
      'conflict',
      `${start} in state ${node.provision_state} where updates are not allowed (and maintenance mode is off)`,
      { hint: waitForJob(node) },
    );
  }
  if (node.provision_state !== 'active') return;
  throw new IngotError('conflict', `${start} active (and maintenance mode is off)`, {
    hint: 'Undeploy the node: that takes its allocation along.',
  });
}

/** Who clears the `instance_uuid` of a node gives its allocation up. Throws `conflict` when the state forbids it. */
export async function giveUpAllocation(queries: Queries, node: NodeRecord): Promise<void> {
  const allocation = await queries.allocations.ofNode(node.uuid);
  if (allocation === null) return;
  if (mayChangeIdentity(node)) return await release(queries, allocation);
  throw new IngotError(
    'conflict',
    `Node ${node.uuid} with an allocation can not have instance_uuid removed unless it is in one of allowed ` +
      `(${[...IDENTITY_STATES].join(', ')}) states or in maintenance mode. Current state is '${node.provision_state}'.`,
    { hint: 'Undeploy the node: that takes its allocation along.' },
  );
}
