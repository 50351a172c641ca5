/**
 * Ironic's hardware interfaces: for each driver which implementations of each kind there are, the default first. What
 * a driver is made of decides which steps its nodes take. Tables of data.
 */
import type { NodeRecord } from '../store/records.ts';

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
  bios: ['no-bios'],
  /** `http-ipxe`: the firmware fetches the first program by UEFI HTTP boot. */
  boot: ['ipxe', 'http-ipxe'],
  console: ['no-console'],
  /** `ramdisk`: the system comes from the network; `custom-agent`: only the operator's deploy steps. */
  deploy: ['direct', 'ramdisk', 'custom-agent'],
  firmware: ['no-firmware'],
  /** `redfish`: by what the BMC tells, without starting the machine. */
  inspect: ['agent', 'redfish', 'no-inspect'],
  management: ['redfish'],
  network: ['noop'],
  power: ['redfish'],
  raid: ['no-raid'],
  rescue: ['agent', 'no-rescue'],
  storage: ['noop'],
  vendor: ['no-vendor'],
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

const BY_DRIVER: Readonly<Record<string, Interfaces>> = { redfish: REDFISH, 'fake-hardware': FAKE };

/** What a node of that driver may choose from; of an unknown driver what Redfish has. */
export function interfacesOf(driver: string): Interfaces {
  return (Object.hasOwn(BY_DRIVER, driver) ? BY_DRIVER[driver] : undefined) ?? REDFISH;
}

type Chooser = Pick<NodeRecord, 'driver' | 'interfaces'>;

/** The implementation that does this kind of work for the node. */
export function interfaceOf(node: Chooser, kind: InterfaceKind): string {
  const [standard] = interfacesOf(node.driver)[kind];
  return node.interfaces[kind] ?? standard;
}

export function isFake(node: Chooser, kind: InterfaceKind): boolean {
  return interfaceOf(node, kind) === 'fake';
}
