/** Machines that were heard on the wire and belong to no node. */

/** A machine that was heard on the wire and belongs to no node. Null: not told. */
export type DiscoveredRecord = {
  /** Canonical. */
  readonly mac: string;
  /** DHCP option 97 in the order in which it came, as 8-4-4-4-12 hex digits. */
  readonly uuid: string | null;
  readonly architecture: string | null;
  readonly vendor_class: string | null;
  readonly network: string | null;
  readonly address: string | null;
  /** The relay that passed its question on, and what that said of the port (option 82). */
  readonly giaddr: string | null;
  readonly circuit_id: string | null;
  readonly remote_id: string | null;
  /** Kind and sentence of what it did last: `dhcp.offer`, `boot.script`, ... */
  readonly stage: string;
  readonly message: string;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly seen_count: number;
};
