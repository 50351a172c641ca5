/**
 * The server's state machine (RFC 2131 4.3): what one message of a client calls for. Pure: the caller carries
 * the answer out. "Silence rather than NAK where unsure": EDK2 gives up PXE at the first NAK.
 */
import { type Ipv4, isHostOf } from '../../net/ipv4.ts';
import type { ClientFacts } from '../codec/client-facts.ts';
import type { Lease } from '../leases/lease.ts';
import { isOwn, keptFor } from '../leases/lease-key.ts';
import {
  type AddressReason,
  chooseAddress,
  type Situation,
  type Standing,
  standing,
} from '../leases/pool.ts';
import { reservedOn } from '../leases/reservations.ts';
import { type DhcpNetwork, leaseSecondsFor } from '../wires/network.ts';

export const SILENCES = [
  'unknown_client',
  'unknown_relay',
  'unknown_link',
  'impossible_relay',
  'other_server_chosen',
  'no_address_named',
  'no_free_address',
  'too_many_strangers',
  'too_many_identifiers',
  'found_in_use',
  'reservation_in_use',
  'not_ours_to_refuse',
  'no_record',
  'not_extended',
  'not_the_holder',
  'off_network',
  'left_to_other_server',
  'no_boot_question',
  'nothing_to_boot',
] as const;
export type Silence = (typeof SILENCES)[number];

export type Answer =
  | { readonly kind: 'offer'; readonly address: Ipv4; readonly because: AddressReason }
  /** A boot file, and no address: another server gives that. */
  | { readonly kind: 'boot_offer' }
  | { readonly kind: 'ack'; readonly lease: Lease }
  | { readonly kind: 'nak'; readonly address: Ipv4; readonly because: string }
  /** Options for a machine that has an address of its own (RFC 2131 4.3.5). */
  | { readonly kind: 'inform'; readonly address: Ipv4 }
  /** The machine gives its address back. No reply. */
  | { readonly kind: 'release'; readonly address: Ipv4 }
  /** The machine found its address in use by somebody else. No reply. */
  | { readonly kind: 'decline'; readonly address: Ipv4 }
  | { readonly kind: 'silence'; readonly reason: Silence };

export function answer(facts: ClientFacts, situation: Situation): Answer {
  const { network, reservations } = situation;
  if (network.mode === 'proxy')
    return facts.messageType === 'discover' && situation.isBooting
      ? { kind: 'boot_offer' }
      : silence('left_to_other_server');
  if (network.mode === 'reservations' && reservations.of(facts.mac) === null)
    return silence('unknown_client');
  switch (facts.messageType) {
    case 'discover':
      return answerDiscover(facts, situation);
    case 'request':
      return answerRequest(facts, situation);
    case 'decline':
      return answerDecline(facts, situation);
    case 'release':
      return answerRelease(facts, situation);
    case 'inform':
      return answerInform(facts, situation);
  }
}

function silence(reason: Silence): Answer {
  return { kind: 'silence', reason };
}

/** We are the network's address of ours, and whatever the relay says that we are (RFC 5107 4). */
function isForOtherServer({ serverId, relay }: ClientFacts, network: DhcpNetwork): boolean {
  return serverId !== null && serverId !== network.address && serverId !== relay.serverIdOverride;
}

function answerDiscover(facts: ClientFacts, situation: Situation): Answer {
  const reservation = situation.reservations.of(facts.mac);
  const { mac, leaseKey } = facts;
  const wish = { mac, leaseKey, reservation, asked: facts.requestedAddress };
  const choice = chooseAddress(wish, situation);
  if (!choice.ok) return silence(choice.reason);
  return { kind: 'offer', address: choice.address, because: choice.because };
}

/**
 * What a REQUEST is part of (RFC 2131 4.3.2). Renewing and rebinding differ in the destination address only,
 * and mean the same to a server with one journal.
 */
type RequestState = 'selecting' | 'init_reboot' | 'renewing';

