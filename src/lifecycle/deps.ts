/** What the lifecycle needs from other rooms, all passed in by the daemon (or by a test). */
import type { Bmc } from '../bmc/bmc.ts';
import type { Clock } from '../clock.ts';
import type { CleaningConfig } from '../config/cleaning.ts';
import type { Config } from '../config/schema.ts';
import type { ImageStore } from '../images/images.ts';
import type { Log } from '../log.ts';
import type { AddressHolder } from '../net/address-holder.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { NodeRecord } from '../store/records/node.ts';
import type { Store } from '../store/store.ts';
import type { PowerTarget } from '../store/words.ts';
import type { AgentRules } from './agents/agent-admission.ts';
import type { AgentClient, AgentTarget } from './agents/agent-client.ts';
import type { BoundaryHook } from './engine/step.ts';
import type { ConfigDriveRequest } from './lifecycle.ts';
import type { RamdiskLogs } from './ramdisk-logs/ramdisk-logs.ts';
import type { PasswordHash } from './rescue/sha-crypt.ts';

/**
 * Lends the node's BMC client for one piece of work. The lender decides how long clients and sessions are kept;
 * it rejects with `invalid_input` when `driver_info` names no usable BMC.
 */
export type WithBmc = <T>(node: NodeRecord, work: (bmc: Bmc) => Promise<T>) => Promise<T>;

/** Builds the config drive: base64 of a gzipped ISO 9660 volume `config-2`. Reads addresses from the store. */
export type BuildConfigDrive = (input: {
  readonly node: NodeRecord;
  readonly request: ConfigDriveRequest;
  /** For the OS's status report; bound to this instance of the node. */
  readonly lcmToken: string;
}) => Promise<string>;

/** The text at the URL of a packed config drive, bounded in size and time. Rejects as downloads of images do. */
export type FetchConfigDrive = (url: string, signal: AbortSignal) => Promise<string>;

export type Site = {
  /** Where the node's agent fetches a prepared image. */
  imageUrl(node: NodeRecord, imageId: string): string;
  /** Why this machine cannot boot the ramdisk just now (not built yet, no PXE network, no shim, ...), or null. */
  bootProblem(node: NodeRecord): string | null;
  /** The GRUB of the Secure Boot chain loads over HTTP, so that UEFI HTTP boot goes with Secure Boot. */
  readonly secureHttpBoot: boolean;
  /** What may keep machines from booting though we serve, such as another DHCP server; a sentence each. */
  bootWarnings(): readonly string[];
  /** Whether an agent may be reached at this address: it is in one of the networks that machines boot in. */
  isAgentAddress(address: Ipv4): boolean;
  readonly agentRules: AgentRules;
  /** The machine that DHCP gave the address to. */
  holderOf(address: Ipv4): Promise<AddressHolder>;
  /** Whether nodes whose `automated_clean` is null are cleaned. */
  readonly automatedClean: boolean;
  readonly rescuePasswordHash: PasswordHash;
};

/** What steps work with. */
export type StepDeps = {
  readonly store: Pick<Store, 'nodes' | 'ports' | 'jobs' | 'inventories' | 'inspectionRules' | 'events'>;
  readonly clock: Clock;
  readonly withBmc: WithBmc;
  /** Begins a job of another node; on disk when it resolves. Rejects with `node_locked` or `conflict`. */
  readonly requestPower: (nodeUuid: string, target: PowerTarget) => Promise<void>;
  readonly connectAgent: (target: AgentTarget) => AgentClient;
  readonly images: ImageStore;
  /** Claims the addresses of the node's instance; idempotent. Rejects with `no_address` or `conflict`. */
  readonly allocateAddresses: (nodeUuid: string) => Promise<void>;
  readonly buildConfigDrive: BuildConfigDrive;
  readonly fetchConfigDrive: FetchConfigDrive;
  /** Resolves when DHCP, TFTP and the boot scripts answer as the store says. */
  readonly publishBoot: (nodeUuid: string) => Promise<void>;
  readonly site: Site;
  readonly cleaning: Pick<CleaningConfig, 'priorities' | 'erase'>;
  readonly ramdiskLogs: Pick<RamdiskLogs, 'keeps' | 'keep'>;
  readonly timeouts: Config['timeouts'];
  /** Key of the agent and LCM tokens: 32 random bytes. */
  readonly secret: Uint8Array;
};

export type LifecycleDeps = Omit<StepDeps, 'store' | 'connectAgent' | 'requestPower'> & {
  readonly store: Store;
  readonly log: Log;
  readonly limits: Pick<Config['limits'], 'jobs' | 'power_actions' | 'image_writes'>;
  readonly powerSync: Config['power_sync'];
  /** Without it agents are called over HTTP(S). */
  readonly connectAgent?: (target: AgentTarget) => AgentClient;
  readonly hooks?: { readonly boundary?: BoundaryHook };
};
