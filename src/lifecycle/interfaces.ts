/**
 * Ironic's hardware interfaces: for each driver which implementations of each kind there are, the default first. What
 * a driver is made of decides which steps its nodes take. Tables of data.
 */
import type { NodeRecord } from '../store/records/node.ts';

export const INTERFACE_KINDS = [
  'bios',
  'boot',
  'console',
  'deploy',
  'firmware',
  'inspect',
  'management',
  'network',
  'power',
  'raid',
  'rescue',
  'storage',
  'vendor',
] as const;
export type InterfaceKind = (typeof INTERFACE_KINDS)[number];

/** The first is the default. */
type Choice = readonly [string, ...string[]];
type Interfaces = Readonly<Record<InterfaceKind, Choice>>;

const REDFISH: Interfaces = {
  /** `redfish`: the settings are read and listed, not written. */
  bios: ['redfish', 'no-bios'],
  /** `http-ipxe`: the firmware fetches the first program by UEFI HTTP boot. */
  boot: ['ipxe', 'http-ipxe', 'redfish-virtual-media'],
  console: ['no-console'],
  /** `ramdisk`: the system comes from the network; `custom-agent`: only the operator's deploy steps. */
  deploy: ['direct', 'ramdisk', 'custom-agent'],
  firmware: ['no-firmware', 'redfish'],
  /** `redfish`: by what the BMC tells, without starting the machine. */
  inspect: ['agent', 'redfish', 'no-inspect'],
  management: ['redfish'],
  network: ['noop'],
  power: ['redfish'],
  raid: ['no-raid', 'redfish'],
  rescue: ['agent', 'no-rescue'],
  storage: ['noop'],
  vendor: ['no-vendor', 'redfish'],
};

/** Dell's machines, as Metal3 enrolls them: Ironic's names of its own for what is done by Redfish as everywhere. */
const IDRAC: Interfaces = {
  ...REDFISH,
  bios: ['idrac-redfish', 'redfish', 'no-bios'],
  boot: ['ipxe', 'http-ipxe', 'idrac-redfish-virtual-media'],
  inspect: ['agent', 'idrac-redfish', 'redfish', 'no-inspect'],
  management: ['idrac-redfish', 'redfish'],
  power: ['idrac-redfish', 'redfish'],
  raid: ['no-raid', 'idrac-redfish', 'redfish'],
  vendor: ['no-vendor', 'idrac-redfish', 'redfish'],
};

/** Everything pretended, for those who try the API and its clients (ironic/drivers/fake_hardware.py). */
const FAKE: Interfaces = {
  bios: ['fake', 'no-bios'],
  boot: ['fake'],
  console: ['fake', 'no-console'],
  deploy: ['fake'],
  firmware: ['fake', 'no-firmware'],
  inspect: ['fake', 'no-inspect'],
  management: ['fake', 'noop'],
  network: ['noop'],
  power: ['fake'],
  raid: ['fake', 'no-raid'],
  rescue: ['fake', 'no-rescue'],
  storage: ['noop', 'fake'],
  vendor: ['fake', 'no-vendor'],
};

const BY_DRIVER: Readonly<Record<string, Interfaces>> = {
  redfish: REDFISH,
  idrac: IDRAC,
  'fake-hardware': FAKE,
};

/** What a node of that driver may choose from; of an unknown driver what Redfish has. */
export function interfacesOf(driver: string): Interfaces {
  return (Object.hasOwn(BY_DRIVER, driver) ? BY_DRIVER[driver] : undefined) ?? REDFISH;
}

type Chooser = Pick<NodeRecord, 'driver' | 'interfaces'>;

/** The implementation that does this kind of work for the node, by the name that its users see. */
export function interfaceOf(node: Chooser, kind: InterfaceKind): string {
  const [standard] = interfacesOf(node.driver)[kind];
  return node.interfaces[kind] ?? standard;
}

/** The same with one name for all that is done by Redfish, whoever made the machine. */
export function workerOf(node: Chooser, kind: InterfaceKind): string {
  return interfaceOf(node, kind).replace(/^idrac-/, '');
}

/** What nodes may name, because Ironic's clients do, and ingot does not do yet: kind and worker → a sentence. */
const NOT_YET: Readonly<Record<string, string>> = {
  'boot redfish-virtual-media':
    'boots from virtual media, which ingot cannot do yet: set boot_interface to ipxe or http-ipxe',
  'raid redfish':
    "sets up RAID volumes, which ingot cannot do yet: set them up by the machine's own set-up program, or by clean steps of the agent",
};

/** Why nothing can be done by the interface that the node names; null when that is built. */
export function notYet(node: Chooser, kind: InterfaceKind): string | null {
  const does = NOT_YET[`${kind} ${workerOf(node, kind)}`];
  return does === undefined ? null : `its ${kind}_interface ${interfaceOf(node, kind)} ${does}`;
}

export function isFake(node: Chooser, kind: InterfaceKind): boolean {
  return interfaceOf(node, kind) === 'fake';
}
