/**
 * Who of the machines that nobody knows gets an address, and what is told when there are too many of them; and that
 * a known one does not take the whole range by making up client identifiers.
 */

import type { Mac } from '../../net/mac.ts';
import { RepeatLimit } from '../../net/repeat-limit.ts';
import type { ClientFacts } from '../codec/client-facts.ts';
import { readRelayInformation } from '../codec/relay-information.ts';
import { type LeaseKey, leaseKeyOf } from '../leases/lease-key.ts';
import type { Reservations } from '../leases/reservations.ts';
import type { DhcpNotice } from '../notice.ts';
import type { Silence } from '../replies/answer.ts';
import type { DhcpNetwork } from '../wires/network.ts';
import type { Place } from '../wires/shared-network.ts';
import { type Behind, type Full, StrangerQuota } from './stranger-quota.ts';

const HOUR_MS = 3_600_000;
/** Identifiers that one known MAC may have addresses by: ROM, iPXE, ramdisk, a few systems. */
const IDENTIFIERS_A_MAC = 8;
/** The part of a network’s strangers that may be behind one relay: the rest is for those behind others. */
const RELAY_SHARE = 0.75;

type Parts = {
  readonly places: readonly Place[];
  readonly reservations: Pick<Reservations, 'of'>;
  readonly onNotice: (notice: DhcpNotice) => void;
};

export class Strangers {
  readonly #places: readonly Place[];
  readonly #quotas = new Map<DhcpNetwork, StrangerQuota>();
  /** Of known machines; here a MAC is what a port is to strangers. */
  readonly #identifiers = new StrangerQuota({
    perPort: IDENTIFIERS_A_MAC,
    perRelay: Number.POSITIVE_INFINITY,
    perNetwork: Number.POSITIVE_INFINITY,
  });
  readonly #onNotice: (notice: DhcpNotice) => void;
  readonly #repeats = new RepeatLimit({ quietMs: HOUR_MS, mostKeys: 1024 });

  constructor({ places, reservations, onNotice }: Parts, now: number) {
    this.#places = places;
    this.#onNotice = onNotice;
    const isKnown = (mac: Mac): boolean => reservations.of(mac) !== null;
    for (const { network, book } of places) {
      const perNetwork = Math.ceil((book.size() * network.strangersPercent) / 100);
      const perRelay = Math.max(1, Math.floor(perNetwork * RELAY_SHARE));
      const limits = { perPort: network.strangersPerPort, perRelay, perNetwork };
      this.#quotas.set(network, new StrangerQuota(limits, isKnown));
    }
    this.recount(now);
  }

  /**
   * Counts who has a lease that runs, and nobody else: at the start, and when the wall clock was set. Machines of nodes
   * may not be known yet then: they count until room is needed.
   */
  recount(now: number): void {
    this.#identifiers.clear();
    for (const { network, book } of this.#places) {
      const quota = this.#quotas.get(network);
      quota?.clear();
      for (const lease of book.leases()) {
        if (lease.expiresAt <= now) continue;
        const { mac, expiresAt: until } = lease;
        const counted = { key: leaseKeyOf(lease), mac, until, stays: true };
        const relay = readRelayInformation(lease.relayInformation);
        // One of a range that was takes nothing from the others.
        if (book.isDynamic(lease.address))
          quota?.admit({ ...counted, behind: behindOf({ relay, giaddr: lease.giaddr }) }, now);
        if (counted.key !== mac) this.#identifiers.admit({ ...counted, behind: ofMac(mac) }, now);
      }
    }
  }

  /** Why not, if too many addresses are held already; who has a lease that runs keeps it. */
  refusal(
    place: Place,
    facts: ClientFacts,
    claim: { readonly isKnown: boolean; readonly until: number; readonly now: number },
  ): Silence | null {
    const { isKnown, until, now } = claim;
    if (!isKnown) return this.#admits(place, facts, claim) ? null : 'too_many_strangers';
    if (facts.leaseKey === facts.mac) return null;
    const { leaseKey: key, mac } = facts;
    const identifier = { key, mac, behind: ofMac(mac), until, stays: false };
    return this.#identifiers.admit(identifier, now) === null ? null : 'too_many_identifiers';
  }

  #admits(
    { network, book }: Place,
    facts: ClientFacts,
    { until, now }: { readonly until: number; readonly now: number },
  ): boolean {
    const quota = this.#quotas.get(network);
    const runs = (book.leaseOf(facts.leaseKey)?.expiresAt ?? 0) > now;
    const { leaseKey: key, mac } = facts;
    const behind = behindOf(facts);
    const stranger = { key, mac, behind, until, stays: runs };
    const full = quota?.admit(stranger, now) ?? null;
    if (full === null) return true;
    const where = full === 'network' ? '' : `${behind?.name}`;
    if (this.#repeats.allows(`${network.name} ${where}`, now))
      this.#onNotice(fullNotice(network, full, facts));
    return false;
  }

  leave({ network }: Place, key: LeaseKey): void {
    this.#quotas.get(network)?.leave(key);
    this.#identifiers.leave(key);
  }
}

/**
 * The switch port, as option 82 names it: circuits have the same names on every switch. Else whatever was told of the
 * way: the switch or relay that put option 82 there, or the relay's address.
 */
function behindOf({ relay, giaddr }: Pick<ClientFacts, 'relay' | 'giaddr'>): Behind | null {
  const by = relay.remoteId ?? giaddr;
  if (relay.circuitId !== null) return { kind: 'port', name: `${by ?? ''} ${relay.circuitId}` };
  return by === null ? null : { kind: 'relay', name: by };
}

function ofMac(mac: Mac): Behind {
  return { kind: 'port', name: mac };
}

function fullNotice(network: DhcpNetwork, full: Full, { relay, giaddr }: ClientFacts): DhcpNotice {
  const behind = giaddr === null ? '' : ` behind relay ${giaddr}`;
  const what: Record<Full, string> = {
    port: `Machines of no node hold ${network.strangersPerPort} addresses of network ${network.name} on port ${relay.circuitId}${behind}`,
    relay: `Machines of no node hold three quarters of what they may of network ${network.name} behind ${relay.remoteId ?? giaddr}, which names no switch ports`,
    network: `Machines of no node hold ${network.strangersPercent} % of the addresses of network ${network.name}; the last one asked${behind === '' ? ` on ${network.interface ?? network.wire}` : behind}`,
  };
  const key = full === 'port' ? 'strangers_per_port' : 'strangers_percent';
  const sentence =
    `${what[full]}: further ones get none, machines of nodes still do. Somebody may make up MACs to use the addresses up; ` +
    `if the machines are real, enroll them (ingot dhcp discovered), widen the ranges or raise ${key}.`;
  const data = {
    network: network.name,
    relay: giaddr,
    circuit_id: relay.circuitId,
    remote_id: relay.remoteId,
  };
  return { kind: 'dhcp.too_many_strangers', severity: 'warning', network: network.name, sentence, data };
}
