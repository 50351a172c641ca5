/** What is wrong with a set of networks, as sentences for the operator. Pure; an empty list means all is well. */
import type { NetworkConfig } from '../config/schema.ts';
import { isBehindRelays, serverAddress } from '../config/server-address.ts';
import { cidrContains, formatCidr } from '../net/ipv4.ts';
import {
  cidrSpan,
  formatSpan,
  holds,
  intersection,
  networkEnds,
  protectedAddresses,
  type Span,
  spanOf,
} from './ranges.ts';

export type NetworkProblem = {
  /** Those concerned, as they were given: two may have one name. */
  readonly networks: readonly NetworkConfig[];
  readonly message: string;
  readonly hint: string;
};

type Range = NetworkConfig['ranges'][number];
type OwnedSpan = { readonly network: NetworkConfig; readonly range: Range; readonly span: Span };

export function checkNetworks(networks: readonly NetworkConfig[]): readonly NetworkProblem[] {
  return [
    ...duplicateNames(networks),
    ...networks.flatMap((network) => [
      ...ownAddresses(network),
      ...rangeShapes(network),
      ...protectedInRanges(network),
      ...service(network, networks),
    ]),
    ...pairs(networks).flatMap(([a, b]) => overlappingNetworks(a, b)),
    ...overlappingRanges(networks),
    ...sharedWires(networks),
  ];
}

function duplicateNames(networks: readonly NetworkConfig[]): readonly NetworkProblem[] {
  const names = networks.map(({ name }) => name);
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map((name) => ({
    networks: networks.filter((network) => network.name === name),
    message: `two networks are called "${name}"`,
    hint: 'Give each network a name of its own.',
  }));
}

/** Gateway and own address lie inside the cidr, are a machine's, and differ. */
function ownAddresses(network: NetworkConfig): readonly NetworkProblem[] {
  const { name, cidr, gateway, address } = network;
  const named = [
    { what: 'gateway', value: gateway },
    { what: 'address', value: address },
  ];
  const outside = named.flatMap(({ what, value }) =>
    value == null || cidrContains(cidr, value)
      ? []
      : [
          problem(
            network,
            `its ${what} ${value} is not in ${formatCidr(cidr)}`,
            `Correct ${what} or cidr of "${name}".`,
          ),
        ],
  );
  const nobodys = named.flatMap(({ what, value }) => {
    const end = networkEnds(cidr).find(({ address: one }) => one === value);
    if (end === undefined) return [];
    const hint = `Correct ${what} of "${name}": no machine can have this one.`;
    return [problem(network, `its ${what} ${value} is ${end.what} of ${formatCidr(cidr)}`, hint)];
  });
  const mistakes = [...outside, ...nobodys];
  if (gateway == null || gateway !== address) return mistakes;
  const hint = 'Set gateway to the router of that network, or to null when there is none.';
  return [...mistakes, problem(network, `gateway and address are both ${gateway}`, hint)];
}

function rangeShapes(network: NetworkConfig): readonly NetworkProblem[] {
  const { name, cidr } = network;
  const whole = cidrSpan(cidr);
  return network.ranges.flatMap((range) => {
    const span = spanOf(range);
    const label = rangeLabel(range);
    if (span.first > span.last)
      return [problem(network, `its ${label} ends before it begins`, 'Exchange from and to.')];
    const inside = intersection(span, whole);
    if (inside !== null && inside.first === span.first && inside.last === span.last) return [];
    const says = `its ${label} is not inside ${formatCidr(cidr)}`;
    return [
      problem(network, says, `Keep the ranges of "${name}" between ${cidr.network} and ${cidr.broadcast}.`),
    ];
  });
}

function protectedInRanges(network: NetworkConfig): readonly NetworkProblem[] {
  return network.ranges.flatMap((range) =>
    protectedAddresses(network)
      .filter(({ address }) => holds(spanOf(range), address))
      .map(({ address, what }) =>
        problem(
          network,
          `its ${rangeLabel(range)} holds ${address}, ${what}`,
          `Begin or end the range so that it leaves out ${address}.`,
        ),
      ),
  );
}

