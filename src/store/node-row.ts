/** A node as it stands in its row: read back with every column checked, and what a new one begins with. */
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { JsonObject } from '../json.ts';
import { decodeBoolean, decodeJson, decodeObject } from './columns.ts';
import type { AgentFacts, BmcTrouble, LcmReport, NodeRecord } from './records/node.ts';
import type { NewNode } from './store.ts';
import type { Tables } from './tables.ts';
import { BMC_TROUBLES } from './words.ts';

const agentFacts: z.ZodType<AgentFacts> = z.object({
  generation: z.number(),
  callback_url: z.string().nullable(),
  version: z.string().nullable(),
  verify_ca: z.string().nullable(),
  looked_up_at: z.string(),
  looked_up_from: z.string().nullable().default(null),
  last_heartbeat_at: z.string().nullable(),
});

const lcmReport: z.ZodType<LcmReport> = z.object({
  reported_at: z.string(),
  status: z.string(),
  message: z.string().nullable(),
  hostname: z.string().nullable(),
  addresses: z.array(z.string()),
});

const bmcTrouble: z.ZodType<BmcTrouble> = z.object({
  kind: z.enum(BMC_TROUBLES),
  since: z.string(),
  message: z.string(),
  hint: z.string(),
});

const choices: z.ZodType<NodeRecord['interfaces']> = z.record(z.string(), z.string());
const names = z.array(z.string());

export function decodeNode({ id: _, ...row }: Selectable<Tables['nodes']>): NodeRecord {
  const object = (column: keyof typeof row, text: string): JsonObject =>
    decodeObject(text, `nodes, node ${row.uuid}, ${column}`);
  const json = <T>(column: keyof typeof row, schema: z.ZodType<T>, text: string): T =>
    decodeJson(schema, text, `nodes, node ${row.uuid}, ${column}`);
  return {
    ...row,
    driver_info: object('driver_info', row.driver_info),
    interfaces: json('interfaces', choices, row.interfaces),
    properties: object('properties', row.properties),
    instance_info: object('instance_info', row.instance_info),
    extra: object('extra', row.extra),
    network_data: object('network_data', row.network_data),
    traits: json('traits', names, row.traits),
    protected: decodeBoolean(row.protected),
    retired: decodeBoolean(row.retired),
    automated_clean: decodeBoolean(row.automated_clean),
    disable_power_off: decodeBoolean(row.disable_power_off),
    maintenance: decodeBoolean(row.maintenance),
    console_enabled: decodeBoolean(row.console_enabled),
    target_raid_config: object('target_raid_config', row.target_raid_config),
    secure_boot: decodeBoolean(row.secure_boot),
    agent: row.agent === null ? null : json('agent', agentFacts, row.agent),
    lcm: row.lcm === null ? null : json('lcm', lcmReport, row.lcm),
    bmc_trouble: row.bmc_trouble === null ? null : json('bmc_trouble', bmcTrouble, row.bmc_trouble),
  };
}

export function freshNode(node: NewNode, now: string): NodeRecord {
  return {
    name: null,
    driver_info: {},
    interfaces: {},
    properties: {},
    instance_info: {},
    instance_uuid: null,
    extra: {},
    description: null,
    owner: null,
    lessee: null,
    protected: false,
    protected_reason: null,
    retired: false,
    retired_reason: null,
    shard: null,
    chassis_uuid: null,
    allocation_uuid: null,
    parent_node: null,
    network_data: {},
    traits: [],
    resource_class: null,
    automated_clean: null,
    disable_power_off: false,
    provision_state: 'enroll',
    target_provision_state: null,
    provision_updated_at: null,
    power_state: null,
    target_power_state: null,
    boot_mode: null,
    secure_boot: null,
    last_error: null,
    maintenance: false,
    maintenance_reason: null,
    fault: null,
    console_enabled: false,
    target_raid_config: {},
    inspection_started_at: null,
    inspection_finished_at: null,
    boot_intent: 'disk',
    boot_generation: 0,
    boot_started_at: null,
    agent: null,
    lcm: null,
    instance_generation: 0,
    bmc_trouble: null,
    ...node,
    created_at: now,
    updated_at: null,
  };
}

type OtherColumn = Exclude<keyof NodeRecord, 'instance_info'>;

/** All columns but the one that may be megabytes long. */
export const OTHER_COLUMNS: readonly ('id' | OtherColumn)[] = [
  'id',
  ...Object.keys(freshNode({ uuid: '', driver: '' }, '')).filter(
    (name): name is OtherColumn => name !== 'instance_info',
  ),
];
