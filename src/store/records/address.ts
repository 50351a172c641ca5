/** Addresses that ingot keeps for somebody (not DHCP leases: those are in `leases.db`). */
import type { ReservationSource } from '../words.ts';

/** An address that ingot gave to a node on one of its networks. */
export type AddressRecord = {
  readonly network: string;
  readonly address: string;
  readonly node_uuid: string;
  readonly created_at: string;
};

/** An address, or at least acquaintance, that DHCP keeps for a MAC on one network, whether a node has it or not. */
export type ReservationRecord = {
  readonly network: string;
  /** Canonical. */
  readonly mac: string;
  /** Null: the machine is known, and takes an address from the range. */
  readonly address: string | null;
  readonly hostname: string | null;
  readonly source: ReservationSource;
  readonly created_at: string;
  readonly updated_at: string | null;
};
