/** Which wire a question comes from: the networks that its machine can have an address of. Pure. */
import { cidrContains, type Ipv4, isHostOf, isUnicast } from '../../net/ipv4.ts';
import type { ClientFacts } from '../codec/client-facts.ts';
import type { DhcpNetwork } from './network.ts';

/** One broadcast domain with the networks that are on it: several make a shared network. */
export type DhcpWire = {
  /** Ours on it; null: relays bring its machines' questions. */
  readonly interface: string | null;
  /** In the order of the configuration; at least one. */
  readonly networks: readonly [DhcpNetwork, ...DhcpNetwork[]];
};

/** Networks by wire, in the order in which each wire comes first. */
export function wiresOf(networks: readonly DhcpNetwork[]): readonly DhcpWire[] {
  const wires = new Map<string, DhcpWire>();
  for (const network of networks) {
    // An interface and a wire behind relays may have one name.
    const key = `${network.interface !== null} ${network.wire}`;
    const before = wires.get(key)?.networks ?? [];
    const [first = network, ...more] = [...before, network];
    wires.set(key, { interface: network.interface, networks: [first, ...more] });
  }
  return [...wires.values()];
}

/** Where a question reached us. */
export type Arrival =
  /** On the wire of one of our interfaces, mostly by broadcast. */
  | { readonly by: 'interface'; readonly interface: string }
  /** Sent to an address of ours, through whichever interface: by a relay, or by a machine that renews its lease. */
  | { readonly by: 'address'; readonly address: Ipv4 };

export type WireChoice =
  | { readonly ok: true; readonly wire: DhcpWire }
  | { readonly ok: false; readonly reason: Astray };

/** Why a question is about no wire of ours. */
export type Astray = 'unknown_relay' | 'unknown_link' | 'impossible_relay';

type Clues = Pick<ClientFacts, 'giaddr' | 'ciaddr' | 'relay' | 'subnetSelection'>;

/**
 * A relay's link selection (RFC 3527) goes before the subnet selection of RFC 3011, and both before giaddr, which
 * may be of any network of the wire. Without a relay the question is of the wire that it was heard on, or else of
 * the wire that its own address is of.
 */
export function chooseWire(clues: Clues, arrival: Arrival, wires: readonly DhcpWire[]): WireChoice {
  const holding = (address: Ipv4 | null): DhcpWire | null =>
    address === null ? null : (wires.find((wire) => isOnWire(wire, address)) ?? null);
  if (clues.giaddr !== null) {
    if (!canBeRelay(clues.giaddr, wires)) return choice(null, 'impossible_relay');
    const selected = clues.relay.linkSelection ?? clues.subnetSelection;
    return choice(holding(selected ?? clues.giaddr), selected === null ? 'unknown_relay' : 'unknown_link');
  }
  if (arrival.by === 'interface')
    return choice(wires.find((wire) => wire.interface === arrival.interface) ?? null, 'unknown_link');
  return choice(holding(clues.ciaddr), 'unknown_link');
}

/**
 * The answer goes to whatever stands there: so it is the address of one host, and not ours. Which hosts relay, nobody
 * can tell: with link selection it may be any address that the server reaches (RFC 3527 3).
 */
function canBeRelay(giaddr: Ipv4, wires: readonly DhcpWire[]): boolean {
  if (!isUnicast(giaddr)) return false;
  return wires.every(({ networks }) =>
    networks.every(
      ({ address, cidr }) => address !== giaddr && (!cidrContains(cidr, giaddr) || isHostOf(cidr, giaddr)),
    ),
  );
}

function isOnWire(wire: DhcpWire, address: Ipv4): boolean {
  return wire.networks.some(({ cidr }) => cidrContains(cidr, address));
}

function choice(wire: DhcpWire | null, reason: Astray): WireChoice {
  return wire === null ? { ok: false, reason } : { ok: true, wire };
}
