/** When a node may be changed or deleted, by its state (ironic/common/states.py). Pure. */
import { IngotError } from '../../errors.ts';
import { isTransient } from '../../lifecycle/graph.ts';
import { waitForJob } from '../../lifecycle/verbs.ts';
import type { NodeRecord } from '../../store/records.ts';
import type { ProvisionState } from '../../store/words.ts';

/** States in which PATCH works although the node is on its way somewhere. */
const UPDATE_ALLOWED: ReadonlySet<ProvisionState> = new Set([
  'deploy failed',
  'inspect failed',
  'inspect wait',
  'clean failed',
  'error',
  'verifying',
  'adopt failed',
  'rescue failed',
  'unrescue failed',
  'service hold',
  'service failed',
]);

const DELETE_ALLOWED: readonly ProvisionState[] = ['manageable', 'enroll', 'adopt failed', 'available'];

/** Fields that decide what the hardware is; changed only while nothing is deployed on it. */
const IDENTITY_FIELDS: readonly string[] = ['driver', 'resource_class'];
const IDENTITY_STATES: ReadonlySet<ProvisionState> = new Set([
  'enroll',
  'inspecting',
  'inspect wait',
  'manageable',
  'available',
]);

/** Throws `conflict` when the node may not be patched in these fields now. */
export function refuseUpdate(node: NodeRecord, fields: readonly string[]): void {
  if (node.target_provision_state !== null && !UPDATE_ALLOWED.has(node.provision_state)) {
    throw new IngotError(
      'conflict',
      `Node "${node.uuid}" can not be updated while a state transition is in progress.`,
      { hint: `It is in "${node.provision_state}": wait until that ends, or abort it.` },
    );
  }
  const identity = fields.find((field) => IDENTITY_FIELDS.includes(field));
  if (identity === undefined || node.maintenance || IDENTITY_STATES.has(node.provision_state)) return;
  throw new IngotError(
    'conflict',
    `Node ${node.uuid} can not have "${identity}" updated unless it is in one of allowed ` +
      `(${[...IDENTITY_STATES].join(', ')}) states or in maintenance mode.`,
    { hint: `It is in "${node.provision_state}": undeploy it first, or set maintenance.` },
  );
}

/** Throws `conflict` when the node may not be deleted now. Maintenance overrides the state. */
export function refuseDelete(node: NodeRecord): void {
  if (node.instance_uuid !== null) {
    throw new IngotError('conflict', `Node ${node.uuid} is associated with instance ${node.instance_uuid}.`, {
      hint: 'Undeploy the node, or clear its instance_uuid, first.',
    });
  }
  if (node.maintenance || DELETE_ALLOWED.includes(node.provision_state)) return;
  throw new IngotError(
    'conflict',
    `Can not delete node "${node.uuid}" while it is in provision state "${node.provision_state}". ` +
      `Valid provision states to perform deletion are: "${DELETE_ALLOWED.join(', ')}"`,
    {
      hint: isTransient(node.provision_state)
        ? waitForJob(node)
        : 'Bring it there first (`ingot node undeploy`, `ingot node manage`), or set maintenance.',
    },
  );
}
