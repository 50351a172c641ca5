/**
 * Every field of Ironic's node at 1.96, in Ironic's order: the microversion that first shows it, where its value
 * comes from, and whether a client may write it. A `fixed` field has one value here; writing that value is
 * accepted, any other is refused, so that clients that spell out the defaults work unchanged.
 */
import type { Json, JsonObject } from '../../../json.ts';
import { type InterfaceKind, interfaceOf } from '../../../lifecycle/interfaces.ts';
import { asInBandStep, inBandStepOf } from '../../../lifecycle/plans/in-band-steps.ts';
import { MASK } from '../../../secret-words.ts';
import type { CurrentJob } from '../../../store/records/job.ts';
import type { NodeRecord } from '../../../store/records/node.ts';
import type { Principal } from '../../access/principal.ts';
import { resourceLinks } from '../../links.ts';
import { maskInstanceInfo, maskSecrets } from '../../masking.ts';
import { ironicTime } from '../../time.ts';
import { interfaceField } from './node-interfaces.ts';
import { stateNameAt } from './state-names.ts';

/** What a node's answer is made from. */
export type NodeSource = {
  readonly node: NodeRecord;
  /** The running job, if there is one and a field tells of it. */
  readonly job: CurrentJob | null;
  readonly base: string;
  readonly hostname: string;
  /** Who reads it: some fields are for the site and the node's owner only. */
  readonly viewer: Principal;
  /** The microversion it is read in: some states had other names once. */
  readonly minor: number;
};

export type NodeField = {
  readonly name: string;
  /** The microversion that first shows it. */
  readonly since: number;
  readonly value: (source: NodeSource) => Json;
  /** Whether it tells of the running job. */
  readonly ofJob?: true;
  /** Set where a client may send the field, but only with this value. */
  readonly fixed?: Json;
};

const fixed = (name: string, since: number, value: Json): NodeField => ({
  name,
  since,
  value: () => value,
  fixed: value,
});
const chosen = (kind: InterfaceKind, since: number): NodeField => ({
  name: interfaceField(kind),
  since,
  value: ({ node }) => interfaceOf(node, kind),
});
const fact = (name: string, since: number, value: NodeField['value']): NodeField => ({ name, since, value });
const ofJob = (name: string, since: number, value: NodeField['value']): NodeField => ({
  ...fact(name, since, value),
  ofJob: true,
});

