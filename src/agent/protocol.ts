/**
 * The wire shapes of the ironic-python-agent protocol that our agent speaks and our daemon drives
 * (types only: the daemon validates with zod in `lifecycle/agents/agent-wire.ts`, the agent has no dependencies).
 */

export type CommandStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CLEAN_VERSION_MISMATCH';

export type CommandObject = {
  readonly id: string;
  readonly command_name: string;
  readonly command_status: CommandStatus;
  readonly command_error: {
    readonly type: string;
    readonly code: number;
    readonly message: string;
    readonly details: string;
  } | null;
  readonly command_result: { readonly [key: string]: unknown } | null;
  /** Our extension: how far a RUNNING write is. Upstream's agent has no such field. */
  readonly command_progress?: {
    readonly percent: number;
    readonly bytes_done: number;
    readonly bytes_total: number;
  };
};

/** `image_info` of the deploy step `write_image`; the `ingot_*` fields are our extension. */
export type ImageInfo = {
  readonly id: string;
  readonly urls: readonly string[];
  readonly disk_format: 'raw';
  readonly container_format: 'bare';
  readonly stream_raw_images: true;
  readonly os_hash_algo: 'sha256';
  readonly os_hash_value: string;
  readonly node_uuid: string;
  /** Size of the raw image in bytes. */
  readonly ingot_size?: number;
  /** Runs of data `[offset, length]`; the agent fetches and writes only these (HTTP Range). */
  readonly ingot_extents?: readonly (readonly [number, number])[];
  /**
   * sha256 of the extents' bytes one after the other. When given, the agent checks this one in place of
   * `os_hash_value`, which would cost hashing every zero between the extents (the agent zeroes those itself).
   */
  readonly ingot_data_sha256?: string;
};

export type InventoryDisk = {
  readonly name: string;
  readonly model: string | null;
  readonly size: number;
  readonly rotational: boolean;
  readonly wwn: string | null;
  readonly serial: string | null;
  readonly vendor: string | null;
  readonly wwn_with_extension: string | null;
  readonly wwn_vendor_extension: string | null;
  readonly hctl: string | null;
  readonly by_path: string | null;
};

export type InventoryInterface = {
  readonly name: string;
  readonly mac_address: string;
  readonly ipv4_address: string | null;
  readonly ipv6_address: string | null;
  readonly has_carrier: boolean;
  /** LLDP TLVs as `[type, hex]` pairs, where seen. */
  readonly lldp: readonly (readonly [number, string])[] | null;
  readonly vendor: string | null;
  readonly product: string | null;
  readonly speed_mbps: number | null;
  readonly pci_address: string | null;
  readonly driver: string | null;
};

/** What inspection posts to `/v1/continue_inspection`, inside `inventory`. */
export type Inventory = {
  readonly interfaces: readonly InventoryInterface[];
  readonly cpu: {
    readonly model_name: string;
    readonly frequency: string | null;
    readonly count: number;
    readonly architecture: string;
    readonly flags: readonly string[];
    readonly socket_count: number;
  };
  readonly disks: readonly InventoryDisk[];
  readonly memory: { readonly total: number; readonly physical_mb: number };
  readonly bmc_address: string | null;
  readonly system_vendor: {
    readonly product_name: string;
    readonly serial_number: string;
    readonly manufacturer: string;
    readonly firmware: { readonly vendor: string; readonly version: string; readonly build_date: string };
  };
  readonly boot: {
    /** Null where a ramdisk does not tell it; ours does. */
    readonly current_boot_mode: 'uefi' | 'bios' | null;
    readonly pxe_interface: string | null;
  };
  readonly hostname: string;
};
