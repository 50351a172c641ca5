/**
 * Leases on their way to the disk: what waits for them is done when they are there, or is not done, and that is told.
 */
import type { Clock } from '../../clock.ts';
import type { IngotError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { RepeatLimit } from '../../net/repeat-limit.ts';
import type { DhcpCounters } from '../counters.ts';
import type { Lease } from './lease.ts';
import type { LeaseJournal } from './lease-journal.ts';

type LeaseWriterParts = {
  readonly journal: Pick<LeaseJournal, 'append'>;
  readonly counters: DhcpCounters;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
};

export type WriteLeases = (network: string, leases: readonly Lease[], done?: () => void) => void;

/** A disk that fails does so for every machine: one line a minute. */
export function createLeaseWriter({ journal, counters, clock, log }: LeaseWriterParts): WriteLeases {
  const remarks = new RepeatLimit({ quietMs: 60_000, mostKeys: 1 });
  return (network, leases, done) => {
    journal.append({ network, leases }, (failure: IngotError | null) => {
      if (failure === null) {
        done?.();
        return;
      }
      counters.count('journal_failed');
      if (remarks.allows('journal', clock.now())) log.error({ network, hint: failure.hint }, failure.message);
    });
  };
}
