/**
 * Several networks on one wire: which of them a message is about, and what it calls for there. A machine gets its
 * reservation in whichever it is, then the address it had, then the one it asks for, then the first free one in
 * the order of the configuration. Pure.
 */
import { cidrContains, type Ipv4 } from '../../net/ipv4.ts';
import type { ClientFacts } from '../codec/client-facts.ts';
import type { Lease } from '../leases/lease.ts';
import type { LeaseBook } from '../leases/lease-book.ts';
import type { LeaseKey } from '../leases/lease-key.ts';
import { type AddressReason, type Situation, standing } from '../leases/pool.ts';
import { reservedOn } from '../leases/reservations.ts';
import { type Answer, answer } from '../replies/answer.ts';
import type { DhcpNetwork } from './network.ts';

/** A network with its book of leases. */
export type Place = { readonly network: DhcpNetwork; readonly book: LeaseBook };

export type Places = readonly [Place, ...Place[]];

export type Decision = { readonly place: Place; readonly answer: Answer };

type Circumstances = Omit<Situation, 'network' | 'book'>;

export function decide(facts: ClientFacts, places: Places, circumstances: Circumstances): Decision {
  const at = (place: Place): Decision => ({ place, answer: answer(facts, { ...circumstances, ...place }) });
  const [first, ...more] = places;
  if (more.length === 0) return at(first);
  if (facts.messageType !== 'discover') {
    const place = placeOf(addressNamed(facts), facts, places);
    const others = places.filter((other) => other !== place);
    const reservedNextDoor = others.some((other) => hasReservation(facts, { ...circumstances, ...other }));
    return { place, answer: answer(facts, { ...circumstances, ...place, reservedNextDoor }) };
  }
  return places.map(at).reduce((best, other) => (isBetter(other, best, facts) ? other : best));
}

/** It has an address reserved there, and could have it now. */
function hasReservation(facts: ClientFacts, situation: Situation): boolean {
  const reserved = reservedOn(situation.network.cidr, situation.reservations.of(facts.mac));
  return reserved !== null && standing(facts, reserved, situation) === 'usable';
}

/**
 * What a machine that gets an address ends elsewhere on its wire: it moved from one of the wire's networks to another,
 * and holds one address, not two. The ended leases are for the journal.
 */
export function endNextDoor(
  leaseKey: LeaseKey,
  { place, places }: { readonly place: Place; readonly places: Places },
  now: number,
): readonly { readonly place: Place; readonly lease: Lease }[] {
  return places.flatMap((other) => {
    const lease = other === place ? null : other.book.release(leaseKey, now);
    return lease === null ? [] : [{ place: other, lease }];
  });
}

const RANKS: Readonly<Record<AddressReason, number>> = {
  'its reservation': 0,
  'its earlier address': 1,
  'as it asked': 2,
  'the longest unused': 3,
};
const NOTHING_TO_OFFER = 4;

function isBetter(one: Decision, other: Decision, { leaseKey }: ClientFacts): boolean {
  const rank = ({ answer: given }: Decision): number =>
    given.kind === 'offer' ? RANKS[given.because] : NOTHING_TO_OFFER;
  if (rank(one) !== rank(other)) return rank(one) < rank(other);
  // It had an address in both: the later one counts.
  const lastHeld = ({ place }: Decision): number => place.book.leaseOf(leaseKey)?.expiresAt ?? 0;
  return rank(one) === RANKS['its earlier address'] && lastHeld(one) > lastHeld(other);
}

function addressNamed(facts: ClientFacts): Ipv4 | null {
  const renews = facts.serverId === null && facts.ciaddr !== null;
  return renews ? facts.ciaddr : (facts.requestedAddress ?? facts.ciaddr);
}

/** The network that the address is of; without an address the one that made an offer; the first one else. */
function placeOf(address: Ipv4 | null, { leaseKey }: ClientFacts, places: Places): Place {
  const found =
    address === null
      ? places.find(({ book }) => book.offerTo(leaseKey) !== null)
      : places.find(({ network }) => cidrContains(network.cidr, address));
  return found ?? places[0];
}
