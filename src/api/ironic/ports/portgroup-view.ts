/** Ironic's portgroup at 1.96. Table of data. */
import type { PortgroupRecord } from '../../../store/records/port.ts';
import { datedFields, type Field, linksField, partLinksField, plainFields } from '../fields.ts';

export const PORTGROUP_FIELDS: readonly Field<PortgroupRecord>[] = [
  ...datedFields<PortgroupRecord>(),
  ...plainFields<PortgroupRecord, 'address' | 'extra' | 'internal_info'>([
    'address',
    'extra',
    'internal_info',
  ]),
  ...plainFields<PortgroupRecord, 'mode'>(['mode'], 26),
  ...plainFields<PortgroupRecord, 'name'>(['name']),
  ...plainFields<PortgroupRecord, 'properties'>(['properties'], 26),
  ...plainFields<PortgroupRecord, 'standalone_ports_supported' | 'node_uuid'>([
    'standalone_ports_supported',
    'node_uuid',
  ]),
  linksField('portgroups'),
  partLinksField('portgroups', { name: 'ports', since: 23 }),
];
