/**
 * Who may do what: Ironic's own policies and their defaults (ironic/common/policy.py) by their own names, for three
 * kinds of callers: those of the whole site, the project that owns a node (or an allocation, or a runbook), and the one
 * that leases it. Data and pure functions.
 */
import { IngotError } from '../../errors.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { Role } from '../../store/words.ts';
import { hasRole, type Principal } from './principal.ts';

/** The least role of each kind of caller; null: none of them. */
type Rule = { readonly site: Role; readonly owner: Role | null; readonly lessee: Role | null };

const rule = (site: Role, owner: Role | null = null, lessee: Role | null = null): Rule => ({
  site,
  owner,
  lessee,
});

const READ = rule('reader', 'reader', 'reader');
const READ_OWN = rule('reader', 'reader');
const CHANGE = rule('member', 'member', 'member');
const DRIVE = rule('member', 'member', 'admin');
const CHANGE_OWN = rule('member', 'member');
const BUILD_OWN = rule('member', 'admin');

const POLICIES = {
  'node:create': rule('admin', 'admin'),
  'node:list': READ,
  'node:list_all': rule('reader'),
  'node:get': READ,
  'node:get:last_error': READ_OWN,
  'node:get:reservation': READ_OWN,
  'node:get:driver_info': READ_OWN,
  'node:get:driver_internal_info': READ_OWN,
  'node:update': CHANGE,
  'node:update_extra': CHANGE,
  'node:update_instance_info': DRIVE,
  'node:update:driver_info': CHANGE_OWN,
  'node:update:properties': CHANGE_OWN,
  'node:update:chassis_uuid': rule('admin'),
  'node:update:instance_uuid': CHANGE_OWN,
  'node:update:lessee': CHANGE_OWN,
  'node:update:owner': rule('member'),
  'node:update_owner_provisioned': rule('admin'),
  'node:update:driver_interfaces': BUILD_OWN,
  'node:update:network_data': CHANGE_OWN,
  'node:update:conductor_group': rule('member'),
  'node:update:name': CHANGE_OWN,
  'node:update:retired': CHANGE_OWN,
  'node:update:shard': rule('admin'),
  'node:update:parent_node': rule('member'),
  'node:update:disable_power_off': rule('admin'),
  'node:disable_cleaning': rule('admin'),
  'node:delete': rule('admin', 'admin'),
  'node:validate': DRIVE,
  'node:set_maintenance': DRIVE,
  'node:clear_maintenance': DRIVE,
  'node:get_boot_device': BUILD_OWN,
  'node:set_boot_device': BUILD_OWN,
  'node:get_indicator_state': READ,
  'node:set_indicator_state': CHANGE_OWN,
  'node:inject_nmi': BUILD_OWN,
  'node:get_states': READ,
  'node:set_power_state': CHANGE,
  'node:set_boot_mode': CHANGE,
  'node:set_secure_boot': CHANGE,
  'node:set_provision_state': DRIVE,
  'node:set_raid_state': CHANGE_OWN,
  'node:get_console': CHANGE_OWN,
  'node:set_console_state': CHANGE_OWN,
  'node:vif:list': READ,
  'node:vif:attach': DRIVE,
  'node:vif:detach': DRIVE,
  'node:traits:list': READ,
  'node:traits:set': BUILD_OWN,
  'node:traits:delete': BUILD_OWN,
  'node:bios:get': READ,
  'node:firmware:get': READ,
  'node:history:get': READ_OWN,
  'node:inventory:get': READ_OWN,
  'node:vmedia:attach': CHANGE,
  'node:vmedia:detach': CHANGE,
  'node:vmedia:get': READ,
  'node:vendor_passthru': rule('admin'),
  'port:list': READ,
  'port:get': READ,
  'port:create': rule('admin', 'admin'),
  'port:update': BUILD_OWN,
  'port:delete': rule('admin', 'admin'),
  'portgroup:get': READ,
  'portgroup:create': rule('admin', 'admin'),
  'portgroup:update': BUILD_OWN,
  'portgroup:delete': rule('admin', 'admin'),
  'volume:get': READ,
  'volume:create': rule('member', 'admin', 'admin'),
  'volume:update': DRIVE,
  'volume:delete': rule('member', 'admin', 'admin'),
  'volume:view_target_properties': rule('reader', 'admin', 'admin'),
  'shards:get': rule('reader'),
  'driver:get': rule('reader'),
  'driver:vendor_passthru': rule('admin'),
  'conductor:get': rule('reader'),
  'chassis:get': rule('reader'),
  'chassis:create': rule('admin'),
  'chassis:update': rule('member'),
  'chassis:delete': rule('admin'),
  'allocation:list': READ_OWN,
  'allocation:list_all': rule('reader'),
  'allocation:get': READ_OWN,
  'allocation:create': CHANGE_OWN,
  'allocation:update': CHANGE_OWN,
  'allocation:delete': CHANGE_OWN,
  'deploy_template:get': rule('reader'),
  'deploy_template:create': rule('admin'),
  'deploy_template:update': rule('admin'),
  'deploy_template:delete': rule('admin'),
  'runbook:get': READ_OWN,
  'runbook:create': BUILD_OWN,
  'runbook:update': BUILD_OWN,
  'runbook:delete': BUILD_OWN,
  /** Ironic's `runbook:update:owner` and `runbook:update:public`. */
  'runbook:assign': rule('member'),
  'inspection_rule:get': rule('reader'),
  'inspection_rule:create': rule('admin'),
  'inspection_rule:update': rule('admin'),
  'inspection_rule:delete': rule('admin'),
  /** From here on ours. What tells of the site's insides is for its owner, as `last_error` is. */
  'ingot:node:story': READ_OWN,
  /** How far a node's job is, as Ironic shows a lessee states and steps; why it fails stays with the story. */
  'ingot:node:job': READ,
  'ingot:events': READ_OWN,
  'ingot:site:get': rule('reader'),
  'ingot:image:add': rule('member'),
  'ingot:image:remove': rule('admin'),
  'ingot:dhcp:change': rule('admin'),
  'ingot:token:manage': rule('admin'),
} as const satisfies Readonly<Record<string, Rule>>;
export type Policy = keyof typeof POLICIES;

