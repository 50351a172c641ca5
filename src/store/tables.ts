/** The tables as Kysely sees them: derived from the records, so that a column cannot be forgotten. */
import type { Generated, Kysely } from 'kysely';
import type { TellDamage } from './damaged-rows.ts';
import type { AddressRecord, ReservationRecord } from './records/address.ts';
import type { AllocationRecord } from './records/allocation.ts';
import type { ChassisRecord } from './records/chassis.ts';
import type { DiscoveredRecord } from './records/discovered.ts';
import type { EventRecord } from './records/event.ts';
import type { FirmwareReportRecord } from './records/firmware.ts';
import type { InspectionRuleRecord, InventoryRecord } from './records/inspection.ts';
import type { JobRecord } from './records/job.ts';
import type { NodeRecord } from './records/node.ts';
import type { PortgroupRecord, PortRecord } from './records/port.ts';
import type { StepListRecord } from './records/step-list.ts';
import type { TokenRecord } from './records/token.ts';
import type { VolumeConnectorRecord, VolumeTargetRecord } from './records/volume.ts';

/** How a field stands in SQLite: booleans as 0 or 1, lists and objects as JSON text, the rest as it is. */
export type Column<T> = T extends boolean ? 0 | 1 : T extends object ? string : T;
export type Row<R> = { [K in keyof R]: Column<R[K]> };

/** `id` only orders the rows; outside the store a record is named by its uuid. */
type Ordered = { id: Generated<number> };

export type Tables = {
  nodes: Row<NodeRecord> & Ordered;
  former_nodes: { uuid: string; boot_generation: number; instance_generation: number };
  ports: Row<PortRecord> & Ordered;
  portgroups: Row<PortgroupRecord> & Ordered;
  chassis: Row<ChassisRecord> & Ordered;
  volume_connectors: Row<VolumeConnectorRecord> & Ordered;
  volume_targets: Row<VolumeTargetRecord> & Ordered;
  allocations: Row<AllocationRecord> & Ordered;
  inspection_rules: Row<InspectionRuleRecord> & Ordered;
  jobs: Omit<Row<JobRecord>, 'id'> & Ordered;
  events: Omit<Row<EventRecord>, 'seq'> & { seq: Generated<number> };
  pruned_events: { node_uuid: string; seq: number };
  inventories: Row<InventoryRecord>;
  firmware_reports: Row<FirmwareReportRecord>;
  addresses: Row<AddressRecord>;
  reservations: Row<ReservationRecord>;
  step_lists: Row<StepListRecord> & Ordered;
  discovered: Row<DiscoveredRecord>;
  tokens: Row<TokenRecord>;
};

/** What every query file works on: a connection or a transaction, the time, and whom lists tell of damaged rows. */
export type Access = { readonly db: Kysely<Tables>; now(): string; readonly tell: TellDamage };
