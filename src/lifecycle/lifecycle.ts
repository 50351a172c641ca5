/**
 * The lifecycle as the API sees it. Every method that changes something returns when the change is on disk;
 * the work itself goes on in durable jobs.
 */
import type { Inventory } from '../agent/protocol.ts';
import type { JsonObject } from '../json.ts';
import type { LcmReport, NodeRecord } from '../store/records/node.ts';
import type { DeployStep } from '../store/records/step-list.ts';
import type { PowerTarget, Verb } from '../store/words.ts';
import type { AgentCall } from './agents/agent-admission.ts';
import type { Deployment } from './deploy/deployment.ts';
import type { Management } from './management.ts';
import type { AskedStep } from './plans/asked-steps.ts';

export type VerbRequest = {
  readonly verb: Verb;
  /** As `JobRecord.asked_by`. */
  readonly askedBy?: string;
  /** `active` and `rebuild`: already parsed, or packed and checked. */
  readonly configdrive?: ConfigDriveGiven | null;
  /**
   * `active` and `rebuild`: what to deploy, written with the verb or not at all; then a job that runs is always a
   * refusal, `node_locked`. Absent: what stands in the node's `instance_info`.
   */
  readonly deployment?: Deployment;
  /** `clean` and `service`: what to do, in this order. */
  readonly steps?: readonly AskedStep[];
  /** `rescue`: as the operator chose it. Only its hash is kept. */
  readonly rescuePassword?: string;
  /** `clean` and `service`: without starting the ramdisk. */
  readonly withoutRamdisk?: boolean;
  /** `active` and `rebuild`: steps besides those that the deploy interface and the deploy templates have. */
  readonly deploySteps?: readonly DeployStep[];
};

export type PowerAsked = {
  /** Seconds that each switching may take, instead of `timeouts.power_s`. */
  readonly timeoutS?: number | null;
  /** As `JobRecord.asked_by`. */
  readonly askedBy?: string;
};

/** What the operator may put on the config drive; the rest (addresses, LCM token) is ours. */
export type ConfigDriveRequest = {
  readonly meta_data?: JsonObject;
  readonly user_data?: string;
  readonly network_data?: JsonObject;
  readonly vendor_data?: JsonObject;
};

/** Parts for a drive of ours; or a text, which is a packed drive or its URL (`packed-drive.ts`). */
export type ConfigDriveGiven = ConfigDriveRequest | string;

export type Why = {
  /** One paragraph: where the node is, since when, what it waits for, what was last seen, what to check. */
  readonly text: string;
  readonly state: string;
  readonly since: string | null;
  readonly step: string | null;
  readonly waiting_for: string | null;
  readonly last_seen: { readonly at: string; readonly message: string } | null;
  readonly check: readonly string[];
};

export type LookupAnswer = {
  readonly node: NodeRecord;
  /** The agent token, or `******` when this boot's agent has proved itself already. */
  readonly agent_token: string;
  readonly heartbeat_timeout: number;
};

export type Heartbeat = {
  readonly callback_url: string;
  readonly agent_version: string | null;
  readonly agent_token: string;
  readonly agent_verify_ca: string | null;
  readonly agent_status?: string | null;
  readonly agent_status_message?: string | null;
};

export type Lifecycle = {
  /**
   * Throws what `requestVerb` would by the node's state alone, so that it comes before what is wrong with arguments.
   * `said`: the verb as its asker spelled it.
   */
  refuseByState(node: NodeRecord, asked: { readonly verb: Verb; readonly said: string }): Promise<void>;
  /** Throws `invalid_state` (with what to do first), `node_locked`, `not_found`, `invalid_input`. */
  requestVerb(ident: string, request: VerbRequest): Promise<void>;
  /** Throws as above. */
  requestPower(ident: string, target: PowerTarget, asked?: PowerAsked): Promise<void>;
  readonly management: Management;
  /** Begins to look for a node for an allocation that is on disk as `allocating`; at start that is done by itself. */
  allocate(allocationUuid: string): void;
  why(ident: string): Promise<Why>;
  /**
   * By any of the MACs, or by uuid. Throws `not_found` when no node of that kind is expected to boot, and `forbidden`
   * when the caller is not taken for its agent (`agent-admission.ts`).
   */
  agentLookup(query: {
    readonly macs: readonly string[];
    readonly node_uuid: string | null;
    readonly call: AgentCall;
  }): Promise<LookupAnswer>;
  /** Throws `invalid_input` on a wrong token, as Ironic does. */
  agentHeartbeat(nodeIdent: string, heartbeat: Heartbeat): Promise<void>;
  /**
   * By any of its MACs, or by uuid. Throws `not_found` when no such node is being inspected, and `forbidden` as a
   * look-up does; `wantsLookup`: it is one, too, and both are on disk or none.
   */
  continueInspection(body: {
    readonly inventory: Inventory;
    readonly boot_interface: string | null;
    readonly error: string | null;
    readonly plugin_data: JsonObject;
    readonly nodeUuid: string | null;
    readonly call: AgentCall;
    readonly wantsLookup: boolean;
  }): Promise<{ readonly uuid: string; readonly lookup: LookupAnswer | null }>;
  /** Throws `unauthorized` on a wrong token. */
  lcmStatus(nodeUuid: string, token: string, report: Omit<LcmReport, 'reported_at'>): Promise<void>;
  /** Takes up every unfinished job; called once at start. */
  start(): Promise<void>;
  /** Stops taking steps; running steps end at their next safe point, jobs stay in the store. */
  stop(): Promise<void>;
};