/** What a network needs to be served, and what an out-of-band network may not have. */
function service(network: NetworkConfig, all: readonly NetworkConfig[]): readonly NetworkProblem[] {
  const { name, role, dhcp, ranges } = network;
  if (role === 'oob') {
    const hint = 'BMCs keep their own addresses; ingot only routes to them. Remove dhcp and ranges here.';
    return [
      ...(ranges.length > 0
        ? [problem(network, 'it is out-of-band, so nothing is given from its ranges', hint)]
        : []),
      ...(dhcp !== 'off' ? [problem(network, 'it is out-of-band, so DHCP is never served on it', hint)] : []),
    ];
  }
  if (dhcp === 'off')
    return ranges
      .filter(({ use }) => use === 'dhcp')
      .map((range) =>
        problem(
          network,
          `it has a ${rangeLabel(range)} but dhcp is off`,
          'Set dhcp: authoritative, or remove the range.',
        ),
      );
  const idle = dhcp === 'proxy' ? ranges.filter(({ use }) => use === 'dhcp') : [];
  const unused = idle.map((range) =>
    problem(
      network,
      `it has a ${rangeLabel(range)} but dhcp is proxy: another server gives the addresses`,
      'Remove the range, or set dhcp: authoritative.',
    ),
  );
  if (isBehindRelays(network)) return [...unused, ...behindRelays(network, all)];
  return [
    ...unused,
    ...(serverAddress(network, all) !== null
      ? []
      : [
          problem(
            network,
            `dhcp is ${dhcp}, which needs address`,
            `Set address of "${name}" to this machine's own on that network, or dhcp: off.`,
          ),
        ]),
    ...(network.wire === undefined
      ? []
      : [
          problem(
            network,
            `it has an interface and a wire`,
            'Remove wire: networks that name the same interface share its wire; wire is for networks behind relays.',
          ),
        ]),
  ];
}

/** Served without an interface of ours. */
function behindRelays(network: NetworkConfig, all: readonly NetworkConfig[]): readonly NetworkProblem[] {
  const { name, dhcp, address } = network;
  if (address !== undefined) {
    const hint = `Set interface of "${name}" to the one with ${address}; behind relays remove address instead, and set server_address if machines shall reach us by another address.`;
    return [problem(network, 'it has an address of ours but no interface', hint)];
  }
  if (serverAddress(network, all) !== null) return [];
  const hint = `Set interface and address of "${name}" to this machine's own on that network; if relays bring its machines' questions, set server_address to the address of ours that they reach; or dhcp: off.`;
  return [problem(network, `dhcp is ${dhcp}, which needs interface and address, or server_address`, hint)];
}

function overlappingNetworks(a: NetworkConfig, b: NetworkConfig): readonly NetworkProblem[] {
  const common = intersection(cidrSpan(a.cidr), cidrSpan(b.cidr));
  if (common === null) return [];
  return [
    {
      networks: [a, b],
      message: `networks "${a.name}" (${formatCidr(a.cidr)}) and "${b.name}" (${formatCidr(b.cidr)}) overlap in ${formatSpan(common)}`,
      hint: 'Give each network a cidr of its own; routing between them is impossible otherwise.',
    },
  ];
}

function overlappingRanges(networks: readonly NetworkConfig[]): readonly NetworkProblem[] {
  const owned: readonly OwnedSpan[] = networks.flatMap((network) =>
    network.ranges.map((range) => ({ network, range, span: spanOf(range) })),
  );
  return pairs(owned).flatMap(([a, b]) => {
    const common = intersection(a.span, b.span);
    if (common === null) return [];
    return [
      {
        networks: [a.network, b.network],
        message: `${ownerLabel(a)} and ${ownerLabel(b)} both hold ${formatSpan(common)}`,
        hint: 'Shorten one of the two ranges: an address may have one owner only.',
      },
    ];
  });
}

/** Every machine on a wire can hear every network of it: they cannot be served in different ways. */
function sharedWires(networks: readonly NetworkConfig[]): readonly NetworkProblem[] {
  const served = networks.filter(({ dhcp, role }) => dhcp !== 'off' && role !== 'oob');
  return pairs(served).flatMap(([a, b]) => {
    const wire = a.interface ?? a.wire;
    const isShared = wire !== undefined && a.interface === b.interface && wire === (b.interface ?? b.wire);
    if (!isShared) return [];
    if (a.dhcp === b.dhcp && a.identity === b.identity) return [];
    const key = a.dhcp === b.dhcp ? 'identity' : 'dhcp';
    return [
      {
        networks: [a, b],
        message: `networks "${a.name}" (${key}: ${a[key]}) and "${b.name}" (${key}: ${b[key]}) share the wire ${wire}`,
        hint: `Give all networks of one wire the same ${key}, or a VLAN interface of its own to each.`,
      },
    ];
  });
}

function problem(network: NetworkConfig, says: string, hint: string): NetworkProblem {
  return { networks: [network], message: `network "${network.name}": ${says}`, hint };
}

function rangeLabel(range: Range): string {
  return `${range.use} range ${range.from}-${range.to}`;
}

function ownerLabel({ network, range }: OwnedSpan): string {
  return `the ${rangeLabel(range)} of network "${network.name}"`;
}

function pairs<T>(items: readonly T[]): readonly (readonly [T, T])[] {
  return items.flatMap((a, index) => items.slice(index + 1).map((b) => [a, b] as const));
}
