/** Whether a lease that another server gave can go on as ours. Pure. */
import type { Lease } from './lease.ts';
import { type Situation, type Standing, standing } from './pool.ts';
import { reservedOn } from './reservations.ts';

export type LeaseVerdict =
  | { readonly result: 'taken' | 'unchanged' }
  | { readonly result: 'skipped'; readonly why: string };

export type ForeignLease = Pick<Lease, 'mac' | 'address' | 'expiresAt'>;

/** A machine with a lease that never ends does not renew: ours ends after a year at most. */
const LONGEST_MS = 366 * 86_400_000;

const REASONS: { readonly [standing in Exclude<Standing, 'usable'>]: (situation: Situation) => string } = {
  off_network: ({ network }) => `the address is not of network ${network.name}`,
  taken: () => 'the address is kept for or leased to another machine here',
  quarantined: () => 'the address was found in use by a foreign machine and is left alone for now',
  not_ours: ({ network }) =>
    `the address is in no DHCP range of network ${network.name}: widen its ranges, or reserve it`,
};

/** The machine's own lease of ours stands before the foreign one: it is younger. */
export function judgeLease(lease: ForeignLease, situation: Situation): LeaseVerdict {
  const { book, network, now, reservations } = situation;
  if (lease.expiresAt <= now) return skipped(`the lease ended at ${new Date(lease.expiresAt).toISOString()}`);
  const found = standing({ mac: lease.mac, leaseKey: lease.mac }, lease.address, situation);
  if (found !== 'usable') return skipped(REASONS[found](situation));
  const reserved = reservedOn(network.cidr, reservations.of(lease.mac));
  if (reserved !== null && reserved !== lease.address) return skipped(`${reserved} is reserved for this MAC`);
  const own = book.leaseOf(lease.mac);
  if (own === null || own.expiresAt <= now) return { result: 'taken' };
  if (own.address !== lease.address) return skipped(`this MAC has a lease of ${own.address} here already`);
  // Of a lease without an end, what was taken at an earlier import is as good.
  const asGood = Math.min(lease.expiresAt, now + LONGEST_MS / 2);
  return { result: own.expiresAt >= asGood ? 'unchanged' : 'taken' };
}

/** The lease as ours: with an end. */
export function bounded<T extends ForeignLease>(lease: T, now: number): T {
  return { ...lease, expiresAt: Math.min(lease.expiresAt, now + LONGEST_MS) };
}

function skipped(why: string): LeaseVerdict {
  return { result: 'skipped', why };
}
