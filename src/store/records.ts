/**
 * What the store keeps, as plain readonly records. Fields that Ironic has carry Ironic's own names
 * (snake_case), so that nothing is renamed on the way to the API. Times are ISO 8601 in UTC with
 * milliseconds (`2026-11-22T22:50:00.000Z`).
 */
import type {
  AllocationState,
  BmcTroubleKind,
  BootIntent,
  PowerState,
  PowerTarget,
  ProvisionState,
  ReservationSource,
  Role,
  Severity,
} from './words.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export type NodeRecord = {
  readonly uuid: string;
  readonly name: string | null;
  readonly driver: string;
  readonly driver_info: JsonObject;
  /** Interfaces chosen other than by the driver's default: kind → implementation (`lifecycle/interfaces.ts`). */
  readonly interfaces: Readonly<Record<string, string>>;
  readonly properties: JsonObject;
  readonly instance_info: JsonObject;
  readonly instance_uuid: string | null;
  readonly extra: JsonObject;
  readonly description: string | null;
  readonly owner: string | null;
  readonly lessee: string | null;
  /** An active or rescued node that may not be undeployed, rebuilt or deleted. */
  readonly protected: boolean;
  readonly protected_reason: string | null;
  /** To be taken out of use: it may be cleaned, and is not offered for deployment any more. */
  readonly retired: boolean;
  readonly retired_reason: string | null;
  readonly shard: string | null;
  readonly chassis_uuid: string | null;
  /** The allocation that this node was given to. */
  readonly allocation_uuid: string | null;
  /** uuid of the node that this one is a part of (a blade of a chassis, a DPU of a server). */
  readonly parent_node: string | null;
  /** Ironic's static network data of the node itself, for ramdisks; not the instance's. */
  readonly network_data: JsonObject;
  /** Sorted, each once: `CUSTOM_…` or a name of os-traits. */
  readonly traits: readonly string[];
  readonly resource_class: string | null;
  readonly automated_clean: boolean | null;
  /** Its power is never switched off: where others go off and on, it restarts. */
  readonly disable_power_off: boolean;
  readonly provision_state: ProvisionState;
  readonly target_provision_state: ProvisionState | null;
  readonly provision_updated_at: string | null;
  readonly power_state: PowerState | null;
  readonly target_power_state: PowerTarget | null;
  readonly boot_mode: 'uefi' | 'bios' | null;
  /** Whether the firmware has Secure Boot on, as its BMC last said; null where it does not say. */
  readonly secure_boot: boolean | null;
  readonly last_error: string | null;
  readonly maintenance: boolean;
  readonly maintenance_reason: string | null;
  readonly fault: string | null;
  readonly inspection_started_at: string | null;
  readonly inspection_finished_at: string | null;
  readonly created_at: string;
  readonly updated_at: string | null;
  /** What the boot decision answers this node's NICs; a fact of ours, not Ironic's. */
  readonly boot_intent: BootIntent;
  /** Counts the power-ons that ingot asked for; an agent token is valid for one generation only. */
  readonly boot_generation: number;
  /** When the current generation began; evidence older than this is about an earlier boot. */
  readonly boot_started_at: string | null;
  /** What the agent of this boot generation told us; null until its look-up. */
  readonly agent: AgentFacts | null;
  /** What the deployed OS last reported through the LCM API. */
  readonly lcm: LcmReport | null;
  /** Counts deployments; the LCM token is bound to it. */
  readonly instance_generation: number;
  /** What is wrong with its BMC, as the power sync found it; null: nothing that is known. */
  readonly bmc_trouble: BmcTrouble | null;
};

export type BmcTrouble = {
  readonly kind: BmcTroubleKind;
  readonly since: string;
  /** What was heard when it was found, and what to do about it. */
  readonly message: string;
  readonly hint: string;
};

export type AgentFacts = {
  readonly generation: number;
  readonly callback_url: string | null;
  readonly version: string | null;
  /** PEM of the agent's self-signed certificate, pinned. */
  readonly verify_ca: string | null;
  readonly looked_up_at: string;
  /** The IPv4 address that asked; null in what was stored before it was kept. */
  readonly looked_up_from: string | null;
  /** After the first authenticated heartbeat a look-up is no longer given the token. */
  readonly last_heartbeat_at: string | null;
};

export type LcmReport = {
  readonly reported_at: string;
  readonly status: string;
  readonly message: string | null;
  readonly hostname: string | null;
  readonly addresses: readonly string[];
};

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

/** What holds several nodes, as operators group them. */
export type ChassisRecord = {
  readonly uuid: string;
  readonly description: string | null;
  readonly extra: JsonObject;
  readonly created_at: string;
  readonly updated_at: string | null;
};

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

