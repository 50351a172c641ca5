/** Keeps the packet thread's reservations as the store has them. */
import { parseIpv4 } from '../net/ipv4.ts';
import { type Mac, parseMac } from '../net/mac.ts';
import type { ReservationRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { ReservedMac } from './packet-protocol.ts';

export type ReservationPublisher = {
  /** Reads what is reserved for these MACs and publishes it; resolves when that is in force. */
  publish(macs: readonly Mac[]): Promise<void>;
  /** Publishes every reservation; once, at start. */
  publishAll(): Promise<void>;
};

type Publish = (entries: readonly ReservedMac[], removed: readonly Mac[]) => Promise<void>;

export function createReservationPublisher(
  store: Pick<Store, 'reservations'>,
  publish: Publish,
): ReservationPublisher {
  let last: Promise<void> = Promise.resolve();
  /** In a row: what was read last is published last. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    publish: (macs) =>
      inTurn(async () => {
        const records = await Promise.all(macs.map((mac) => store.reservations.listByMac(mac)));
        const entries = reservedMacs(records.flat());
        const kept = new Set(entries.map(({ mac }) => mac));
        await publish(
          entries,
          macs.filter((mac) => !kept.has(mac)),
        );
      }),
    publishAll: () => inTurn(async () => publish(reservedMacs(await store.reservations.list()), [])),
  };
}

/** One entry a MAC, its first host name the one that counts. Pure. */
export function reservedMacs(records: readonly ReservationRecord[]): readonly ReservedMac[] {
  return [...Map.groupBy(records, ({ mac }) => mac)].flatMap(([text, ofMac]): readonly ReservedMac[] => {
    const mac = parseMac(text);
    if (mac === null) return [];
    const addresses = ofMac.flatMap(({ address }) => (address === null ? [] : (parseIpv4(address) ?? [])));
    return [{ mac, addresses, hostname: ofMac.find(({ hostname }) => hostname !== null)?.hostname ?? null }];
  });
}
