/** Queries on `volume_connectors` and `volume_targets`: how a node reaches remote volumes, and which ones. */
import type { Selectable } from 'kysely';
import { IngotError } from '../errors.ts';
import { decodeObject, encode, violatesUnique } from './columns.ts';
import { nodesOfProject } from './nodes.ts';
import { missing, type Page, pageOf } from './page.ts';
import type { VolumeConnectorRecord, VolumeTargetRecord } from './records/volume.ts';
import type { Access, Tables } from './tables.ts';
import { takenError } from './taken.ts';

const DATES = ['created_at', 'updated_at'] as const;
export const CONNECTOR_SORT_KEYS = ['id', 'uuid', 'node_uuid', 'type', 'connector_id', ...DATES] as const;
export const TARGET_SORT_KEYS = [
  ...(['id', 'uuid', 'node_uuid', 'volume_type', 'boot_index', 'volume_id'] as const),
  ...DATES,
] as const;

type Dated = 'created_at' | 'updated_at';

export type VolumePatch<R> = Partial<Omit<R, Dated | 'uuid'>>;

type VolumePage<Key extends string> = Page<Key> & {
  readonly node_uuid?: string;
  /** Only those of nodes that it owns or leases. */
  readonly project?: string;
};

/** The same for both. */
export type VolumeQueries<R extends VolumeConnectorRecord | VolumeTargetRecord, Key extends string> = {
  /** Throws `conflict` when the uuid is taken, or what names the thing is. */
  insert(record: Omit<R, Dated>): Promise<R>;
  get(uuid: string): Promise<R | null>;
  /** Throws `not_found` for an unknown marker. */
  list(page: VolumePage<Key>): Promise<readonly R[]>;
  update(uuid: string, patch: VolumePatch<R>): Promise<R>;
  delete(uuid: string): Promise<void>;
};
export type ConnectorQueries = VolumeQueries<VolumeConnectorRecord, (typeof CONNECTOR_SORT_KEYS)[number]>;
export type TargetQueries = VolumeQueries<VolumeTargetRecord, (typeof TARGET_SORT_KEYS)[number]>;

function decodeConnector({ id: _, ...row }: Selectable<Tables['volume_connectors']>): VolumeConnectorRecord {
  return { ...row, extra: decodeObject(row.extra, `volume_connectors, ${row.uuid}`) };
}

function decodeTarget({ id: _, ...row }: Selectable<Tables['volume_targets']>): VolumeTargetRecord {
  const where = `volume_targets, ${row.uuid}`;
  return {
    ...row,
    extra: decodeObject(row.extra, where),
    properties: decodeObject(row.properties, where),
  };
}

/** What is unique of each, and so stands in a sentence about a conflict. */
type ConnectorNames = Partial<Pick<VolumeConnectorRecord, 'uuid' | 'type' | 'connector_id'>>;
type TargetNames = Partial<Pick<VolumeTargetRecord, 'uuid' | 'boot_index'>>;

function explainConnector(thrown: unknown, row: ConnectorNames): unknown {
  if (!violatesUnique(thrown, 'volume_connectors.type'))
    return takenError(thrown, { table: 'volume_connectors', noun: 'A volume connector', row }) ?? thrown;
  const { type = '', connector_id = '' } = row;
  const said = `A volume connector with type ${type} and connector ID ${connector_id} already exists.`;
  return taken(said, thrown);
}

function explainTarget(thrown: unknown, row: TargetNames): unknown {
  if (!violatesUnique(thrown, 'volume_targets.node_uuid'))
    return takenError(thrown, { table: 'volume_targets', noun: 'A volume target', row }) ?? thrown;
  const said = `A volume target with boot index '${row.boot_index ?? ''}' for the same node already exists.`;
  return taken(said, thrown);
}

function taken(said: string, cause: unknown): IngotError {
  return new IngotError('conflict', said, { hint: 'Change or delete that one, or choose another.', cause });
}

export function connectorQueries({ db, now, tell }: Access): ConnectorQueries {
  const select = () => db.selectFrom('volume_connectors').selectAll();
  return {
    async insert(connector) {
      const record: VolumeConnectorRecord = { ...connector, created_at: now(), updated_at: null };
      try {
        const insert = db.insertInto('volume_connectors').values(encode(record)).returningAll();
        return decodeConnector(await insert.executeTakeFirstOrThrow());
      } catch (thrown) {
        throw explainConnector(thrown, connector);
      }
    },
    async get(uuid) {
      const row = await select().where('uuid', '=', uuid).executeTakeFirst();
      return row === undefined ? null : decodeConnector(row);
    },
    async list({ node_uuid, project, ...page }) {
      let query = select();
      if (node_uuid !== undefined) query = query.where('node_uuid', '=', node_uuid);
      if (project !== undefined) query = query.where('node_uuid', 'in', nodesOfProject(db, project));
      return pageOf(await query.execute(), page, { noun: 'Volume connector', decode: decodeConnector, tell });
    },
    async update(uuid, patch) {
      try {
        const row = await db
          .updateTable('volume_connectors')
          .set({ ...encode(patch), updated_at: now() })
          .where('uuid', '=', uuid)
          .returningAll()
          .executeTakeFirst();
        if (row !== undefined) return decodeConnector(row);
      } catch (thrown) {
        const before = await select().where('uuid', '=', uuid).executeTakeFirst();
        throw explainConnector(thrown, { ...before, ...patch });
      }
      throw missing('Volume connector', uuid);
    },
    async delete(uuid) {
      await db.deleteFrom('volume_connectors').where('uuid', '=', uuid).execute();
    },
  };
}

export function targetQueries({ db, now, tell }: Access): TargetQueries {
  const select = () => db.selectFrom('volume_targets').selectAll();
  return {
    async insert(target) {
      const record: VolumeTargetRecord = { ...target, created_at: now(), updated_at: null };
      try {
        const insert = db.insertInto('volume_targets').values(encode(record)).returningAll();
        return decodeTarget(await insert.executeTakeFirstOrThrow());
      } catch (thrown) {
        throw explainTarget(thrown, target);
      }
    },
    async get(uuid) {
      const row = await select().where('uuid', '=', uuid).executeTakeFirst();
      return row === undefined ? null : decodeTarget(row);
    },
    async list({ node_uuid, project, ...page }) {
      let query = select();
      if (node_uuid !== undefined) query = query.where('node_uuid', '=', node_uuid);
      if (project !== undefined) query = query.where('node_uuid', 'in', nodesOfProject(db, project));
      return pageOf(await query.execute(), page, { noun: 'Volume target', decode: decodeTarget, tell });
    },
    async update(uuid, patch) {
      try {
        const row = await db
          .updateTable('volume_targets')
          .set({ ...encode(patch), updated_at: now() })
          .where('uuid', '=', uuid)
          .returningAll()
          .executeTakeFirst();
        if (row !== undefined) return decodeTarget(row);
      } catch (thrown) {
        const before = await select().where('uuid', '=', uuid).executeTakeFirst();
        throw explainTarget(thrown, { ...before, ...patch });
      }
      throw missing('Volume target', uuid);
    },
    async delete(uuid) {
      await db.deleteFrom('volume_targets').where('uuid', '=', uuid).execute();
    },
  };
}
