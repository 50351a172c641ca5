/** When a node may be changed or deleted, by its state (ironic/common/states.py). Pure. */
import { IngotError } from '../../../errors.ts';
import type { JsonObject } from '../../../json.ts';
import { isTransient, STATES } from '../../../lifecycle/graph/graph.ts';
import { acceptsVerb, refuseProtected, undeployOf, waitForJob } from '../../../lifecycle/graph/verbs.ts';
import { INTERFACE_KINDS, interfaceOf } from '../../../lifecycle/interfaces.ts';
import type { NodeRecord } from '../../../store/records/node.ts';
import type { NodePatch } from '../../../store/store.ts';
import type { ProvisionState } from '../../../store/words.ts';
import { patchedFields } from '../../patch.ts';
import type { PatchOperation } from '../../schemas/patch.ts';
import { INTERFACE_FIELDS, interfaceField } from './node-interfaces.ts';

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

/** Whether its state alone lets a node be deleted. */
export function mayBeDeleted({ provision_state }: Pick<NodeRecord, 'provision_state'>): boolean {
  return DELETE_ALLOWED.includes(provision_state);
}

/** Fields that decide what the hardware is; changed only while nothing is deployed on it. */
const IDENTITY_FIELDS: readonly string[] = ['driver', ...INTERFACE_FIELDS];
export const IDENTITY_STATES: ReadonlySet<ProvisionState> = new Set([
  'enroll',
  'inspecting',
  'inspect wait',
  'manageable',
  'available',
]);

/** Since 1.39 what is looked into waits in a state of its own, and is not to be changed while it is read. */
const INSPECT_WAIT_SINCE = 39;

/** Whether its state lets a node be patched at all. */
export function mayBePatched(node: Pick<NodeRecord, 'provision_state' | 'target_provision_state'>): boolean {
  return node.target_provision_state === null || UPDATE_ALLOWED.has(node.provision_state);
}

/** Whether nothing is deployed on the node, or an operator looks after it. */
export function mayChangeIdentity(node: Pick<NodeRecord, 'provision_state' | 'maintenance'>): boolean {
  return node.maintenance || isUndeployed(node);
}

function isUndeployed({ provision_state }: Pick<NodeRecord, 'provision_state'>): boolean {
  return IDENTITY_STATES.has(provision_state);
}

export type Update = {
  readonly patch: readonly PatchOperation[];
  /** The node as the request names it. */
  readonly ident: string;
  readonly minor: number;
};

/** Throws `conflict` when the node may not be patched in these fields now. `changes`: what the patch comes to. */
export function refuseUpdate(node: NodeRecord, changes: NodePatch, { patch, ident, minor }: Update): void {
  const inspecting = node.provision_state === 'inspecting';
  const allowed = inspecting ? minor < INSPECT_WAIT_SINCE : mayBePatched(node);
  if (!allowed && !freesInstance(node, patch)) {
    throw new IngotError(
      'conflict',
      inspecting
        ? `Cannot update node "${node.uuid}" while it is in state "inspecting".`
        : `Node ${ident} can not be updated while a state transition is in progress.`,
      {
        hint: `It is in "${node.provision_state}": wait until that ends, or: ingot node abort ${node.name ?? node.uuid}`,
      },
    );
  }
  const fields = patchedFields(patch);
  // Who places by it has counted the node already; one that had none is in nobody's books.
  if (fields.includes('resource_class') && node.resource_class !== null && !isUndeployed(node))
    throw notUpdatable(node, 'resource_class', '');
  const before = identityOf(node);
  const after = identityOf({ ...node, ...changes });
  const identity = fields.find((field) => IDENTITY_FIELDS.includes(field) && before[field] !== after[field]);
  if (identity !== undefined && !mayChangeIdentity(node))
    throw notUpdatable(node, identity, ' or in maintenance mode');
}

/** In maintenance an instance may be taken off in any state, by a patch that does nothing else. */
function freesInstance({ maintenance }: NodeRecord, patch: readonly PatchOperation[]): boolean {
  const [first, ...more] = patch;
  return maintenance && more.length === 0 && first?.op === 'remove' && first.path === '/instance_uuid';
}