/**
 * How the address stands that a REQUEST is about. `unrecorded`: it is usable, and the machine never had it of us.
 * `reserved_elsewhere`: the machine has a better one now. `promised` and `left_out`: the machine's own lease of it
 * runs, but meanwhile it was reserved for another, or the ranges were changed.
 */
type RequestStanding = Standing | 'unrecorded' | 'reserved_elsewhere' | 'promised' | 'left_out';

type Rule =
  | { readonly do: 'ack'; readonly ifOwner?: true }
  | { readonly do: 'nak'; readonly because: string; readonly ifOwner?: true }
  | { readonly do: 'silence'; readonly reason: Silence };

const ACK: Rule = { do: 'ack' };
const TAKEN: Rule = { do: 'nak', because: 'another machine has that address' };
const QUARANTINED: Rule = { do: 'nak', because: 'that address was found in use by a foreign machine' };
const ELSEWHERE: Rule = { do: 'nak', because: 'this machine has another address reserved' };
/** `ifOwner`: only the sole server of a network can know that the address is wrong (RFC 2131 4.3.2). */
const NOT_OURS: Rule = { do: 'nak', because: 'that address is in no range of this network', ifOwner: true };
const OFF_NETWORK: Rule = { do: 'nak', because: 'that address is not of this network', ifOwner: true };

/** A NAK takes a running machine's address at once; unanswered, it has it until its lease ends (RFC 2131 4.4.5). */
const RUNS_OUT: Rule = { do: 'silence', reason: 'not_extended' };

/** Beside another server "it MUST remain silent" (RFC 2131 4.3.2): that one may have given the address. */
const REMEMBERED: Rule = { do: 'ack', ifOwner: true };

/**
 * A usable address without a record is acknowledged: the machine took an offer that we forgot in a restart, or uses or
 * remembers a lease that we lost, which only the sole server can tell to be its own. A running machine is not cut off
 * when it gets a reservation elsewhere: it moves at its next start.
 */
const REQUEST_RULES: Record<RequestStanding, Record<RequestState, Rule>> = {
  usable: { selecting: ACK, init_reboot: ACK, renewing: ACK },
  unrecorded: { selecting: ACK, init_reboot: REMEMBERED, renewing: REMEMBERED },
  reserved_elsewhere: { selecting: ELSEWHERE, init_reboot: ELSEWHERE, renewing: ACK },
  taken: { selecting: TAKEN, init_reboot: TAKEN, renewing: TAKEN },
  promised: { selecting: TAKEN, init_reboot: TAKEN, renewing: RUNS_OUT },
  left_out: { selecting: NOT_OURS, init_reboot: NOT_OURS, renewing: RUNS_OUT },
  quarantined: { selecting: QUARANTINED, init_reboot: QUARANTINED, renewing: QUARANTINED },
  not_ours: { selecting: NOT_OURS, init_reboot: NOT_OURS, renewing: NOT_OURS },
  off_network: { selecting: OFF_NETWORK, init_reboot: OFF_NETWORK, renewing: OFF_NETWORK },
};

function answerRequest(facts: ClientFacts, situation: Situation): Answer {
  const { network, book } = situation;
  if (isForOtherServer(facts, network)) return silence('other_server_chosen');
  const state: RequestState =
    facts.serverId !== null ? 'selecting' : facts.ciaddr !== null ? 'renewing' : 'init_reboot';
  // Some clients name no address at all: then the one that we offered is meant.
  const offered = book.offerTo(facts.leaseKey)?.address ?? null;
  const address = state === 'renewing' ? facts.ciaddr : (facts.requestedAddress ?? facts.ciaddr ?? offered);
  if (address === null) return silence('no_address_named');

  const rule = REQUEST_RULES[requestStanding(facts, address, situation)][state];
  if (rule.do === 'silence') return silence(rule.reason);
  if (rule.ifOwner && network.mode !== 'authoritative')
    return silence(rule.do === 'ack' ? 'no_record' : 'not_ours_to_refuse');
  if (rule.do === 'ack') return { kind: 'ack', lease: leaseFor(facts, address, situation) };
  return { kind: 'nak', address, because: rule.because };
}

