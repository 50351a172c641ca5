/** The shapes of a node as clients write it, and of the queries on nodes. */
import { z } from 'zod';
import { PROVISION_STATES } from '../../store/words.ts';
import { commaList, isLogicalName, jsonObject, looseBoolean, paging, uuid } from './common.ts';

/** Words that stand in a node's place in URLs. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(['detail', 'validate', 'maintenance', 'states', 'ports']);

/** Ironic's rule for names, and no word of the URLs. */
export function isNodeName(text: string): boolean {
  return isLogicalName(text) && !RESERVED_NAMES.has(text);
}

const name = z
  .string()
  .refine(isNodeName, 'a node name has 1 to 255 letters, digits, ".", "_", "~" or "-" and is no UUID');

/** The fields that a client may write, as POST takes them and as PATCH must leave them. */
export const nodeWritable = z.strictObject({
  name: name.nullable().default(null),
  driver: z.string().min(1).max(255),
  driver_info: jsonObject.default({}),
  properties: jsonObject.default({}),
  instance_info: jsonObject.default({}),
  instance_uuid: uuid.nullable().default(null),
  extra: jsonObject.default({}),
  description: z.string().max(4096).nullable().default(null),
  owner: z.string().max(255).nullable().default(null),
  lessee: z.string().max(255).nullable().default(null),
  protected: looseBoolean.default(false),
  protected_reason: z.string().max(4096).nullable().default(null),
  retired: looseBoolean.default(false),
  retired_reason: z.string().max(4096).nullable().default(null),
  shard: z.string().max(255).nullable().default(null),
  parent_node: uuid.nullable().default(null),
  network_data: jsonObject.default({}),
  resource_class: z.string().max(80).nullable().default(null),
  automated_clean: looseBoolean.nullable().default(null),
  maintenance: looseBoolean.default(false),
  maintenance_reason: z.string().max(4096).nullable().default(null),
});
export type NodeWritable = z.output<typeof nodeWritable>;

export const nodeCreate = nodeWritable.extend({ uuid: uuid.optional() });

export const nodeListQuery = z.strictObject({
  ...paging,
  fields: commaList.optional(),
  detail: looseBoolean.optional(),
  provision_state: z.enum(PROVISION_STATES).optional(),
  maintenance: looseBoolean.optional(),
  associated: looseBoolean.optional(),
  instance_uuid: uuid.optional(),
  driver: z.string().optional(),
  resource_class: z.string().optional(),
  owner: z.string().optional(),
  fault: z.string().optional(),
  description_contains: z.string().optional(),
  lessee: z.string().optional(),
  retired: looseBoolean.optional(),
  shard: commaList.optional(),
  sharded: looseBoolean.optional(),
  /** Parts of other nodes are left out of a list unless they are asked for. */
  include_children: looseBoolean.optional(),
  parent_node: uuid.optional(),
});
export type NodeListQuery = z.output<typeof nodeListQuery>;

export const nodeShowQuery = z.strictObject({ fields: commaList.optional() });
export const nodePatchQuery = z.strictObject({ reset_interfaces: looseBoolean.optional() });
export const maintenanceBody = z.strictObject({ reason: z.string().max(4096).nullish() });
