/** The lab's address plan: one table, so that topology, configuration and documentation agree. */
import type { Ipv4 } from '../net/ipv4.ts';

const ip = (text: string): Ipv4 => text as Ipv4;

/** Where a lab's processes can live. `seed` is the daemon's place, `switch` QEMU's, `oob` the BMCs'. */
export const LAB_NAMESPACES = ['seed', 'router', 'oob', 'switch'] as const;
export type LabNamespace = (typeof LAB_NAMESPACES)[number];

export const PXE = {
  cidr: '10.20.0.0/16',
  seed_interface: 'eth-pxe',
  seed_address: ip('10.20.0.1'),
  prefix: 16,
  bridge: 'br-pxe',
  dhcp: { from: '10.20.1.0', to: '10.20.9.255' },
  static: { from: '10.20.10.0', to: '10.20.10.255' },
} as const;

export const LCM = {
  cidr: '10.40.0.0/24',
  seed_interface: 'eth-lcm',
  seed_address: ip('10.40.0.1'),
  prefix: 24,
  bridge: 'br-lcm',
  static: { from: '10.40.0.50', to: '10.40.0.99' },
} as const;

/** The seed is not on the BMCs' subnet: it reaches them by routing only. */
export const OOB = {
  cidr: '10.30.0.0/24',
  prefix: 24,
  router_address: ip('10.30.0.1'),
  transfer_cidr: '10.31.0.0/30',
  transfer_prefix: 30,
  transfer_router: ip('10.31.0.1'),
  transfer_seed: ip('10.31.0.2'),
  seed_interface: 'eth-oob',
  bmc_interface: 'eth-bmc',
} as const;

export const BMC_ADDRESS_PREFIX = '10.30.0.';
export const FIRST_BMC_HOST = 11;
export const LAST_BMC_HOST = 254;
export const BMC_PORT = 443;
