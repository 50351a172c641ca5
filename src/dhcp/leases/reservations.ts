/** Machines that ingot knows, by MAC; some have addresses of their own. */
import { type Cidr, cidrContains, type Ipv4 } from '../../net/ipv4.ts';
import type { Mac } from '../../net/mac.ts';

export type Reservation = {
  /** At most one on each network; none: a known machine that takes an address from the range. */
  readonly addresses: readonly Ipv4[];
  readonly hostname: string | null;
};

export type Reservations = {
  /** Null for a machine that is not known. */
  of(mac: Mac): Reservation | null;
  /** The machine that the address is kept for. */
  holderOf(address: Ipv4): Mac | null;
};

/** Why a machine is known; it stays known as long as one of them holds. */
export type KnownBy = 'node' | 'reservation';

export type ReservationTable = Reservations & {
  set(by: KnownBy, mac: Mac, reservation: Reservation): void;
  remove(by: KnownBy, mac: Mac): void;
};

/** The address that is kept for the machine on that network, or null. */
export function reservedOn(cidr: Cidr, reservation: Reservation | null): Ipv4 | null {
  return reservation?.addresses.find((address) => cidrContains(cidr, address)) ?? null;
}

/** The reservations with more addresses laid over them, as if they stood. */
export function overlaid(
  reservations: Reservations,
  more: readonly { readonly mac: Mac; readonly address: Ipv4 }[],
): Reservations {
  const holders = new Map(more.map(({ mac, address }) => [address, mac]));
  const addresses = Map.groupBy(more, ({ mac }) => mac);
  return {
    holderOf: (address) => holders.get(address) ?? reservations.holderOf(address),
    of: (mac) => {
      const before = reservations.of(mac);
      const added = addresses.get(mac)?.map(({ address }) => address) ?? [];
      if (before === null && added.length === 0) return null;
      return { addresses: [...added, ...(before?.addresses ?? [])], hostname: before?.hostname ?? null };
    },
  };
}

/** A table that follows changes. Where two machines claim one address, the later entry has it. */
export function createReservationTable(): ReservationTable {
  const said = { node: new Map<Mac, Reservation>(), reservation: new Map<Mac, Reservation>() };
  const byMac = new Map<Mac, Reservation>();
  const byAddress = new Map<Ipv4, Mac>();
  /** Puts together what is known of the machine; its node's name stands before a reservation's. */
  const merge = (mac: Mac): void => {
    for (const address of byMac.get(mac)?.addresses ?? [])
      if (byAddress.get(address) === mac) byAddress.delete(address);
    const [node, reservation] = [said.node.get(mac), said.reservation.get(mac)];
    if (node === undefined && reservation === undefined) {
      byMac.delete(mac);
      return;
    }
    const addresses = [...(node?.addresses ?? []), ...(reservation?.addresses ?? [])];
    byMac.set(mac, { addresses, hostname: node?.hostname ?? reservation?.hostname ?? null });
    for (const address of addresses) byAddress.set(address, mac);
  };
  return {
    of: (mac) => byMac.get(mac) ?? null,
    holderOf: (address) => byAddress.get(address) ?? null,
    set: (by, mac, reservation) => {
      said[by].set(mac, reservation);
      merge(mac);
    },
    remove: (by, mac) => {
      said[by].delete(mac);
      merge(mac);
    },
  };
}
