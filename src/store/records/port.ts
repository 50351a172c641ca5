/** The NICs of a node, and the bonds that they make. */
import type { JsonObject } from '../../json.ts';

export type PortRecord = {
  readonly uuid: string;
  readonly node_uuid: string;
  /** Canonical MAC (`src/net/mac.ts`). */
  readonly address: string;
  readonly name: string | null;
  /** The group of NICs that work as one (a bond); of the same node. */
  readonly portgroup_uuid: string | null;
  readonly pxe_enabled: boolean;
  /** Name of the ingot network that this NIC is plugged into, where known. */
  readonly physical_network: string | null;
  readonly local_link_connection: JsonObject;
  /** A NIC that is a computer itself; kept for whoever asks, ingot attaches none. */
  readonly is_smartnic: boolean;
  readonly extra: JsonObject;
  /** What ingot found out by itself; below `dhcp` the relay and its circuit that the NIC was last seen behind. */
  readonly internal_info: JsonObject;
  readonly created_at: string;
  readonly updated_at: string | null;
};

/** NICs of one node that work as one: what Linux calls a bond. */
export type PortgroupRecord = {
  readonly uuid: string;
  readonly name: string | null;
  readonly node_uuid: string;
  /** Canonical MAC of the bond; null: that of one of its NICs. */
  readonly address: string | null;
  /** As Linux names its bonding modes: `active-backup`, `802.3ad`, ... */
  readonly mode: string;
  /** Settings of the bond: `miimon`, `xmit_hash_policy`, ... */
  readonly properties: JsonObject;
  /** Whether its NICs work alone as well, without the bond: one that boots over the network has to. */
  readonly standalone_ports_supported: boolean;
  readonly extra: JsonObject;
  readonly internal_info: JsonObject;
  readonly created_at: string;
  readonly updated_at: string | null;
};
