/**
 * The shapes of what routes answer, for the OpenAPI document; tests hold real answers against them. Ironic's resources
 * come from the tables of their fields, whose types follow from their names.
 */
import { z } from 'zod';
import { ROLES } from '../../store/words.ts';
import { ALLOCATION_FIELDS } from '../ironic/allocations/allocation-view.ts';
import { CHASSIS_FIELDS } from '../ironic/chassis.ts';
import { INSPECTION_RULE_FIELDS } from '../ironic/inspection-rules.ts';
import { NODE_FIELDS } from '../ironic/nodes/node-fields.ts';
import { PORT_FIELDS } from '../ironic/ports/port-view.ts';
import { PORTGROUP_FIELDS } from '../ironic/ports/portgroup-view.ts';
import { DEPLOY_TEMPLATES, RUNBOOKS } from '../ironic/step-lists/step-list-kinds.ts';
import { CONNECTORS, TARGETS } from '../ironic/volume-kinds.ts';
import { jsonObject } from '../schemas/common.ts';

const text = z.string().nullable();
const time = z.string();
export const links = z.array(z.object({ href: z.string(), rel: z.string() }));

const TYPES: readonly { readonly type: z.ZodType; readonly names: readonly string[] }[] = [
  {
    type: z.boolean().nullable(),
    names: [
      'automated_clean',
      'console_enabled',
      'disable_power_off',
      'maintenance',
      'protected',
      'retired',
      'secure_boot',
      'pxe_enabled',
      'is_smartnic',
      'standalone_ports_supported',
    ],
  },
  {
    type: jsonObject,
    names: [
      'clean_step',
      'deploy_step',
      'service_step',
      'driver_info',
      'driver_internal_info',
      'extra',
      'instance_info',
      'network_data',
      'properties',
      'raid_config',
      'target_raid_config',
      'internal_info',
      'local_link_connection',
    ],
  },
  { type: z.array(z.string()), names: ['traits', 'candidate_nodes'] },
  { type: z.boolean(), names: ['sensitive', 'public', 'disable_ramdisk'] },
  { type: z.int(), names: ['boot_index', 'priority'] },
  { type: z.array(jsonObject).nullable(), names: ['steps', 'conditions', 'actions'] },
  { type: links, names: ['links', 'ports', 'states', 'portgroups', 'volume', 'nodes'] },
];

/** All fields of a resource, each of which an older microversion or `fields=` may leave out. */
export function resource(fields: readonly { readonly name: string }[]) {
  return z.strictObject(
    Object.fromEntries(
      fields.map(({ name }) => {
        const type = TYPES.find(({ names }) => names.includes(name))?.type ?? text;
        return [name, type.optional()];
      }),
    ),
  );
}

const next = z.string().optional();

export const nodeAnswer = resource(NODE_FIELDS).meta({ id: 'Node' });
export const nodesAnswer = z.strictObject({ nodes: z.array(nodeAnswer), next }).meta({ id: 'Nodes' });
export const portAnswer = resource(PORT_FIELDS).meta({ id: 'Port' });
export const portsAnswer = z.strictObject({ ports: z.array(portAnswer), next }).meta({ id: 'Ports' });
export const portgroupAnswer = resource(PORTGROUP_FIELDS).meta({ id: 'Portgroup' });
export const portgroupsAnswer = z
  .strictObject({ portgroups: z.array(portgroupAnswer), next })
  .meta({ id: 'Portgroups' });
export const allocationAnswer = resource(ALLOCATION_FIELDS).meta({ id: 'Allocation' });
export const allocationsAnswer = z
  .strictObject({ allocations: z.array(allocationAnswer), next })
  .meta({ id: 'Allocations' });
export const chassisAnswer = resource(CHASSIS_FIELDS).meta({ id: 'Chassis' });
export const chassisListAnswer = z
  .strictObject({ chassis: z.array(chassisAnswer), next })
  .meta({ id: 'ChassisList' });
export const connectorAnswer = resource(CONNECTORS.listed.fields).meta({ id: 'VolumeConnector' });
export const connectorsAnswer = z
  .strictObject({ connectors: z.array(connectorAnswer), next })
  .meta({ id: 'VolumeConnectors' });
export const targetAnswer = resource(TARGETS.listed.fields).meta({ id: 'VolumeTarget' });
export const targetsAnswer = z
  .strictObject({ targets: z.array(targetAnswer), next })
  .meta({ id: 'VolumeTargets' });
export const deployTemplateAnswer = resource(DEPLOY_TEMPLATES.listed.fields).meta({
  id: 'DeployTemplate',
});
export const deployTemplatesAnswer = z
  .strictObject({ deploy_templates: z.array(deployTemplateAnswer), next })
  .meta({ id: 'DeployTemplates' });
export const runbookAnswer = resource(RUNBOOKS.listed.fields).meta({ id: 'Runbook' });
export const runbooksAnswer = z
  .strictObject({ runbooks: z.array(runbookAnswer), next })
  .meta({ id: 'Runbooks' });
export const inspectionRuleAnswer = resource(INSPECTION_RULE_FIELDS).meta({ id: 'InspectionRule' });
export const inspectionRulesAnswer = z
  .strictObject({ inspection_rules: z.array(inspectionRuleAnswer), next })
  .meta({ id: 'InspectionRules' });
export const traitsAnswer = z.strictObject({ traits: z.array(z.string()) }).meta({ id: 'Traits' });

const event = z
  .strictObject({
    seq: z.int(),
    at: time,
    node_uuid: text,
    kind: z.string(),
    severity: z.enum(['debug', 'info', 'warning', 'error']),
    message: z.string(),
    data: jsonObject,
  })
  .meta({ id: 'Event' });
export const timelineAnswer = z.strictObject({ events: z.array(event) }).meta({ id: 'Timeline' });

export const enrolledAnswer = z
  .strictObject({ node: nodeAnswer, ports: z.array(portAnswer) })
  .meta({ id: 'Enrolled' });

const tokenFields = {
  id: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  project: text,
  created_at: time,
  expires_at: text,
  expired: z.boolean(),
};
export const tokensAnswer = z
  .strictObject({ tokens: z.array(z.strictObject(tokenFields).meta({ id: 'Token' })) })
  .meta({ id: 'Tokens' });
export const newTokenAnswer = z.strictObject({ ...tokenFields, token: z.string() }).meta({ id: 'NewToken' });

/** `error_message` is JSON text: `faultstring` (or `title` and `description`), and ours `code` and `hint`. */
export const errorAnswer = z.strictObject({ error_message: z.string() }).meta({ id: 'Error' });
/** Who is refused at the door. */
export const loginErrorAnswer = z
  .strictObject({ error: z.strictObject({ message: z.string(), code: z.int() }) })
  .meta({ id: 'LoginError' });

const conductorFields = {
  hostname: z.string(),
  conductor_group: z.string(),
  alive: z.boolean(),
  drivers: z.array(z.string()),
  created_at: time,
  updated_at: time,
};
export const conductorAnswer = z
  .strictObject(conductorFields)
  .partial()
  .extend({ links })
  .meta({ id: 'Conductor' });
export const conductorsAnswer = z
  .strictObject({ conductors: z.array(conductorAnswer) })
  .meta({ id: 'Conductors' });
export const shardsAnswer = z
  .strictObject({ shards: z.array(z.strictObject({ name: z.string(), count: z.int() })) })
  .meta({ id: 'Shards' });
