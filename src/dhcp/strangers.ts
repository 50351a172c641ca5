/**
 * Who of the machines that nobody knows gets an address, and what is told when there are too many of them; and that
 * a known one does not take the whole range by making up client identifiers.
 */

import { RepeatLimit } from '../net/repeat-limit.ts';
import type { Silence } from './answer.ts';
import type { ClientFacts } from './client-facts.ts';
import type { LeaseKey } from './lease-key.ts';
import type { DhcpNetwork } from './network.ts';
import type { DhcpNotice } from './notice.ts';
import type { Place } from './shared-network.ts';
import { type Full, StrangerQuota } from './stranger-quota.ts';

const HOUR_MS = 3_600_000;
/** Identifiers that one known MAC may have addresses by: ROM, iPXE, ramdisk, a few systems. */
const IDENTIFIERS_A_MAC = 8;

export class Strangers {
  readonly #quotas = new Map<DhcpNetwork, StrangerQuota>();
  /** Of known machines; here a MAC is what a port is to strangers. */
  readonly #identifiers = new StrangerQuota({
    perPort: IDENTIFIERS_A_MAC,
    perNetwork: Number.POSITIVE_INFINITY,
  });
  readonly #onNotice: (notice: DhcpNotice) => void;
  readonly #repeats = new RepeatLimit({ quietMs: HOUR_MS, mostKeys: 1024 });

  constructor(places: readonly Place[], onNotice: (notice: DhcpNotice) => void) {
    this.#onNotice = onNotice;
    for (const { network, book } of places) {
      const perNetwork = Math.ceil((book.size() * network.strangersPercent) / 100);
      this.#quotas.set(network, new StrangerQuota({ perPort: network.strangersPerPort, perNetwork }));
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
    const identifier = { key: facts.leaseKey, port: facts.mac, until, stays: false };
    return this.#identifiers.admit(identifier, now) === null ? null : 'too_many_identifiers';
  }

  #admits(
    { network, book }: Place,
    facts: ClientFacts,
    { until, now }: { readonly until: number; readonly now: number },
  ): boolean {
    const quota = this.#quotas.get(network);
    const runs = (book.leaseOf(facts.leaseKey)?.expiresAt ?? 0) > now;
    const stranger = { key: facts.leaseKey, port: portOf(facts), until, stays: runs };
    const full = quota?.admit(stranger, now) ?? null;
    if (full === null) return true;
    const where = full === 'port' ? `${stranger.port}` : '';
    if (this.#repeats.allows(`${network.name} ${where}`, now))
      this.#onNotice(fullNotice(network, full, facts));
    return false;
  }

  leave({ network }: Place, key: LeaseKey): void {
    this.#quotas.get(network)?.leave(key);
    this.#identifiers.leave(key);
  }

  /** The wall clock was set: all are counted again with their next question. */
  clear(): void {
    for (const quota of [...this.#quotas.values(), this.#identifiers]) quota.clear();
  }
}

/** The switch port, as option 82 names it: circuits have the same names on every switch. */
function portOf({ relay, giaddr }: ClientFacts): string | null {
  return relay.circuitId === null ? null : `${relay.remoteId ?? giaddr ?? ''} ${relay.circuitId}`;
}

function fullNotice(network: DhcpNetwork, full: Full, { relay, giaddr }: ClientFacts): DhcpNotice {
  const behind = giaddr === null ? '' : ` behind relay ${giaddr}`;
  const what =
    full === 'port'
      ? `Machines of no node hold ${network.strangersPerPort} addresses of network ${network.name} on port ${relay.circuitId}${behind}`
      : `Machines of no node hold ${network.strangersPercent} % of the addresses of network ${network.name}; the last one asked${behind === '' ? ` on ${network.interface ?? network.wire}` : behind}`;
  const key = full === 'port' ? 'strangers_per_port' : 'strangers_percent';
  const sentence =
    `${what}: further ones get none, machines of nodes still do. Somebody may make up MACs to use the addresses up; ` +
    `if the machines are real, enroll them (ingot dhcp discovered), widen the ranges or raise ${key}.`;
  const data = {
    network: network.name,
    relay: giaddr,
    circuit_id: relay.circuitId,
    remote_id: relay.remoteId,
  };
  return { kind: 'dhcp.too_many_strangers', severity: 'warning', network: network.name, sentence, data };
}
