/** A machine that belongs to no node, put together from what was heard of it. Pure. */
import type { Cidr } from '../net/ipv4.ts';
import { cidrContains } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import type { DiscoveredRecord } from '../store/records.ts';
import type { Fact } from './packet-protocol.ts';

type Network = { readonly name: string; readonly cidr: Cidr };

/** What was known before with what the fact tells; what it does not tell stays. */
export function sighted(
  before: DiscoveredRecord | null,
  { fact, mac }: { readonly fact: Fact; readonly mac: Mac },
  networks: readonly Network[],
): DiscoveredRecord {
  const { address, client, relay } = fact;
  const at = new Date(fact.at).toISOString();
  const around =
    address === null ? undefined : networks.find(({ cidr }) => cidrContains(cidr, address))?.name;
  return {
    mac,
    uuid: uuidText(client?.uuid ?? null) ?? before?.uuid ?? null,
    architecture: client?.architecture ?? before?.architecture ?? null,
    vendor_class: client?.vendorClass ?? before?.vendor_class ?? null,
    network: client?.network ?? around ?? before?.network ?? null,
    address: address ?? before?.address ?? null,
    giaddr: relay?.giaddr ?? before?.giaddr ?? null,
    circuit_id: relay?.circuitId ?? before?.circuit_id ?? null,
    remote_id: relay?.remoteId ?? before?.remote_id ?? null,
    stage: fact.kind,
    message: fact.sentence,
    first_seen: before?.first_seen ?? at,
    last_seen: at,
    seen_count: (before?.seen_count ?? 0) + 1,
  };
}

/** True when more than time and count has changed. */
export function tellsMore(record: DiscoveredRecord, before: DiscoveredRecord): boolean {
  const { last_seen: _l, seen_count: _c, ...rest } = record;
  return Object.entries(rest).some(([name, value]) => ({ ...before })[name] !== value);
}

/** 32 hex digits as 8-4-4-4-12; null for anything else. */
function uuidText(hex: string | null): string | null {
  const groups = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(hex ?? '');
  return groups === null ? null : groups.slice(1).join('-');
}