function identityOf(node: NodeRecord): JsonObject {
  const interfaces = INTERFACE_KINDS.map((kind) => [interfaceField(kind), interfaceOf(node, kind)]);
  return { driver: node.driver, ...Object.fromEntries(interfaces) };
}

function notUpdatable(node: NodeRecord, field: string, orElse: string): IngotError {
  const name = node.name ?? node.uuid;
  const maintained = orElse === '' ? '' : `ingot node maintenance ${name} on, or `;
  return new IngotError(
    'conflict',
    `Node ${node.uuid} can not have ${field} updated unless it is in one of allowed ` +
      `(${[...IDENTITY_STATES].join(', ')}) states${orElse}.`,
    { hint: `It is in "${node.provision_state}". First: ${maintained}${undeployOf(node)}` },
  );
}

/** Throws `forbidden` or `conflict` when the node may not be deleted now. Maintenance overrides instance and state. */
export function refuseDelete(node: NodeRecord): void {
  if (!node.maintenance && node.instance_uuid !== null) {
    throw new IngotError('conflict', `Node ${node.uuid} is associated with instance ${node.instance_uuid}.`, {
      hint: wayToDeletion(node) ?? `First: ingot node unset ${node.name ?? node.uuid} instance_uuid`,
    });
  }
  refuseProtected(node);
  if (node.maintenance || mayBeDeleted(node)) return;
  throw new IngotError(
    'conflict',
    `Can not delete node "${node.uuid}" while it is in provision state "${node.provision_state}". ` +
      `Valid provision states to perform deletion are: "(${DELETE_ALLOWED.map((one) => `'${one}'`).join(', ')})", ` +
      'or set the node into maintenance mode',
    { hint: wayToDeletion(node) ?? `First: ingot node maintenance ${node.name ?? node.uuid} on` },
  );
}

/** What brings the node to a state in which it may be deleted; null where no verb does. */
function wayToDeletion(node: NodeRecord): string | null {
  const { provision_state: state } = node;
  if (isTransient(state) || STATES[state].kind === 'hold') return waitForJob(node);
  if (acceptsVerb(node, 'deleted')) return `First: ${undeployOf(node)}`;
  const mayBeManaged = acceptsVerb(node, 'manage') && !mayBeDeleted(node);
  return mayBeManaged ? `First: ingot node manage ${node.name ?? node.uuid}` : null;
}

/** Throws `conflict` while other nodes are parts of this one. */
export function refuseParentOf(node: NodeRecord, parts: readonly NodeRecord[]): void {
  if (parts.length === 0) return;
  const names = parts.slice(0, 5).map((part) => part.name ?? part.uuid);
  throw new IngotError('conflict', `Node ${node.uuid} has ${parts.length} parts: ${names.join(', ')}`, {
    hint: 'Delete them first, or for each of them: ingot node unset NAME parent_node',
  });
}

type Flags = Pick<
  NodeRecord,
  'uuid' | 'name' | 'provision_state' | 'protected' | 'protected_reason' | 'retired' | 'retired_reason'
>;

/** Ironic's own words (ironic/conductor/manager.py, update_node). Throws `conflict` or `invalid_input`. */
export function refuseFlags(node: Flags, touched: readonly string[]): void {
  const state = node.provision_state;
  if (touched.includes('protected') && node.protected && state !== 'active' && state !== 'rescue') {
    throw new IngotError(
      'conflict',
      `Node ${node.uuid} can only be made protected in provision states 'active' or 'rescue', ` +
        `the current state is '${state}'`,
      { hint: 'Deploy the node first; before that there is nothing to protect.' },
    );
  }
  if (touched.includes('retired') && node.retired && state === 'available') {
    throw new IngotError(
      'conflict',
      `Node ${node.uuid} can not have 'retired' set in provision state 'available', ` +
        `the current state is 'available'`,
      { hint: `First: ingot node manage ${node.name ?? node.uuid}` },
    );
  }
  for (const flag of ['protected', 'retired'] as const) {
    const reason = `${flag}_reason` as const;
    if (!touched.includes(reason) || node[reason] === null || node[flag]) continue;
    throw new IngotError('invalid_input', `The ${reason} field can only be set when ${flag} is True`, {
      hint: `Set both at once: ingot node set ${node.name ?? node.uuid} ${flag}=true ${reason}=...`,
    });
  }
}
