/** Ironic's allocation at 1.96. Table of data. */
import type { AllocationRecord } from '../../../store/records/allocation.ts';
import { datedFields, type Field, linksField, plainFields } from '../fields.ts';

type Plain = 'candidate_nodes' | 'extra' | 'last_error' | 'name' | 'owner' | 'resource_class';
type Rest = 'state' | 'traits';

export const ALLOCATION_FIELDS: readonly Field<AllocationRecord>[] = [
  ...datedFields<AllocationRecord>(),
  ...plainFields<AllocationRecord, Plain>(['candidate_nodes', 'extra', 'last_error', 'name']),
  ...plainFields<AllocationRecord, Plain>(['owner'], 60),
  ...plainFields<AllocationRecord, Plain | Rest>(['resource_class', 'state', 'traits']),
  linksField('allocations'),
  ...plainFields<AllocationRecord, 'node_uuid'>(['node_uuid']),
];
