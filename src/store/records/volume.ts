/** Remote storage: by what a node is known to it, and which volumes the node is to use. */
import type { JsonObject } from '../../json.ts';

/** By what a node is known to a storage: an initiator's name, a WWPN, an address. */
export type VolumeConnectorRecord = {
  readonly uuid: string;
  readonly node_uuid: string;
  /** `iqn`, `ip`, `mac`, `wwnn`, `wwpn`, ... */
  readonly type: string;
  readonly connector_id: string;
  readonly extra: JsonObject;
  readonly created_at: string;
  readonly updated_at: string | null;
};

/** A remote volume that a node is to use. */
export type VolumeTargetRecord = {
  readonly uuid: string;
  readonly node_uuid: string;
  /** `iscsi`, `fibre_channel`, ... */
  readonly volume_type: string;
  readonly volume_id: string;
  /** 0: the one to boot from. */
  readonly boot_index: number;
  /** How to reach it, passwords among it. */
  readonly properties: JsonObject;
  readonly extra: JsonObject;
  readonly created_at: string;
  readonly updated_at: string | null;
};
