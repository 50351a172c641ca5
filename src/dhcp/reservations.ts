/** Machines that ingot knows, by MAC; some have an address of their own. */
import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';

export type Reservation = {
  /** Null: a known machine that takes an address from the range. */
  readonly address: Ipv4 | null;
  readonly hostname: string | null;
};

export type Reservations = {
  /** Null for a machine that is not known. */
  of(mac: Mac): Reservation | null;
  /** The machine that the address is kept for. */
  holderOf(address: Ipv4): Mac | null;
};

export type ReservationTable = Reservations & {
  set(mac: Mac, reservation: Reservation): void;
  remove(mac: Mac): void;
};

/** A table that follows changes. Where two machines claim one address, the later entry has it. */
export function createReservationTable(): ReservationTable {
  const byMac = new Map<Mac, Reservation>();
  const byAddress = new Map<Ipv4, Mac>();
  const remove = (mac: Mac): void => {
    const address = byMac.get(mac)?.address ?? null;
    if (address !== null && byAddress.get(address) === mac) byAddress.delete(address);
    byMac.delete(mac);
  };
  return {
    of: (mac) => byMac.get(mac) ?? null,
    holderOf: (address) => byAddress.get(address) ?? null,
    set: (mac, reservation) => {
      remove(mac);
      byMac.set(mac, reservation);
      if (reservation.address !== null) byAddress.set(reservation.address, mac);
    },
    remove,
  };
}
