/** A machine that belongs to no node, put together from what was heard of it. Pure. */
import type { Cidr } from '../../net/ipv4.ts';
import { cidrContains } from '../../net/ipv4.ts';
import type { Mac } from '../../net/mac.ts';
import { uuidText } from '../../net/smbios-uuid.ts';
import type { DiscoveredRecord } from '../../store/records/discovered.ts';
import type { Fact } from '../packets/packet-protocol.ts';

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
  const earlier: Readonly<Record<string, unknown>> = { ...before };
  return Object.entries(rest).some(([name, value]) => earlier[name] !== value);
}
