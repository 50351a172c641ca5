/** Which policies a PATCH of a node calls for, by the fields that it names (Ironic's own map). Pure. */
import { z } from 'zod';
import { INTERFACE_FIELDS } from '../ironic/nodes/node-interfaces.ts';
import { looseBoolean } from '../schemas/common.ts';
import type { Policy } from './policies.ts';

const BY_FIELD: Readonly<Record<string, Policy>> = {
  instance_info: 'node:update_instance_info',
  instance_name: 'node:update_instance_info',
  extra: 'node:update_extra',
  driver_info: 'node:update:driver_info',
  properties: 'node:update:properties',
  chassis_uuid: 'node:update:chassis_uuid',
  instance_uuid: 'node:update:instance_uuid',
  lessee: 'node:update:lessee',
  owner: 'node:update:owner',
  driver: 'node:update:driver_interfaces',
  network_data: 'node:update:network_data',
  conductor_group: 'node:update:conductor_group',
  name: 'node:update:name',
  retired: 'node:update:retired',
  retired_reason: 'node:update:retired',
  shard: 'node:update:shard',
  parent_node: 'node:update:parent_node',
  disable_power_off: 'node:update:disable_power_off',
  ...Object.fromEntries(
    INTERFACE_FIELDS.map((field): [string, Policy] => [field, 'node:update:driver_interfaces']),
  ),
};

/** Only as much of an operation as tells what it touches: `remove` has no value. */
const operation = z.looseObject({ path: z.string(), value: z.unknown().optional() });
/** Each is read by itself: one that is none (the route refuses it, by its own sentence) lifts no other's policy. */
const operations = z.array(operation.nullable().catch(null)).catch([]);

function operationsIn(body: unknown): readonly z.output<typeof operation>[] {
  return operations.parse(body).filter((read) => read !== null);
}

export function nodePatchPolicies(body: unknown): readonly Policy[] {
  const asked = operationsIn(body).map(({ path, value }) => policyOf(path, value));
  return asked.length === 0 ? ['node:update'] : [...new Set(asked)];
}

function policyOf(path: string, value: unknown): Policy {
  const field = path.split('/')[1] ?? '';
  if (field === 'automated_clean' && disablesCleaning(value)) return 'node:disable_cleaning';
  return Object.hasOwn(BY_FIELD, field) ? (BY_FIELD[field] ?? 'node:update') : 'node:update';
}

/** Whether this value of `automated_clean` switches cleaning off, read as it is when it is stored. */
export function disablesCleaning(value: unknown): boolean {
  const read = looseBoolean.safeParse(value);
  return read.success && !read.data;
}

/** A port that moves must be welcome on the node where it goes. */
export function targetNodeOf(body: unknown): string | null {
  const last = operationsIn(body).findLast(({ path }) => path === '/node_uuid')?.value;
  return typeof last === 'string' ? last : null;
}
