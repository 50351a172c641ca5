/** The vocabulary of a node's life, as Ironic spells it (ironic/common/states.py). */

export const PROVISION_STATES = [
  'enroll',
  'verifying',
  'manageable',
  'available',
  'inspecting',
  'inspect wait',
  'inspect failed',
  'cleaning',
  'clean wait',
  'clean hold',
  'clean failed',
  'deploying',
  'wait call-back',
  'deploy hold',
  'deploy failed',
  'active',
  'deleting',
  'error',
  'adopting',
  'adopt failed',
  'rescuing',
  'rescue wait',
  'rescue',
  'rescue failed',
  'unrescuing',
  'unrescue failed',
  'servicing',
  'service wait',
  'service hold',
  'service failed',
] as const;
export type ProvisionState = (typeof PROVISION_STATES)[number];

/** What an operator may ask for with `PUT /v1/nodes/{id}/states/provision`. */
export const VERBS = [
  'manage',
  'provide',
  'inspect',
  'active',
  'rebuild',
  'deleted',
  'abort',
  'clean',
  'adopt',
  'rescue',
  'unrescue',
  'unhold',
  'service',
] as const;
export type Verb = (typeof VERBS)[number];

const POWER_STATES = ['power on', 'power off', 'error'] as const;
export type PowerState = (typeof POWER_STATES)[number];

export const POWER_TARGETS = [
  'power on',
  'power off',
  'rebooting',
  'soft power off',
  'soft rebooting',
] as const;
export type PowerTarget = (typeof POWER_TARGETS)[number];

/** What may be wrong with a node's BMC. */
export const BMC_TROUBLES = ['unreachable', 'credentials', 'certificate', 'bad answer'] as const;
export type BmcTroubleKind = (typeof BMC_TROUBLES)[number];

/**
 * What the node shall do when its NIC asks for a boot program. `instance`: what its `instance_info` names, a kernel and
 * a ramdisk or an ISO, at each boot.
 */
const BOOT_INTENTS = ['ramdisk', 'disk', 'instance'] as const;
export type BootIntent = (typeof BOOT_INTENTS)[number];

/** The iPXE builds that a node's `properties.ipxe_program` may ask for; `boot/architectures.ts` has their files. */
export const IPXE_PROGRAMS = ['snponly', 'snp', 'ipxe', 'undionly', 'undionly.kkpxe', 'ipxe.pxe'] as const;
export type IpxeProgram = (typeof IPXE_PROGRAMS)[number];

/** `allocating`: nobody has decided yet; `active`: it has a node; `error`: none fits. */
const ALLOCATION_STATES = ['allocating', 'active', 'error'] as const;
export type AllocationState = (typeof ALLOCATION_STATES)[number];

const SEVERITIES = ['debug', 'info', 'warning', 'error'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What a named list of steps is for. */
const STEP_LIST_KINDS = ['deploy_template', 'runbook'] as const;
export type StepListKind = (typeof STEP_LIST_KINDS)[number];

/** Who said that DHCP shall keep an address for a MAC. */
const RESERVATION_SOURCES = ['operator', 'import'] as const;
export type ReservationSource = (typeof RESERVATION_SOURCES)[number];

/** Who may do how much by the API, the least first (Keystone's words). */
export const ROLES = ['reader', 'member', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** This seed node's name, as clients of Ironic see it: `conductor`, `reservation`, and who has locked a node. */
export const HOST_NAME = 'ingot';