/** A request for any node that fits, and what came of it. */
export type AllocationRecord = {
  /** Becomes its node's `instance_uuid`. */
  readonly uuid: string;
  readonly name: string | null;
  /** Null until one was found. */
  readonly node_uuid: string | null;
  readonly state: AllocationState;
  /** Only nodes whose owner or lessee this is. */
  readonly owner: string | null;
  readonly resource_class: string | null;
  /** uuids of the only nodes in question, the first the dearest; none: all are. */
  readonly candidate_nodes: readonly string[];
  /** All of them the node has to have. */
  readonly traits: readonly string[];
  readonly extra: JsonObject;
  readonly last_error: string | null;
  readonly created_at: string;
  readonly updated_at: string | null;
};

/** One condition or action of an inspection rule. */
export type RuleOperationRecord = {
  readonly op: string;
  /** By name, or in their order. */
  readonly args: readonly Json[] | JsonObject;
  /** Once for each item of a list; an object is one item. */
  readonly loop?: readonly Json[] | JsonObject | undefined;
  /** Of a condition in a loop: which of its results count. */
  readonly multiple?: 'any' | 'all' | 'first' | 'last' | undefined;
};

/** What is done with what an inspection finds (`lifecycle/inspection-rules/`). */
export type InspectionRuleRecord = {
  readonly uuid: string;
  readonly description: string | null;
  /** The highest runs first. */
  readonly priority: number;
  /** Shows its conditions and actions to nobody, and sees secrets. */
  readonly sensitive: boolean;
  readonly phase: string;
  readonly conditions: readonly RuleOperationRecord[];
  readonly actions: readonly RuleOperationRecord[];
  readonly created_at: string;
  readonly updated_at: string | null;
};

/** An operator's `abort`: it waits for the end of a step that must not be cut, or the job tidies up for it `now`. */
export type JobAbort = 'after_step' | 'now';

export type JobStatus = 'running' | 'done' | 'failed' | 'aborted';

export type JobStep = { readonly name: string; readonly args: JsonObject };

/** A durable job (the node's lock while `status` is running). See docs/architecture.md, "Jobs". */
export type JobRecord = {
  readonly id: number;
  readonly node_uuid: string;
  readonly verb: string;
  /** Name of the user or token that asked for it; null: nobody logged in, or ingot itself. */
  readonly asked_by: string | null;
  readonly steps: readonly JobStep[];
  /** Index of the step that runs now; equals `steps.length` when all are done. */
  readonly cursor: number;
  /** How often the current step was tried and asked for a retry. */
  readonly attempt: number;
  /** What the current step remembers across a crash; emptied when the cursor moves. */
  readonly scratch: JsonObject;
  readonly status: JobStatus;
  /** One sentence: what is awaited. Null when the step is at work. */
  readonly waiting_for: string | null;
  readonly step_started_at: string;
  /** When the engine looks at the step again by itself. */
  readonly wake_at: string | null;
  /** When the current step is failed with what was last seen. */
  readonly deadline: string | null;
  readonly progress: Progress | null;
  readonly error: string | null;
  /** Null: nobody has asked for it. */
  readonly abort: JobAbort | null;
  readonly created_at: string;
  readonly updated_at: string;
};

export type Progress = {
  readonly percent: number;
  readonly bytes_done: number;
  readonly bytes_total: number;
};

/** One entry of the one ordered stream of everything that happens. */
export type EventRecord = {
  readonly seq: number;
  readonly at: string;
  readonly node_uuid: string | null;
  /** Dotted: `dhcp.ack`, `tftp.done`, `boot.script`, `agent.heartbeat`, `state.changed`, `job.step_done`, ... */
  readonly kind: string;
  readonly severity: Severity;
  /** One sentence for a human. */
  readonly message: string;
  readonly data: JsonObject;
};

export type NewEvent = {
  readonly node_uuid: string | null;
  readonly kind: string;
  readonly severity?: Severity;
  readonly message: string;
  readonly data?: JsonObject;
};

/** An address that ingot gave to a node on one of its networks (not DHCP leases: those are in `leases.db`). */
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

/** A bearer token of the API. The secret itself is known to its holder only. */
export type TokenRecord = {
  /** 16 hex digits, the open part of the token. */
  readonly id: string;
  /** Whose it is, or what for; each name once. */
  readonly name: string;
  readonly role: Role;
  /** Null: the whole site. Else the nodes whose `owner` or `lessee` this is. */
  readonly project: string | null;
  /** SHA-256 of the secret, in hex. */
  readonly digest: string;
  readonly created_at: string;
  readonly expires_at: string | null;
};

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

export type InventoryRecord = {
  readonly node_uuid: string;
  readonly inventory: JsonObject;
  readonly plugin_data: JsonObject;
  /** The node's `boot_generation` when it came: tells this boot's from an earlier one's. */
  readonly boot_generation: number;
  readonly created_at: string;
};
