/**
 * The store: typed queries over SQLite (WAL, `synchronous=FULL`). One writer connection; every change that
 * belongs together goes through `transaction`. Nothing above this room writes SQL. What it keeps are plain readonly
 * records (`records/`): fields that Ironic has carry Ironic's own names (snake_case), so that nothing is renamed on
 * the way to the API; times are ISO 8601 in UTC with milliseconds (`2026-11-22T22:50:00.000Z`).
 */
import type { JsonObject } from '../json.ts';
import type { AllocationQueries } from './allocations.ts';
import type { ChassisQueries } from './chassis.ts';
import type { FirmwareReportQueries } from './firmware-reports.ts';
import type { InspectionRuleQueries } from './inspection-rules.ts';
import type { Page } from './page.ts';
import type { PortgroupQueries } from './portgroups.ts';
import type { AddressRecord, ReservationRecord } from './records/address.ts';
import type { DiscoveredRecord } from './records/discovered.ts';
import type { EventRecord, NewEvent } from './records/event.ts';
import type { InventoryRecord } from './records/inspection.ts';
import type { CurrentJob, JobRecord } from './records/job.ts';
import type { NodeRecord } from './records/node.ts';
import type { PortRecord } from './records/port.ts';
import type { TokenRecord } from './records/token.ts';
import type { StepListQueries } from './step-lists.ts';
import type { ConnectorQueries, TargetQueries } from './volumes.ts';
import type { BmcTroubleKind, ProvisionState } from './words.ts';

/** Everything that may be changed of a record; what is left out stays as it is. */
export type NodePatch = Partial<Omit<NodeRecord, 'uuid' | 'created_at' | 'updated_at'>>;
export type PortPatch = Partial<Omit<PortRecord, 'uuid' | 'created_at' | 'updated_at'>>;
export type JobPatch = Partial<Omit<JobRecord, 'id' | 'node_uuid' | 'created_at' | 'updated_at'>>;

/** What stands in columns of their own: readable where the JSON beside it is damaged. */
export type BareNode = Pick<NodeRecord, 'uuid' | 'provision_state' | 'target_provision_state'>;
export type BareJob = Pick<
  JobRecord,
  'id' | 'node_uuid' | 'verb' | 'asked_by' | 'status' | 'cursor' | 'deadline'
>;

export type NewNode = Pick<NodeRecord, 'uuid' | 'driver'> & NodePatch;
export type NewPort = Pick<PortRecord, 'uuid' | 'node_uuid' | 'address'> & PortPatch;
export type PortOwner = Pick<NodeRecord, 'uuid' | 'name'>;
export type NewReservation = Omit<ReservationRecord, 'created_at' | 'updated_at'>;
export type NewJob = Pick<JobRecord, 'node_uuid' | 'verb' | 'steps'> & Partial<Pick<JobRecord, 'asked_by'>>;

/** The columns that a list of nodes can be sorted by: those that are no JSON and no long text. */
export const NODE_SORT_KEYS = [
  ...(['id', 'uuid', 'name', 'created_at', 'updated_at', 'driver', 'provision_state'] as const),
  ...(['target_provision_state', 'provision_updated_at', 'power_state', 'target_power_state'] as const),
  ...([
    'maintenance',
    'fault',
    'instance_uuid',
    'resource_class',
    'owner',
    'lessee',
    'shard',
    'parent_node',
  ] as const),
  ...(['protected', 'retired', 'automated_clean', 'boot_mode', 'secure_boot', 'chassis_uuid'] as const),
  ...(['inspection_started_at', 'inspection_finished_at', 'description'] as const),
] as const;
export type NodeSortKey = (typeof NODE_SORT_KEYS)[number];

export type NodeFilter = {
  readonly provision_state?: ProvisionState;
  readonly maintenance?: boolean;
  /** uuid of the node that they are parts of; null: of none. */
  readonly parent_node?: string | null;
  /** The default is `id`, the order of creation; what has no value comes first. */
  readonly sort_key?: NodeSortKey;
  readonly sort_dir?: 'asc' | 'desc';
  readonly limit?: number;
  /** uuid of the last node of the page before. */
  readonly marker?: string;
};

