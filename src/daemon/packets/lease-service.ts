/** The packet thread's end of what operators ask about leases. A long list leaves in parts, between packets. */
import type { ForeignLease, LeaseImport, LeaseView, NetworkUsage } from '../../api/deps.ts';
import type { Clock } from '../../clock.ts';
import { bounded, judgeLease, type LeaseVerdict } from '../../dhcp/leases/import-lease.ts';
import type { Lease } from '../../dhcp/leases/lease.ts';
import type { LeaseJournal } from '../../dhcp/leases/lease-journal.ts';
import { overlaid, type Reservations, type ReservationTable } from '../../dhcp/leases/reservations.ts';
import type { Place } from '../../dhcp/wires/shared-network.ts';

export type LeaseServiceParts = {
  /** The networks that are served. */
  readonly places: () => readonly Place[];
  readonly journal: Pick<LeaseJournal, 'append'>;
  readonly reservations: ReservationTable;
  readonly clock: Pick<Clock, 'now'>;
};

export type LeaseService = {
  usage(): readonly NetworkUsage[];
  /** Calls `part` with some at a time, a turn of the event loop apart; `last` with the last ones. */
  list(part: (leases: readonly LeaseView[], last: boolean) => void): void;
  /** Calls `done` when what is taken is on disk, with a verdict for each lease. */
  import(order: LeaseImport, done: (verdicts: readonly LeaseVerdict[]) => void): void;
};

type Task = {
  readonly place: Place;
  readonly known: Reservations;
  readonly isRehearsal: boolean;
};

/** Leases in one message: about a millisecond of work. */
const PART = 500;

export function createLeaseService({
  places,
  journal,
  reservations,
  clock,
}: LeaseServiceParts): LeaseService {
  const importOne = (lease: ForeignLease, { place, known, isRehearsal }: Task): Promise<LeaseVerdict> => {
    const now = clock.now();
    const { network, book } = place;
    const verdict = judgeLease(lease, { network, book, reservations: known, isBooting: false, now });
    if (verdict.result !== 'taken' || isRehearsal) return Promise.resolve(verdict);
    const taken: Lease = { ...bounded(lease, now), relayInformation: null, giaddr: null };
    const superseded = book.grant(taken, now);
    const leases = superseded === null ? [taken] : [superseded, taken];
    return new Promise((resolve) => {
      journal.append({ network: network.name, leases }, (failure) =>
        resolve(failure === null ? verdict : { result: 'skipped', why: failure.message }),
      );
    });
  };
  return {
    usage: () =>
      places().map(({ network, book }) => {
        book.sweep(clock.now());
        return { network: network.name, ...book.usage() };
      }),
    list: (part) => {
      const now = clock.now();
      const rows = places().flatMap((place) => rowsOf(place, now));
      const next = (from: number): void => {
        const last = from + PART >= rows.length;
        part(
          rows.slice(from, from + PART).map((row) => row()),
          last,
        );
        if (!last) setImmediate(next, from + PART);
      };
      next(0);
    },
    import: ({ network: name, leases, rehearsal }, done) => {
      const place = places().find(({ network }) => network.name === name);
      const why = `network ${name} is not served: see ingot network list`;
      const known = rehearsal === null ? reservations : overlaid(reservations, rehearsal);
      const isRehearsal = rehearsal !== null;
      const verdicts =
        place === undefined
          ? leases.map((): LeaseVerdict => ({ result: 'skipped', why }))
          : leases.map((lease) => importOne(lease, { place, known, isRehearsal }));
      void Promise.all(verdicts).then(done);
    },
  };
}

/** Made into views only when their part leaves. */
function rowsOf({ network: { name: network }, book }: Place, now: number): readonly (() => LeaseView)[] {
  const time = (at: number): string => new Date(at).toISOString();
  return [
    ...book.leases().map(
      ({ mac, clientId, address, hostname, startedAt, expiresAt }) =>
        (): LeaseView => ({
          network,
          mac,
          address,
          hostname,
          ...(clientId === undefined ? {} : { client_id: clientId.slice('id:'.length) }),
          state: expiresAt > now ? 'leased' : 'ended',
          starts_at: time(startedAt),
          expires_at: time(expiresAt),
        }),
    ),
    ...book.holds().map(
      ({ mac, address, until }) =>
        (): LeaseView => ({
          network,
          mac,
          address,
          hostname: null,
          state: mac === null ? 'declined' : 'offered',
          starts_at: null,
          expires_at: time(until),
        }),
    ),
  ];
}
