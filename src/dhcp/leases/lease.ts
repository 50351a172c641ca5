/** Leases and offers of addresses, as plain data. */
import type { Ipv4 } from '../../net/ipv4.ts';
import type { Mac } from '../../net/mac.ts';
import type { Kept, LeaseKey } from './lease-key.ts';

export type Lease = Kept & {
  readonly address: Ipv4;
  readonly hostname: string | null;
  /** Option 82 that came with the lease's request: renewals that pass no relay are answered by it, too. */
  readonly relayInformation: Uint8Array | null;
  /** The relay that the machine asked through; null: none. */
  readonly giaddr: Ipv4 | null;
  /** Milliseconds since the epoch, both. A lease that ended is on record only. */
  readonly startedAt: number;
  readonly expiresAt: number;
};

/**
 * Whose lease in the journal is an address that is left alone because a foreign machine uses it: no machine has this
 * MAC. So a quarantine outlives a restart.
 */
export const NOBODY = '00:00:00:00:00:00' as Mac;

export type Offer = Kept & { readonly address: Ipv4; readonly until: number };

/** An address that is kept from others without a lease. */
export type Hold = { readonly address: Ipv4; readonly mac: Mac | null; readonly until: number };

/** Who keeps an address from others at the moment. */
export type Holder = { readonly kind: 'machine'; readonly key: LeaseKey } | { readonly kind: 'quarantine' };

const DAY_MS = 86_400_000;

/**
 * A lease that began in the future was written before the clock was set back by more than a day (a dead battery, and
 * no time server yet): its end means nothing. The machine keeps the address for the lease's length, a day at most.
 */
export function inTime(lease: Lease, now: number): Lease {
  if (lease.startedAt <= now + DAY_MS) return lease;
  const length = Math.max(0, lease.expiresAt - lease.startedAt);
  return { ...lease, startedAt: now, expiresAt: now + Math.min(length, DAY_MS) };
}
