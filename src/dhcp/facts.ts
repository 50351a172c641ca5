/** What the DHCP server tells the rest of ingot about a machine: one plain object, one sentence. */
import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import type { ClientFacts } from './codec/client-facts.ts';
import type { Silence } from './replies/answer.ts';

export type DhcpFact = {
  readonly kind: /** Asked for an address and got none. */
    | 'dhcp.discover'
    | 'dhcp.offer'
    /** Asked for one address and got no answer. */
    | 'dhcp.request'
    | 'dhcp.ack'
    /** Was told what to boot, and nothing else. */
    | 'dhcp.boot_file'
    /** Takes its address from the server beside which we are a proxy. */
    | 'dhcp.elsewhere'
    | 'dhcp.nak'
    | 'dhcp.decline'
    | 'dhcp.release'
    | 'dhcp.inform'
    /** Its link came up late. */
    | 'dhcp.link_late';
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Null: the question came from a link that we do not serve. */
  readonly network: string | null;
  readonly mac: Mac;
  readonly address: Ipv4 | null;
  readonly sentence: string;
  /** What it said of itself; for machines that nobody knows yet. */
  readonly vendorClass: string | null;
  readonly archs: readonly number[];
  /** Option 97 without its type byte, in hex. */
  readonly uuid: string | null;
  /** Only where a relay passed the message on. */
  readonly relay?: RelayPlace;
};

/** Where a machine is plugged in, as the relay says. */
export type RelayPlace = {
  /** The relay's address; null for a switch that only adds option 82. */
  readonly giaddr: Ipv4 | null;
  /** Option 82 as text for people. */
  readonly circuitId: string | null;
  readonly remoteId: string | null;
};

type UnansweredKind = 'dhcp.discover' | 'dhcp.request' | 'dhcp.elsewhere';

/** The fact of an unanswered DISCOVER or REQUEST; null where the silence says nothing about a machine. */
export function unansweredKind(facts: ClientFacts, reason?: Silence): UnansweredKind | null {
  if (reason === 'left_to_other_server')
    return facts.messageType === 'request' && facts.requestedAddress !== null ? 'dhcp.elsewhere' : null;
  if (facts.messageType === 'discover') return 'dhcp.discover';
  return facts.messageType === 'request' ? 'dhcp.request' : null;
}

const SILENCE_SENTENCES: Record<Silence, (facts: ClientFacts) => string> = {
  unknown_client: () =>
    'asked for an address; this network serves known machines only, and this MAC is not one',
  unknown_relay: ({ giaddr }) => `asked through the relay ${giaddr}, which is on no network that we serve`,
  unknown_link: ({ giaddr, relay, subnetSelection }) =>
    giaddr === null
      ? 'asked from a link that we do not serve'
      : `asked through the relay ${giaddr} for the link of ${relay.linkSelection ?? subnetSelection}, which is on no network that we serve`,
  impossible_relay: ({ giaddr }) =>
    `asked through the relay ${giaddr}, which is no relay’s address: an answer there would go to ourselves, to everybody or to nobody`,
  other_server_chosen: ({ serverId }) => `took the offer of another DHCP server, ${serverId}`,
  no_address_named: () => 'sent a message that names no address',
  no_free_address: () =>
    'asked for an address; all addresses of the DHCP ranges are in use: widen the ranges',
  too_many_strangers: () =>
    'asked for an address; too many machines of no node have one already: enroll it, or see the limits for strangers',
  too_many_identifiers: () =>
    'asked for an address by one more client identifier; this MAC has addresses by eight others already',
  found_in_use: () => 'asked for an address; the free ones that were tried turned out to be in use by others',
  reservation_in_use: () => 'asked for an address; the one reserved for it is in use by another machine',
  no_record: ({ requestedAddress, ciaddr }) =>
    `asked to keep the address ${requestedAddress ?? ciaddr}, which it never had of us: another server may have given it`,
  not_extended: ({ ciaddr }) =>
    `asked to keep the address ${ciaddr}, which is reserved for another machine or in no range by now: it has it until its lease ends`,
  not_ours_to_refuse: ({ requestedAddress, ciaddr }) =>
    `asked for ${requestedAddress ?? ciaddr}, which is in none of our ranges; left to another server`,
  not_the_holder: () => 'spoke of an address that it does not hold',
  off_network: ({ ciaddr }) => `asked from ${ciaddr}, which is no machine’s address on this network`,
  left_to_other_server: ({ requestedAddress, serverId }) =>
    requestedAddress === null
      ? 'asked for an address; another DHCP server gives those here'
      : `takes the address ${requestedAddress} from ${serverId === null ? 'another DHCP server' : `the DHCP server ${serverId}`}`,
  no_boot_question: () => 'asked the boot server for something else than a boot file',
  nothing_to_boot: () => 'asked what to boot; there is nothing for it',
};

export function silenceSentence(reason: Silence, facts: ClientFacts): string {
  return SILENCE_SENTENCES[reason](facts);
}

export type FactBody = Pick<DhcpFact, 'kind' | 'address' | 'sentence'>;

export function dhcpFact(
  facts: ClientFacts,
  where: { readonly network: string | null; readonly at: number },
  body: FactBody,
): DhcpFact {
  return {
    ...body,
    ...where,
    mac: facts.mac,
    vendorClass: facts.vendorClass,
    archs: facts.archs,
    uuid: facts.uuid?.length === 17 ? Buffer.from(facts.uuid.subarray(1)).toString('hex') : null,
    ...relayPlace(facts),
  };
}

function relayPlace({ giaddr, relayInformation, relay }: ClientFacts): Pick<DhcpFact, 'relay'> {
  // A renewal that no relay passed on is answered by what the relay said before, and tells nothing new.
  if (giaddr === null && relayInformation === null) return {};
  return { relay: { giaddr, circuitId: relay.circuitId, remoteId: relay.remoteId } };
}