/** Only nodes are leased. */
type Belongings = Pick<NodeRecord, 'owner'> & Partial<Pick<NodeRecord, 'lessee'>>;

/** Whether the caller may do that to `thing`; null: to what belongs to the site. */
export function allows(principal: Principal, policy: Policy, thing: Belongings | null): boolean {
  const { site, owner, lessee }: Rule = POLICIES[policy];
  const { project } = principal;
  if (project === null) return hasRole(principal, site);
  const asOwner = owner !== null && thing?.owner === project && hasRole(principal, owner);
  const asLessee = lessee !== null && thing?.lessee === project && hasRole(principal, lessee);
  return asOwner || asLessee;
}

/** Whether anything of that kind may be the caller's: lists show what is theirs. */
export function allowsSome(principal: Principal, policy: Policy): boolean {
  const { owner }: Rule = POLICIES[policy];
  if (principal.project === null) return allows(principal, policy, null);
  return owner !== null && hasRole(principal, owner);
}

/** In Ironic's words; a policy of Ironic's carries its prefix. */
export function forbidden(policy: Policy, { project, role }: Principal): IngotError {
  const resource = policy.startsWith('ingot:') ? policy : `baremetal:${policy}`;
  const { site, owner, lessee }: Rule = POLICIES[policy];
  const least = project === null ? site : (owner ?? null);
  const need =
    least === null
      ? `only tokens of the whole site (without a project) may do this`
      : `it takes the role ${least}${project !== null && lessee !== owner ? ` of the project that owns the ${ownedThing(policy)}` : ''}`;
  return new IngotError('forbidden', `Access was denied to the following resource: ${resource}`, {
    hint: `Your role is ${role}${project === null ? '' : ` of the project ${project}`}; ${need}.`,
  });
}

const OWNED: Readonly<Record<string, string>> = { allocation: 'allocation', runbook: 'runbook' };

/** What the project of a caller would have to own; a node, but for what has an owner itself. */
function ownedThing(policy: Policy): string {
  return OWNED[policy.split(':')[0] ?? ''] ?? 'node';
}
