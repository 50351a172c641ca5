/** Ironic's port at 1.96: a table as for nodes. Pure. */
import { IngotError } from '../../errors.ts';
import type { Json, JsonObject, PortRecord } from '../../store/records.ts';
import { resourceLinks } from '../links.ts';
import { ironicTime } from '../time.ts';

type PortField = {
  readonly name: string;
  readonly since: number;
  readonly value: (port: PortRecord, base: string) => Json;
};

const PORT_FIELDS: readonly PortField[] = [
  { name: 'uuid', since: 1, value: (port) => port.uuid },
  { name: 'created_at', since: 1, value: (port) => ironicTime(port.created_at) },
  { name: 'updated_at', since: 1, value: (port) => ironicTime(port.updated_at) },
  { name: 'address', since: 1, value: (port) => port.address },
  { name: 'extra', since: 1, value: (port) => port.extra },
  { name: 'internal_info', since: 18, value: (port) => port.internal_info },
  { name: 'is_smartnic', since: 53, value: () => false },
  { name: 'local_link_connection', since: 19, value: (port) => port.local_link_connection },
  { name: 'physical_network', since: 34, value: (port) => port.physical_network },
  { name: 'pxe_enabled', since: 19, value: (port) => port.pxe_enabled },
  { name: 'node_uuid', since: 1, value: (port) => port.node_uuid },
  { name: 'name', since: 88, value: () => null },
  { name: 'links', since: 1, value: (port, base) => resourceLinks(base, `ports/${port.uuid}`) },
  { name: 'portgroup_uuid', since: 24, value: () => null },
];

export const PORT_LIST_FIELDS: readonly string[] = ['uuid', 'address', 'links'];

/** `names` null: all that this version has. Throws `invalid_input` or `not_acceptable`. */
export function selectPortFields(names: readonly string[] | null, minor: number): readonly PortField[] {
  for (const name of names ?? []) {
    const field = PORT_FIELDS.find((candidate) => candidate.name === name);
    const hint = `Fields of a port at 1.${minor} are: ${selectPortFields(null, minor)
      .map((known) => known.name)
      .join(', ')}.`;
    if (field === undefined)
      throw new IngotError('invalid_input', `Field ${name} is not a valid field.`, { hint });
    if (field.since > minor) throw new IngotError('not_acceptable', 'Request not acceptable.', { hint });
  }
  return PORT_FIELDS.filter(
    (field) => field.since <= minor && (names === null || names.includes(field.name)),
  );
}

export function portView(port: PortRecord, fields: readonly PortField[], base: string): JsonObject {
  return Object.fromEntries(fields.map((field) => [field.name, field.value(port, base)]));
}

export type { PortField };
