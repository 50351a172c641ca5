/** The shapes of a node as clients write it, and of the queries on nodes. */
import { z } from 'zod';
import { networkDataProblem } from '../../lifecycle/given-values.ts';
import { PROVISION_STATES } from '../../store/words.ts';
import {
  commaList,
  isLogicalName,
  jsonObject,
  looseBoolean,
  sortedPaging,
  uuid,
  WHOLE_SENTENCE,
} from './common.ts';

/** Words that stand in a node's place in URLs. */
const RESERVED_NAMES: readonly string[] = [
  'maintenance',
  'management',
  'states',
  'vendor_passthru',
  'detail',
  'validate',
];

/** Ironic's rule for names, and no word of the URLs. */
export function isNodeName(text: string): boolean {
  return nameProblem(text) === null;
}

/** In Ironic's words; null for a good name. */
function nameProblem(text: string): string | null {
  if (!isLogicalName(text)) return `Cannot create node with invalid name '${text}'`;
  if (!RESERVED_NAMES.includes(text)) return null;
  return (
    `The word "${text}" is reserved and can not be used as a node name. ` +
    `Reserved words are: ${RESERVED_NAMES.join(', ')}.`
  );
}

const name = z.string().superRefine((text, context) => {
  const message = nameProblem(text);
  if (message !== null) context.addIssue({ code: 'custom', message, params: WHOLE_SENTENCE });
});

/** An object; null and nothing empty it. */
const settings = jsonObject
  .nullable()
  .default({})
  .transform((given) => given ?? {});

const staticNetworkData = settings.superRefine((data, context) => {
  const problem = networkDataProblem(data);
  if (problem === null) return;
  const message = `Invalid network_data: ${problem}`;
  context.addIssue({ code: 'custom', message, params: WHOLE_SENTENCE });
});

/** The fields that a client may write, as POST takes them and as PATCH must leave them. */
export const nodeWritable = z.strictObject({
  name: name.nullable().default(null),
  driver: z.string().min(1).max(255),
  driver_info: settings,
  properties: settings,
  instance_info: settings,
  instance_uuid: uuid.nullable().default(null),
  extra: settings,
  description: z.string().max(4096).nullable().default(null),
  owner: z.string().max(255).nullable().default(null),
  lessee: z.string().max(255).nullable().default(null),
  protected: looseBoolean.default(false),
  protected_reason: z.string().max(4096).nullable().default(null),
  retired: looseBoolean.default(false),
  retired_reason: z.string().max(4096).nullable().default(null),
  shard: z.string().max(255).nullable().default(null),
  /** By uuid or name. */
  parent_node: z.string().max(255).nullable().default(null),
  chassis_uuid: uuid.nullable().default(null),
  network_data: staticNetworkData,
  resource_class: z.string().max(80).nullable().default(null),
  automated_clean: looseBoolean.nullable().default(null),
  disable_power_off: looseBoolean
    .nullable()
    .default(false)
    .transform((given) => given ?? false),
  maintenance: looseBoolean.default(false),
});
export type NodeWritable = z.output<typeof nodeWritable>;

/** Only a node with an instance can be protected, which a new one has not. */
export const nodeCreate = nodeWritable
  .omit({ protected: true, protected_reason: true })
  .extend({ uuid: uuid.optional() });

const provisionState = z.string().transform((text, context) => {
  const state = PROVISION_STATES.find((one) => one === text);
  if (state !== undefined) return state;
  const message = `Provision state "${text}" is not valid`;
  context.addIssue({ code: 'custom', message, params: WHOLE_SENTENCE });
  return z.NEVER;
});

/** Ironic's (ironic/common/faults.py). */
const FAULTS: readonly string[] = [
  'power failure',
  'clean failure',
  'rescue abort failure',
  'service failure',
];

const fault = z.string().superRefine((text, context) => {
  if (FAULTS.includes(text)) return;
  const allowed = FAULTS.map((one) => `'${one}'`).join(', ');
  const message = `Unrecognized fault "${text}" is specified, allowed faults are (${allowed})`;
  context.addIssue({ code: 'custom', message, params: WHOLE_SENTENCE });
});

export const nodeListQuery = z.strictObject({
  ...sortedPaging,
  provision_state: provisionState.optional(),
  conductor: z.string().optional(),
  conductor_group: z.string().optional(),
  maintenance: looseBoolean.optional(),
  associated: looseBoolean.optional(),
  instance_uuid: uuid.optional(),
  driver: z.string().optional(),
  resource_class: z.string().optional(),
  owner: z.string().optional(),
  fault: fault.optional(),
  description_contains: z.string().optional(),
  lessee: z.string().optional(),
  /** Owner or lessee. */
  project: z.string().optional(),
  retired: looseBoolean.optional(),
  chassis_uuid: uuid.optional(),
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
