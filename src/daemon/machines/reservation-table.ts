/** Keeps the packet thread's reservations as the store has them. */
import type { NetworkConfig } from '../../config/schema.ts';
import { reservationProblem } from '../../ipam/check-reservation.ts';
import { parseIpv4 } from '../../net/ipv4.ts';
import { type Mac, parseMac } from '../../net/mac.ts';
import type { ReservationRecord } from '../../store/records/address.ts';
import type { Store } from '../../store/store.ts';
import type { ReservedMac } from '../packets/packet-protocol.ts';

export type ReservationPublisher = {
  /** Reads what is reserved for these MACs and publishes it; resolves when that is in force. */
  publish(macs: readonly Mac[]): Promise<void>;
  /** Publishes every reservation; once, at start. */
  publishAll(): Promise<void>;
};

type Publish = (entries: readonly ReservedMac[], removed: readonly Mac[]) => Promise<void>;

type Options = {
  readonly store: Pick<Store, 'reservations'>;
  readonly networks: readonly NetworkConfig[];
  readonly publish: Publish;
  readonly onProblem: (sentence: string) => void;
};

/** Told one by one at start; of more the number. */
const MOST_TOLD = 10;

/** Reservations in one message, and queries at once. */
const PART = 500;

/** A reservation that the configuration no longer allows is kept in the store and not published. */
export function createReservationPublisher(options: Options): ReservationPublisher {
  const { store, networks, publish, onProblem } = options;
  let last: Promise<void> = Promise.resolve();
  /** In a row: what was read last is published last. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  /** A message for each part: between two of them the packet thread answers machines. */
  const publishInParts = async (entries: readonly ReservedMac[], removed: readonly Mac[]): Promise<void> => {
    for (let from = 0; from === 0 || from < Math.max(entries.length, removed.length); from += PART)
      await publish(entries.slice(from, from + PART), removed.slice(from, from + PART));
  };
  const ofMacs = async (macs: readonly Mac[]): Promise<readonly ReservationRecord[]> => {
    if (macs.length <= PART)
      return (await Promise.all(macs.map((mac) => store.reservations.listByMac(mac)))).flat();
    const wanted = new Set<string>(macs);
    return (await store.reservations.list()).filter(({ mac }) => wanted.has(mac));
  };
  return {
    publish: (macs) =>
      inTurn(async () => {
        const entries = reservedMacs(sortOut(await ofMacs(macs), networks).fit);
        const kept = new Set(entries.map(({ mac }) => mac));
        await publishInParts(
          entries,
          macs.filter((mac) => !kept.has(mac)),
        );
      }),
    publishAll: () =>
      inTurn(async () => {
        const { fit, problems } = sortOut(await store.reservations.list(), networks);
        for (const sentence of problems.slice(0, MOST_TOLD)) onProblem(sentence);
        const more = problems.length - MOST_TOLD;
        if (more > 0)
          onProblem(`${more} more reservations do not fit the configuration: ingot dhcp reservations`);
        await publishInParts(reservedMacs(fit), []);
      }),
  };
}

function sortOut(records: readonly ReservationRecord[], networks: readonly NetworkConfig[]) {
  const judged = records.map((record) => ({ record, problem: reservationProblem(record, networks) }));
  return {
    fit: judged.flatMap(({ record, problem }) => (problem === null ? [record] : [])),
    problems: judged.flatMap(({ record: { mac }, problem }) =>
      problem === null ? [] : [`The reservation for ${mac} is not served: ${problem}.`],
    ),
  };
}

/** One entry a MAC, its first host name the one that counts. Pure. */
function reservedMacs(records: readonly ReservationRecord[]): readonly ReservedMac[] {
  return [...Map.groupBy(records, ({ mac }) => mac)].flatMap(([text, ofMac]): readonly ReservedMac[] => {
    const mac = parseMac(text);
    if (mac === null) return [];
    const addresses = ofMac.flatMap(({ address }) => (address === null ? [] : (parseIpv4(address) ?? [])));
    return [{ mac, addresses, hostname: ofMac.find(({ hostname }) => hostname !== null)?.hostname ?? null }];
  });
}
