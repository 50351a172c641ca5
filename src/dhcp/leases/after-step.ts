/** What is done with the leases of a network when the wall clock was set. */
import type { Log } from '../../log.ts';
import type { Lease } from './lease.ts';
import type { LeaseBook } from './lease-book.ts';
import { leaseKeyOf } from './lease-key.ts';
import type { WriteLeases } from './lease-writer.ts';

type Parts = {
  readonly network: string;
  readonly book: LeaseBook;
  readonly write: WriteLeases;
  readonly log: Log;
};

/** Entries of one turn of the event loop: packets come between. */
const PART = 200;

/** Moves all times along and writes what runs to the journal anew, so that a restart finds the same ends. */
export function moveWithClock({ network, book, write, log }: Parts, byMs: number, now: number): void {
  book.shift(byMs, now);
  const running = book.leases().filter(({ expiresAt }) => expiresAt > now);
  log.warn(
    { network, by_s: Math.round(byMs / 1000), leases: running.length },
    'the clock of this machine was set: all leases move with it',
  );
  const writeFrom = (from: number): void => {
    const leases = running.slice(from, from + PART).filter((lease) => isCurrent(lease, book));
    if (leases.length > 0) write(network, leases);
    if (from + PART < running.length) setImmediate(writeFrom, from + PART);
  };
  writeFrom(0);
}

/** It was not renewed or released meanwhile. */
function isCurrent(lease: Lease, book: LeaseBook): boolean {
  return book.leaseOf(leaseKeyOf(lease)) === lease;
}
