/**
 * Which address a machine gets: its reservation, else the one it had, else the one it asks for, else the free
 * one that nobody used for the longest time. Pure: reads the lease book, changes nothing.
 */
import { cidrContains, type Ipv4 } from '../../net/ipv4.ts';
import type { DhcpNetwork } from '../wires/network.ts';
import type { LeaseView } from './lease-book.ts';
import { type Claimant, isOwn } from './lease-key.ts';
import { type Reservation, type Reservations, reservedOn } from './reservations.ts';

/** Everything that decisions about addresses read. */
export type Situation = {
  readonly network: DhcpNetwork;
  readonly book: LeaseView;
  readonly reservations: Reservations;
  /** Firmware or iPXE asks, no system that runs. */
  readonly isBooting: boolean;
  /** Another network of the wire keeps an address for the machine, which it can have. */
  readonly reservedNextDoor?: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
};

export type AddressReason = 'its reservation' | 'its earlier address' | 'as it asked' | 'the longest unused';

export type AddressChoice =
  | { readonly ok: true; readonly address: Ipv4; readonly because: AddressReason }
  | { readonly ok: false; readonly reason: 'no_free_address' | 'reservation_in_use' };

export type AddressWish = Claimant & {
  readonly reservation: Reservation | null;
  readonly asked: Ipv4 | null;
};

export function chooseAddress(wish: AddressWish, situation: Situation): AddressChoice {
  const { leaseKey, reservation, asked } = wish;
  const { book, network } = situation;
  const reserved = reservedOn(network.cidr, reservation);
  if (reserved !== null && !isHeldByOther(reserved, wish, situation))
    return { ok: true, address: reserved, because: 'its reservation' };
  // Beside another server, an address that is not the reserved one would surprise the operator.
  if (reserved !== null && network.mode === 'reservations')
    return { ok: false, reason: 'reservation_in_use' };

  const earlier = book.leaseOf(leaseKey)?.address ?? book.offerTo(leaseKey)?.address ?? null;
  if (earlier !== null && standing(wish, earlier, situation) === 'usable')
    return { ok: true, address: earlier, because: 'its earlier address' };
  if (asked !== null && standing(wish, asked, situation) === 'usable')
    return { ok: true, address: asked, because: 'as it asked' };
  const free = book.longestUnused((address) => situation.reservations.holderOf(address) !== null);
  return free === null
    ? { ok: false, reason: 'no_free_address' }
    : { ok: true, address: free, because: 'the longest unused' };
}

/** How an address stands to a machine, reservations of its own apart. */
export type Standing = 'usable' | 'taken' | 'quarantined' | 'not_ours' | 'off_network';

export function standing(claimant: Claimant, address: Ipv4, situation: Situation): Standing {
  const { network, book, reservations, now } = situation;
  if (!cidrContains(network.cidr, address)) return 'off_network';
  const holder = book.holderOf(address, now);
  if (holder?.kind === 'quarantine') return 'quarantined';
  if (holder !== null && !isOwn(holder.key, claimant)) return 'taken';
  const keptFor = reservations.holderOf(address);
  if (keptFor !== null) return keptFor === claimant.mac ? 'usable' : 'taken';
  return book.isDynamic(address) ? 'usable' : 'not_ours';
}

function isHeldByOther(address: Ipv4, claimant: Claimant, { book, now }: Situation): boolean {
  const holder = book.holderOf(address, now);
  return holder !== null && (holder.kind === 'quarantine' || !isOwn(holder.key, claimant));
}
