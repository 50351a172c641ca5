/**
 * The lab's networks as data: namespaces, kernel switches, and `ip -batch` lines for each namespace.
 *
 *     seed ──eth-pxe── br-pxe ──tap── machine NIC 1        (switch)
 *     seed ──eth-lcm── br-lcm ──tap── machine NIC 2        (switch)
 *     seed ──eth-oob── router ──eth-bmc── one address a BMC (oob)
 *
 * Lines name other namespaces as `./netns/NAME`, relative to the lab's folder (iproute2 takes any path with a
 * slash), so nothing appears in /run/netns and two labs never clash.
 */
import { LAB_NAMESPACES, type LabNamespace, LCM, OOB, PXE } from './addresses.ts';
import type { MachinePlan } from './records.ts';

/** A kernel switch of one namespace. A missing `optional` file (no IPv6 in the kernel) is no mistake. */
export type KernelSwitch = {
  readonly in: LabNamespace;
  readonly file: string;
  readonly value: string;
  readonly optional: boolean;
};

/** Lines for one run of `ip -batch -` inside one namespace. */
export type LinkStep = { readonly in: LabNamespace; readonly batch: readonly string[] };

export type Topology = {
  readonly namespaces: readonly LabNamespace[];
  readonly switches: readonly KernelSwitch[];
  readonly links: readonly LinkStep[];
};

/** Path of a namespace's file, relative to the lab's folder. */
export function namespaceFile(name: LabNamespace): string {
  return `./netns/${name}`;
}

const noIpv6 = (name: LabNamespace): KernelSwitch[] =>
  ['all', 'default'].map((scope) => ({
    in: name,
    file: `/proc/sys/net/ipv6/conf/${scope}/disable_ipv6`,
    value: '1',
    optional: true,
  }));

/** Forwards at once: with a spanning tree's 30 s of listening, firmware gives up on DHCP before a port opens. */
const bridge = (name: string): string[] => [
  `link add ${name} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
  `link set ${name} up`,
];

const intoBridge = (link: string, name: string): string => `link set ${link} master ${name} up`;

const veth = (near: string, far: string, other: LabNamespace): string =>
  `link add ${near} type veth peer name ${far} netns ${namespaceFile(other)}`;

const addressed = (link: string, address: string): string[] => [
  `address add ${address} brd + dev ${link}`,
  `link set ${link} up`,
];

const taps = (machine: MachinePlan): string[] => [
  `tuntap add dev ${machine.pxe.tap} mode tap`,
  intoBridge(machine.pxe.tap, PXE.bridge),
  `tuntap add dev ${machine.lcm.tap} mode tap`,
  intoBridge(machine.lcm.tap, LCM.bridge),
];

/** The networks of a lab with these machines. Steps are to be done in order. */
export function planTopology(machines: readonly MachinePlan[]): Topology {
  return {
    namespaces: LAB_NAMESPACES,
    switches: [
      ...LAB_NAMESPACES.flatMap(noIpv6),
      { in: 'router', file: '/proc/sys/net/ipv4/ip_forward', value: '1', optional: false },
    ],
    links: [
      ...LAB_NAMESPACES.map((name) => ({ in: name, batch: ['link set lo up'] })),
      { in: 'switch', batch: [...bridge(PXE.bridge), ...bridge(LCM.bridge)] },
      {
        in: 'seed',
        batch: [
          veth(PXE.seed_interface, 'seed-pxe', 'switch'),
          ...addressed(PXE.seed_interface, `${PXE.seed_address}/${PXE.prefix}`),
          veth(LCM.seed_interface, 'seed-lcm', 'switch'),
          ...addressed(LCM.seed_interface, `${LCM.seed_address}/${LCM.prefix}`),
          veth(OOB.seed_interface, 'to-seed', 'router'),
          ...addressed(OOB.seed_interface, `${OOB.transfer_seed}/${OOB.transfer_prefix}`),
        ],
      },
      {
        in: 'router',
        batch: [
          ...addressed('to-seed', `${OOB.transfer_router}/${OOB.transfer_prefix}`),
          veth('to-oob', OOB.bmc_interface, 'oob'),
          ...addressed('to-oob', `${OOB.router_address}/${OOB.prefix}`),
        ],
      },
      {
        in: 'oob',
        batch: [
          `link set ${OOB.bmc_interface} up`,
          ...machines.map(
            (machine) => `address add ${machine.bmc_address}/${OOB.prefix} dev ${OOB.bmc_interface}`,
          ),
          `route add ${OOB.transfer_cidr} via ${OOB.router_address}`,
        ],
      },
      { in: 'seed', batch: [`route add ${OOB.cidr} via ${OOB.transfer_router}`] },
      {
        in: 'switch',
        batch: [
          intoBridge('seed-pxe', PXE.bridge),
          intoBridge('seed-lcm', LCM.bridge),
          ...machines.flatMap(taps),
        ],
      },
    ],
  };
}