function requestStanding(facts: ClientFacts, address: Ipv4, situation: Situation): RequestStanding {
  const found = standing(facts, address, situation);
  const { book, now } = situation;
  // Under its identifier, or under the bare MAC (see `isOwn`).
  const own = [facts.leaseKey, facts.mac].map((key) => book.leaseOf(key));
  const last = own.find((lease) => lease?.address === address) ?? null;
  const runs = last !== null && last.expiresAt > now;
  if (found === 'taken' && runs) return 'promised';
  if (found === 'not_ours' && runs) return 'left_out';
  if (found !== 'usable') return found;
  const reserved = reservedOn(situation.network.cidr, situation.reservations.of(facts.mac));
  if (reserved === address) return 'usable';
  if (situation.reservedNextDoor === true) return 'reserved_elsewhere';
  if (reserved === null) {
    const isKnown = last !== null || book.offerTo(facts.leaseKey)?.address === address;
    return isKnown ? 'usable' : 'unrecorded';
  }
  return standing(facts, reserved, situation) === 'usable' ? 'reserved_elsewhere' : 'usable';
}

function leaseFor(facts: ClientFacts, address: Ipv4, situation: Situation): Lease {
  const { network, book, now, reservations, isBooting } = situation;
  const before = book.leaseOf(facts.leaseKey);
  const goesOn = before !== null && before.address === address && before.expiresAt > now;
  // A renewal passes no relay; whoever begins anew may be plugged in elsewhere.
  const renewed = facts.ciaddr === null ? null : before;
  return {
    address,
    ...keptFor(facts),
    hostname: reservations.of(facts.mac)?.hostname ?? facts.hostname,
    relayInformation: kept(facts.relayInformation) ?? renewed?.relayInformation ?? null,
    giaddr: facts.giaddr ?? renewed?.giaddr ?? null,
    startedAt: goesOn ? before.startedAt : now,
    expiresAt: now + leaseSecondsFor(network, isBooting) * 1000,
  };
}

/** One option's worth: RFC 3396 pieces make 65 KB of it, and each lease would hold them, or the datagram's buffer. */
const MOST_RELAY_BYTES = 255;

function kept(relayInformation: Uint8Array | null): Uint8Array | null {
  return relayInformation === null || relayInformation.length > MOST_RELAY_BYTES
    ? null
    : Uint8Array.from(relayInformation);
}

/** Only who has the address can say that it is bad: else anybody could empty the range. */
function answerDecline(facts: ClientFacts, situation: Situation): Answer {
  if (isForOtherServer(facts, situation.network)) return silence('other_server_chosen');
  const address = facts.requestedAddress ?? facts.ciaddr;
  if (address === null) return silence('no_address_named');
  return holds(facts, address, situation) ? { kind: 'decline', address } : silence('not_the_holder');
}

function answerRelease(facts: ClientFacts, situation: Situation): Answer {
  if (isForOtherServer(facts, situation.network)) return silence('other_server_chosen');
  if (facts.ciaddr === null) return silence('no_address_named');
  return holds(facts, facts.ciaddr, situation)
    ? { kind: 'release', address: facts.ciaddr }
    : silence('not_the_holder');
}

function holds(facts: ClientFacts, address: Ipv4, { book, now }: Situation): boolean {
  const holder = book.holderOf(address, now);
  return holder?.kind === 'machine' && isOwn(holder.key, facts);
}

/** Answered to machines' addresses of this network only: the reply goes to whatever `ciaddr` says. */
function answerInform(facts: ClientFacts, situation: Situation): Answer {
  if (facts.ciaddr === null) return silence('no_address_named');
  if (!isHostOf(situation.network.cidr, facts.ciaddr)) return silence('off_network');
  return { kind: 'inform', address: facts.ciaddr };
}