export const PORT_SORT_KEYS = [
  ...(['id', 'uuid', 'name', 'address', 'node_uuid', 'portgroup_uuid', 'physical_network'] as const),
  ...(['pxe_enabled', 'created_at', 'updated_at'] as const),
];

export type PortFilter = Page<(typeof PORT_SORT_KEYS)[number]> & {
  readonly node_uuid?: string;
  readonly portgroup_uuid?: string;
  readonly address?: string;
  /** Of nodes in any of these shards. */
  readonly shards?: readonly string[];
  /** Of nodes that this project owns or leases. */
  readonly project?: string;
};

export type EventFilter = {
  readonly node_uuid?: string;
  /** Only events with a greater `seq`. */
  readonly after?: number;
  /** Only events at or after this time (ISO 8601). */
  readonly since?: string;
  readonly kinds?: readonly string[];
  readonly limit?: number;
  /** Newest first when `desc`; the default is oldest first. */
  readonly order?: 'asc' | 'desc';
};

/** The queries; inside `transaction` the same ones, on one atomic unit of work. */
export type Queries = {
  readonly nodes: {
    /** Throws `conflict` when the name or uuid is taken. */
    insert(node: NewNode): Promise<NodeRecord>;
    get(uuid: string): Promise<NodeRecord | null>;
    /** Null too for one whose row cannot be read, which is told of. */
    getReadable(uuid: string): Promise<NodeRecord | null>;
    /** By uuid or by name. */
    find(ident: string): Promise<NodeRecord | null>;
    /** Without those whose rows cannot be read, which are told of. */
    list(filter: NodeFilter): Promise<readonly NodeRecord[]>;
    /** The parts of a node. Throws `damaged_row` for one that cannot be read: what is decided counts on all of them. */
    childrenOf(uuid: string): Promise<readonly NodeRecord[]>;
    /** Whether any node has this one as its `parent_node`. */
    isParent(uuid: string): Promise<boolean>;
    /** How many nodes are in each state that has any. */
    countByState(): Promise<ReadonlyMap<ProvisionState, number>>;
    /** By what is wrong with their BMCs; null: nothing that is known. */
    countByBmcTrouble(): Promise<ReadonlyMap<BmcTroubleKind | null, number>>;
    /** The largest shard first; null is no shard. */
    countByShard(): Promise<readonly { readonly shard: string | null; readonly count: number }[]>;
    /** Throws `not_found`. Sets `updated_at`; sets `provision_updated_at` when the state changes. */
    update(uuid: string, patch: NodePatch): Promise<NodeRecord>;
    getBare(uuid: string): Promise<BareNode | null>;
    /** As `update`, of a row that cannot be read. */
    updateUnread(uuid: string, patch: NodePatch): Promise<void>;
    delete(uuid: string): Promise<void>;
  };
  readonly ports: {
    /** Throws `conflict` when the address is taken. */
    insert(port: NewPort): Promise<PortRecord>;
    get(uuid: string): Promise<PortRecord | null>;
    findByAddress(mac: string): Promise<PortRecord | null>;
    findByName(name: string): Promise<PortRecord | null>;
    listByNode(nodeUuid: string): Promise<readonly PortRecord[]>;
    listByPortgroup(portgroupUuid: string): Promise<readonly PortRecord[]>;
    list(): Promise<readonly PortRecord[]>;
    /** Throws `not_found` for an unknown marker. */
    page(filter: PortFilter): Promise<readonly PortRecord[]>;
    /** MAC → the node that has it. */
    owners(): Promise<ReadonlyMap<string, PortOwner>>;
    update(uuid: string, patch: PortPatch): Promise<PortRecord>;
    delete(uuid: string): Promise<void>;
  };
  readonly allocations: AllocationQueries;
  readonly portgroups: PortgroupQueries;
  readonly inspectionRules: InspectionRuleQueries;
  readonly chassis: ChassisQueries;
  readonly connectors: ConnectorQueries;
  readonly targets: TargetQueries;
  readonly jobs: {
    /** Throws `node_locked` when the node has a running job: the row is the lock. */
    insert(job: NewJob): Promise<JobRecord>;
    get(id: number): Promise<JobRecord | null>;
    /** Without those whose rows cannot be read, which are told of. */
    running(): Promise<readonly JobRecord[]>;
    runningOf(nodeUuid: string): Promise<JobRecord | null>;
    /** Of the running jobs of these nodes, by node, what a list tells. */
    currentOf(nodeUuids: readonly string[]): Promise<ReadonlyMap<string, CurrentJob>>;
    lastOf(nodeUuid: string): Promise<JobRecord | null>;
    update(id: number, patch: JobPatch): Promise<JobRecord>;
    getBare(id: number): Promise<BareJob | null>;
    runningBare(): Promise<readonly BareJob[]>;
    /** As `update`, of a row that cannot be read. */
    updateUnread(id: number, patch: JobPatch): Promise<void>;
  };
  readonly events: {
    append(event: NewEvent): Promise<EventRecord>;
    list(filter: EventFilter): Promise<readonly EventRecord[]>;
    /** The `seq` of the last event that is kept no more, of the node or of any; 0: all are kept. */
    prunedThrough(nodeUuid?: string): Promise<number>;
  };
  readonly inventories: {
    /** Takes the place of the node's earlier one; belongs to the node's boot of the moment. */
    put(nodeUuid: string, inventory: JsonObject, pluginData: JsonObject): Promise<void>;
    get(nodeUuid: string): Promise<InventoryRecord | null>;
  };
  readonly firmwareReports: FirmwareReportQueries;
  readonly addresses: {
    /** Idempotent for the same node; throws `conflict` when another node has the address. */
    claim(network: string, address: string, nodeUuid: string): Promise<AddressRecord>;
    listByNetwork(network: string): Promise<readonly AddressRecord[]>;
    listByNode(nodeUuid: string): Promise<readonly AddressRecord[]>;
    release(network: string, nodeUuid: string): Promise<void>;
  };
  readonly reservations: {
    /** Takes the place of the MAC's earlier one on that network. Throws `conflict` when another MAC has the address. */
    put(reservation: NewReservation): Promise<ReservationRecord>;
    get(network: string, mac: string): Promise<ReservationRecord | null>;
    findByAddress(network: string, address: string): Promise<ReservationRecord | null>;
    listByMac(mac: string): Promise<readonly ReservationRecord[]>;
    /** By network, then by age. */
    list(): Promise<readonly ReservationRecord[]>;
    /** False when there was none. */
    delete(network: string, mac: string): Promise<boolean>;
  };
  readonly stepLists: StepListQueries;
  readonly discovered: {
    /** Writes each as it is, over what there was of that MAC. */
    put(machines: readonly DiscoveredRecord[]): Promise<void>;
    /** The last seen first. */
    list(): Promise<readonly DiscoveredRecord[]>;
    count(): Promise<number>;
    delete(macs: readonly string[]): Promise<void>;
  };
  readonly tokens: {
    /** Throws `conflict` when the name is taken. */
    insert(token: Omit<TokenRecord, 'created_at'>): Promise<TokenRecord>;
    get(id: string): Promise<TokenRecord | null>;
    /** By age. */
    list(): Promise<readonly TokenRecord[]>;
    /** False when there was none. */
    delete(id: string): Promise<boolean>;
  };
};

export type Store = Queries & {
  /**
   * Runs `work` all or nothing, with no other's `work` beside it; on disk (fsync) when the promise resolves. What comes
   * in the same turn of the event loop shares one flush, and `work` sees what those before it have written.
   */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /**
   * Writes what is there already, in its turn after the transactions under way, and flushes it: resolves when the
   * store takes writes. Rejects with `environment` on a full disk, with `busy` once closed, else with SQLite's error.
   */
  probe(): Promise<void>;
  /** Called after commit with every event appended, in order; returns the way to stop. */
  onEvent(listener: (event: EventRecord) => void): () => void;
  /** Rows that lists have left out so far, for they cannot be read: a sentence for each, with what to do. */
  damagedRows(): readonly string[];
  close(): Promise<void>;
};
