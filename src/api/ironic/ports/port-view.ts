/** Ironic's port at 1.96: a table as for nodes. Pure. */
import { linkAt } from '../../../lifecycle/local-link.ts';
import type { PortRecord } from '../../../store/records/port.ts';
import { datedFields, type Field, linksField } from '../fields.ts';

export const PORT_FIELDS: readonly Field<PortRecord>[] = [
  ...datedFields<PortRecord>(),
  { name: 'address', since: 1, value: (port) => port.address },
  { name: 'extra', since: 1, value: (port) => port.extra },
  { name: 'internal_info', since: 18, value: (port) => port.internal_info },
  { name: 'is_smartnic', since: 53, value: (port) => port.is_smartnic },
  { name: 'local_link_connection', since: 19, value: (port) => port.local_link_connection },
  { name: 'physical_network', since: 34, value: (port) => port.physical_network },
  { name: 'pxe_enabled', since: 19, value: (port) => port.pxe_enabled },
  { name: 'node_uuid', since: 1, value: (port) => port.node_uuid },
  { name: 'name', since: 88, value: (port) => port.name },
  linksField('ports'),
  { name: 'portgroup_uuid', since: 24, value: (port) => port.portgroup_uuid },
];

/** The port as a version may know it, whose fields then are chosen. */
export function portAt(port: PortRecord, minor: number): PortRecord {
  return { ...port, local_link_connection: linkAt(port.local_link_connection, minor) };
}

export const PORT_LIST_FIELDS: readonly string[] = ['uuid', 'address', 'links'];
