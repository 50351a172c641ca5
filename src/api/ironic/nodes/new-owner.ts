/** When a node may get another owner (ironic/api/controllers/v1/node.py). */
import { IngotError } from '../../../errors.ts';
import type { NodeRecord } from '../../../store/records/node.ts';
import type { Queries } from '../../../store/store.ts';
import { allows } from '../../access/policies.ts';
import type { Principal } from '../../access/principal.ts';
import type { PatchOperation } from '../../schemas/patch.ts';

/** As in Ironic, taking the owner away is no such change. */
export function givesOwner(patch: readonly PatchOperation[]): boolean {
  return patch.some(({ op, path }) => op !== 'remove' && path === '/owner');
}

/** Throws `conflict` while another's instance runs on the node, unless the caller may do it all the same. */
export async function refuseNewOwner(
  { allocations }: Pick<Queries, 'allocations'>,
  node: NodeRecord,
  viewer: Principal,
): Promise<void> {
  if (node.provision_state === 'active' && !allows(viewer, 'node:update_owner_provisioned', node)) {
    throw new IngotError(
      'conflict',
      `Cannot update owner of node "${node.uuid}" while it is in state "active".`,
      { hint: 'Ask an admin of the site, or take the instance off first.' },
    );
  }
  const allocation = node.allocation_uuid === null ? null : await allocations.find(node.allocation_uuid);
  if ((allocation?.owner ?? null) === null) return;
  throw new IngotError(
    'conflict',
    `Cannot update owner of node "${node.uuid}" while it is allocated to an allocation with an  owner.`,
    { hint: `Delete the allocation ${node.allocation_uuid ?? ''} first.` },
  );
}
