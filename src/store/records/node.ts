/** A node: what operators say of it, its state, and what was last heard of its machine. */
import type { JsonObject } from '../../json.ts';
import type { BmcTroubleKind, BootIntent, PowerState, PowerTarget, ProvisionState } from '../words.ts';

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
  /** Of pretended consoles, which there is nothing behind. */
  readonly console_enabled: boolean;
  /** The RAID volumes that it shall have, as Ironic's clients ask for them; empty: nothing is asked. */
  readonly target_raid_config: JsonObject;
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
