/** Queries on `portgroups`. */
import type { Selectable } from 'kysely';
import { decodeBoolean, decodeObject, encode, violatesForeignKey } from './columns.ts';
import { nodeNotFound, nodesOfProject } from './nodes.ts';
import { missing, type Page, pageOf } from './page.ts';
import type { PortgroupRecord } from './records/port.ts';
import type { Access, Tables } from './tables.ts';
import { takenError } from './taken.ts';

const NOUN = 'Portgroup';

export const PORTGROUP_SORT_KEYS = [
  ...(['id', 'uuid', 'name', 'node_uuid', 'address', 'mode', 'standalone_ports_supported'] as const),
  ...(['created_at', 'updated_at'] as const),
];

export type PortgroupFilter = Page<(typeof PORTGROUP_SORT_KEYS)[number]> & {
  readonly node_uuid?: string;
  readonly address?: string;
  /** Of nodes that this project owns or leases. */
  readonly project?: string;
};
type PortgroupPatch = Partial<Omit<PortgroupRecord, 'uuid' | 'created_at' | 'updated_at'>>;

export type PortgroupQueries = {
  /** Throws `conflict` when uuid, name or address is taken. */
  insert(group: Pick<PortgroupRecord, 'uuid' | 'node_uuid'> & PortgroupPatch): Promise<PortgroupRecord>;
  /** By uuid or by name. */
  find(ident: string): Promise<PortgroupRecord | null>;
  /** Throws `not_found` for an unknown marker. */
  list(filter: PortgroupFilter): Promise<readonly PortgroupRecord[]>;
  listByNode(nodeUuid: string): Promise<readonly PortgroupRecord[]>;
  update(uuid: string, patch: PortgroupPatch): Promise<PortgroupRecord>;
  /** Its ports are in no group then. */
  delete(uuid: string): Promise<void>;
};

function decode({ id: _, ...row }: Selectable<Tables['portgroups']>): PortgroupRecord {
  const where = `portgroups, portgroup ${row.uuid}`;
  return {
    ...row,
    standalone_ports_supported: decodeBoolean(row.standalone_ports_supported),
    properties: decodeObject(row.properties, where),
    extra: decodeObject(row.extra, where),
    internal_info: decodeObject(row.internal_info, where),
  };
}

function explainConflict(thrown: unknown, row: Partial<PortgroupRecord>): unknown {
  if (violatesForeignKey(thrown)) return nodeNotFound(row.node_uuid ?? '');
  return takenError(thrown, { table: 'portgroups', noun: 'A portgroup', row }) ?? thrown;
}

export function portgroupQueries({ db, now, tell }: Access): PortgroupQueries {
  const select = () => db.selectFrom('portgroups').selectAll();
  return {
    async insert(group) {
      const record: PortgroupRecord = {
        name: null,
        address: null,
        mode: 'active-backup',
        properties: {},
        standalone_ports_supported: true,
        extra: {},
        internal_info: {},
        ...group,
        created_at: now(),
        updated_at: null,
      };
      try {
        const insert = db.insertInto('portgroups').values(encode(record)).returningAll();
        return decode(await insert.executeTakeFirstOrThrow());
      } catch (thrown) {
        throw explainConflict(thrown, group);
      }
    },
    async find(ident) {
      const row =
        (await select().where('uuid', '=', ident.toLowerCase()).executeTakeFirst()) ??
        (await select().where('name', '=', ident).executeTakeFirst());
      return row === undefined ? null : decode(row);
    },
    async list({ node_uuid, address, project, ...page }) {
      let query = select();
      if (node_uuid !== undefined) query = query.where('node_uuid', '=', node_uuid);
      if (address !== undefined) query = query.where('address', '=', address);
      if (project !== undefined) query = query.where('node_uuid', 'in', nodesOfProject(db, project));
      return pageOf(await query.execute(), page, { noun: NOUN, decode, tell });
    },
    async listByNode(nodeUuid) {
      return (await select().where('node_uuid', '=', nodeUuid).orderBy('id').execute()).map(decode);
    },
    async update(uuid, patch) {
      try {
        const row = await db
          .updateTable('portgroups')
          .set({ ...encode(patch), updated_at: now() })
          .where('uuid', '=', uuid)
          .returningAll()
          .executeTakeFirst();
        if (row !== undefined) return decode(row);
      } catch (thrown) {
        throw explainConflict(thrown, patch);
      }
      throw missing(NOUN, uuid);
    },
    async delete(uuid) {
      await db.deleteFrom('portgroups').where('uuid', '=', uuid).execute();
    },
  };
}
