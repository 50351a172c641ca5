/** The two kinds of records about remote volumes: what differs between `/v1/volume/connectors` and `/targets`. */
import { randomUUID } from 'node:crypto';
import { IngotError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import type { VolumeConnectorRecord, VolumeTargetRecord } from '../../store/records/volume.ts';
import type { Queries } from '../../store/store.ts';
import {
  CONNECTOR_SORT_KEYS,
  TARGET_SORT_KEYS,
  type VolumePatch,
  type VolumeQueries,
} from '../../store/volumes.ts';
import { allows } from '../access/policies.ts';
import type { Principal } from '../access/principal.ts';
import { maskSecrets } from '../masking.ts';
import { parseBody } from '../parse.ts';
import { connectorCreate, connectorWritable, targetCreate, targetWritable } from '../schemas/volume.ts';
import { datedFields, type Field, linksField, only, plainFields } from './fields.ts';
import { uuidOrRefuse } from './idents.ts';
import type { Listed } from './listing.ts';
import type { Noun } from './tell.ts';

export type VolumeTables = Pick<Queries, 'connectors' | 'targets'>;
export type AnyVolume = VolumeConnectorRecord | VolumeTargetRecord;
type New<R> = Omit<R, 'created_at' | 'updated_at'>;

export type VolumeKind<R extends AnyVolume, Key extends string> = {
  /** Below `/v1/volume`. */
  readonly path: string;
  /** As Ironic calls it in its sentences. */
  readonly noun: Noun;
  readonly listed: Listed<R, Key>;
  /** From the body of a POST. Throws `invalid_input`. */
  readonly created: (body: unknown) => New<R>;
  /** Of a patched document the fields that were touched. Throws `invalid_input`. */
  readonly changed: (document: JsonObject, touched: readonly string[]) => VolumePatch<R>;
  /** What a client may change, and of it what cannot be removed. */
  readonly patchable: readonly string[];
  readonly mandatory: readonly string[];
  readonly queries: (all: VolumeTables) => VolumeQueries<R, Key>;
  /** The record as the caller may read it. */
  readonly readableFor: (principal: Principal, record: R) => R;
};

const REDACTED =
  '** Value redacted: Requires permission baremetal:volume:view_target_properties access. Permission denied. **';

const CONNECTOR_FIELDS: readonly Field<VolumeConnectorRecord>[] = [
  ...datedFields<VolumeConnectorRecord>(),
  ...plainFields<VolumeConnectorRecord, 'connector_id' | 'extra' | 'type'>(['connector_id', 'extra', 'type']),
  linksField('volume/connectors'),
  ...plainFields<VolumeConnectorRecord, 'node_uuid'>(['node_uuid']),
];

const TARGET_FIELDS: readonly Field<VolumeTargetRecord>[] = [
  ...datedFields<VolumeTargetRecord>(),
  ...plainFields<VolumeTargetRecord, 'boot_index' | 'extra'>(['boot_index', 'extra']),
  { name: 'properties', since: 1, value: ({ properties }) => maskSecrets(properties) },
  ...plainFields<VolumeTargetRecord, 'volume_id' | 'volume_type'>(['volume_id', 'volume_type']),
  linksField('volume/targets'),
  ...plainFields<VolumeTargetRecord, 'node_uuid'>(['node_uuid']),
];

export const CONNECTORS: VolumeKind<VolumeConnectorRecord, (typeof CONNECTOR_SORT_KEYS)[number]> = {
  path: 'connectors',
  noun: 'volume connector',
  listed: {
    name: 'connectors',
    fields: CONNECTOR_FIELDS,
    short: ['uuid', 'node_uuid', 'type', 'connector_id'],
    sortKeys: CONNECTOR_SORT_KEYS,
  },
  created: (body) => {
    const { uuid, ...fields } = parseBody(connectorCreate, body, 'connector');
    return { ...fields, uuid: uuid ?? randomUUID() };
  },
  changed: (document, touched) => only(parseBody(connectorWritable, document, 'connector'), touched),
  patchable: Object.keys(connectorWritable.shape).toSorted(),
  mandatory: ['node_uuid', 'type', 'connector_id'],
  queries: ({ connectors }) => connectors,
  readableFor: (_, connector) => connector,
};

export const TARGETS: VolumeKind<VolumeTargetRecord, (typeof TARGET_SORT_KEYS)[number]> = {
  path: 'targets',
  noun: 'volume target',
  listed: {
    name: 'targets',
    fields: TARGET_FIELDS,
    short: ['uuid', 'node_uuid', 'volume_type', 'boot_index', 'volume_id'],
    sortKeys: TARGET_SORT_KEYS,
  },
  created: (body) => {
    const { uuid, ...fields } = parseBody(targetCreate, body, 'target');
    return { ...fields, uuid: uuid ?? randomUUID() };
  },
  changed: (document, touched) => only(parseBody(targetWritable, document, 'target'), touched),
  patchable: Object.keys(targetWritable.shape).toSorted(),
  mandatory: ['node_uuid', 'volume_type', 'boot_index', 'volume_id'],
  queries: ({ targets }) => targets,
  // Ironic asks for the role alone, not for whose node it is: that was judged before.
  readableFor: (principal, target) => {
    const belongings = { owner: principal.project, lessee: null };
    if (allows(principal, 'volume:view_target_properties', belongings)) return target;
    return { ...target, properties: { redacted_contents: REDACTED } };
  },
};

/** Throws `not_found`, or Ironic's `invalid_input` for what is no uuid. */
export async function findVolume<R extends AnyVolume, Key extends string>(
  kind: VolumeKind<R, Key>,
  queries: VolumeTables,
  ident: string,
): Promise<R> {
  const uuid = uuidOrRefuse(`${kind.path.slice(0, -1)}_uuid`, ident);
  const record = await kind.queries(queries).get(uuid);
  if (record !== null) return record;
  throw noVolume(kind, uuid);
}

export function noVolume({ noun }: { readonly noun: string }, uuid: string): IngotError {
  return new IngotError('not_found', `${noun.replace('v', 'V')} ${uuid} could not be found.`, {
    hint: `\`baremetal ${noun} list\` shows them.`,
  });
}