export const NODE_FIELDS: readonly NodeField[] = [
  fact('uuid', 1, ({ node }) => node.uuid),
  fact('created_at', 1, ({ node }) => ironicTime(node.created_at)),
  fact('updated_at', 1, ({ node }) => ironicTime(node.updated_at)),
  fact('automated_clean', 47, ({ node }) => node.automated_clean),
  chosen('bios', 40),
  chosen('boot', 31),
  fact('boot_mode', 75, ({ node }) => node.boot_mode),
  ofJob('clean_step', 7, ({ node, job }) => currentStep(node, job, 'clean')),
  fixed('conductor_group', 46, ''),
  fact('console_enabled', 1, ({ node }) => node.console_enabled),
  chosen('console', 31),
  fact('disable_power_off', 95, ({ node }) => node.disable_power_off),
  chosen('deploy', 31),
  ofJob('deploy_step', 44, ({ node, job }) => currentStep(node, job, 'deploy')),
  fact('description', 51, ({ node }) => node.description),
  fact('driver', 1, ({ node }) => node.driver),
  fact('driver_info', 1, ({ node }) => maskSecrets(node.driver_info)),
  fact('driver_internal_info', 3, ({ node }) => internalInfo(node)),
  fact('extra', 1, ({ node }) => node.extra),
  fact('fault', 42, ({ node }) => node.fault),
  chosen('firmware', 86),
  fact('inspection_finished_at', 6, ({ node }) => ironicTime(node.inspection_finished_at)),
  fact('inspection_started_at', 6, ({ node }) => ironicTime(node.inspection_started_at)),
  chosen('inspect', 31),
  fact('instance_info', 1, ({ node }) => maskInstanceInfo(node.instance_info)),
  fact('instance_uuid', 1, ({ node }) => node.instance_uuid),
  fact('last_error', 1, ({ node }) => node.last_error),
  fact('lessee', 65, ({ node }) => node.lessee),
  fact('maintenance', 1, ({ node }) => node.maintenance),
  fact('maintenance_reason', 1, ({ node }) => node.maintenance_reason),
  chosen('management', 31),
  fact('name', 5, ({ node }) => node.name),
  fact('network_data', 66, ({ node }) => node.network_data),
  chosen('network', 20),
  fact('owner', 50, ({ node }) => node.owner),
  fact('parent_node', 83, ({ node }) => node.parent_node),
  chosen('power', 31),
  fact('power_state', 1, ({ node }) => node.power_state),
  fact('properties', 1, ({ node }) => node.properties),
  fact('protected', 48, ({ node }) => node.protected),
  fact('protected_reason', 48, ({ node }) => node.protected_reason),
  fact('provision_state', 1, ({ node, minor }) => stateNameAt(node.provision_state, minor)),
  fact('provision_updated_at', 1, ({ node }) => ironicTime(node.provision_updated_at)),
  fact('raid_config', 12, () => ({})),
  chosen('raid', 31),
  chosen('rescue', 38),
  ofJob('reservation', 1, ({ job, hostname }) =>
    job === null || job.waiting_for !== null ? null : hostname,
  ),
  fact('resource_class', 21, ({ node }) => node.resource_class),
  fact('retired', 61, ({ node }) => node.retired),
  fact('retired_reason', 61, ({ node }) => node.retired_reason),
  fact('secure_boot', 75, ({ node }) => node.secure_boot),
  ofJob('service_step', 87, ({ node, job }) => currentStep(node, job, 'service')),
  fact('shard', 82, ({ node }) => node.shard),
  chosen('storage', 33),
  fact('target_power_state', 1, ({ node }) => node.target_power_state),
  fact('target_provision_state', 1, ({ node }) => node.target_provision_state),
  fact('target_raid_config', 12, ({ node }) => node.target_raid_config),
  fact('traits', 37, ({ node }) => node.traits),
  chosen('vendor', 31),
  fact('links', 1, ({ node, base }) => resourceLinks(base, `nodes/${node.uuid}`)),
  fact('conductor', 49, ({ hostname }) => hostname),
  fact('allocation_uuid', 52, ({ node }) => node.allocation_uuid),
  fact('chassis_uuid', 1, ({ node }) => node.chassis_uuid),
  fact('ports', 1, ({ node, base }) => resourceLinks(base, `nodes/${node.uuid}/ports`)),
  fact('states', 14, ({ node, base }) => resourceLinks(base, `nodes/${node.uuid}/states`)),
  fact('portgroups', 24, ({ node, base }) => resourceLinks(base, `nodes/${node.uuid}/portgroups`)),
  fact('volume', 32, ({ node, base }) => resourceLinks(base, `nodes/${node.uuid}/volume`)),
];

/** What a list shows when nothing else is asked for; `links` always is. */
export const NODE_LIST_FIELDS: readonly string[] = [
  'instance_uuid',
  'maintenance',
  'power_state',
  'provision_state',
  'uuid',
  'name',
  'links',
];

/** What `GET /v1/nodes/{id}/states` shows. */
export const NODE_STATES_FIELDS: readonly string[] = [
  'boot_mode',
  'console_enabled',
  'last_error',
  'power_state',
  'provision_state',
  'provision_updated_at',
  'raid_config',
  'secure_boot',
  'target_power_state',
  'target_provision_state',
  'target_raid_config',
];

const STEP_STATES = {
  clean: new Set(['cleaning', 'clean wait', 'clean hold']),
  deploy: new Set(['deploying', 'wait call-back', 'deploy hold']),
  service: new Set(['servicing', 'service wait', 'service hold']),
} as const;

function currentStep(node: NodeRecord, job: CurrentJob | null, kind: keyof typeof STEP_STATES): JsonObject {
  const step = job?.step ?? null;
  if (step === null || !STEP_STATES[kind].has(node.provision_state)) return {};
  // Of ingot's own steps of a deployment, which have Ironic's names, or of the agent's.
  const named = asInBandStep(step.args.step) ?? inBandStepOf(step);
  if (named === null) return { interface: 'deploy', step: step.name, priority: 0 };
  const abort = job?.abort === 'after_step' ? { abort_after: true } : {};
  // Its arguments are the operator's own: a RAID controller's password, say.
  return maskSecrets({ priority: 0, ...named, ...abort });
}

/** Ironic's own names for what the agent told, and under `ingot` what only ingot knows. */
function internalInfo(node: NodeRecord): JsonObject {
  const agent = node.agent;
  return {
    ...(agent === null
      ? {}
      : {
          agent_url: agent.callback_url,
          agent_version: agent.version,
          agent_last_heartbeat: agent.last_heartbeat_at,
          agent_secret_token: MASK,
        }),
    ingot: {
      boot_intent: node.boot_intent,
      boot_started_at: node.boot_started_at,
      lcm: node.lcm,
      bmc_trouble: node.bmc_trouble,
    },
  };
}
