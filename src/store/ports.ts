/** Queries on `ports`. */
import type { Selectable } from 'kysely';
import { IngotError } from '../errors.ts';
import { decodeBoolean, decodeObject, encode, violatesForeignKey } from './columns.ts';
import { readable } from './damaged-rows.ts';
import { fixedQuery, unplanned } from './fixed-query.ts';
import { nodeNotFound, nodesOfProject } from './nodes.ts';
import { pageOf } from './page.ts';
import type { PortRecord } from './records/port.ts';
import type { Queries } from './store.ts';
import type { Access, Tables } from './tables.ts';
import { takenError } from './taken.ts';

function decodePort({ id: _, ...row }: Selectable<Tables['ports']>): PortRecord {
  const where = `ports, port ${row.uuid}`;
  return {
    ...row,
    pxe_enabled: decodeBoolean(row.pxe_enabled),
    is_smartnic: decodeBoolean(row.is_smartnic),
    local_link_connection: decodeObject(row.local_link_connection, where),
    extra: decodeObject(row.extra, where),
    internal_info: decodeObject(row.internal_info, where),
  };
}

const ONE_NODE =
  'A NIC belongs to one node: see `ingot node list`, and delete the port or node that has it by mistake.';

function explainConflict(thrown: unknown, row: Partial<PortRecord>): unknown {
  if (violatesForeignKey(thrown)) return nodeNotFound(row.node_uuid ?? '');
  const hints = { address: ONE_NODE };
  return takenError(thrown, { table: 'ports', noun: 'A port', row, hints }) ?? thrown;
}

export function portQueries({ db, now, tell }: Access): Queries['ports'] {
  const select = () => db.selectFrom('ports').selectAll();
  const rowsOfNode = fixedQuery(db, (nodeUuid: string) =>
    select().where('node_uuid', '=', unplanned(nodeUuid)).orderBy('id'),
  );
  return {
    async insert(port) {
      const record: PortRecord = {
        name: null,
        portgroup_uuid: null,
        pxe_enabled: true,
        physical_network: null,
        local_link_connection: {},
        is_smartnic: false,
        extra: {},
        internal_info: {},
        ...port,
        created_at: now(),
        updated_at: null,
      };
      try {
        return decodePort(
          await db.insertInto('ports').values(encode(record)).returningAll().executeTakeFirstOrThrow(),
        );
      } catch (thrown) {
        throw explainConflict(thrown, port);
      }
    },
    async get(uuid) {
      const row = await select().where('uuid', '=', uuid).executeTakeFirst();
      return row === undefined ? null : decodePort(row);
    },
    async findByAddress(mac) {
      const row = await select().where('address', '=', mac).executeTakeFirst();
      return row === undefined ? null : decodePort(row);
    },
    async findByName(name) {
      const row = await select().where('name', '=', name).executeTakeFirst();
      return row === undefined ? null : decodePort(row);
    },
    async listByPortgroup(portgroupUuid) {
      const rows = await select().where('portgroup_uuid', '=', portgroupUuid).orderBy('id').execute();
      return rows.map(decodePort);
    },
    async listByNode(nodeUuid) {
      return (await rowsOfNode(nodeUuid)).rows.map(decodePort);
    },
    async list() {
      return readable(await select().orderBy('id').execute(), decodePort, tell);
    },
    async page({ node_uuid, portgroup_uuid, address, shards, project, ...page }) {
      let query = select();
      if (node_uuid !== undefined) query = query.where('node_uuid', '=', node_uuid);
      if (portgroup_uuid !== undefined) query = query.where('portgroup_uuid', '=', portgroup_uuid);
      if (address !== undefined) query = query.where('address', '=', address);
      if (shards !== undefined) {
        const nodes = db
          .selectFrom('nodes')
          .select('uuid')
          .where(({ fn }) => fn<string>('lower', ['shard']), 'in', shards);
        query = query.where('node_uuid', 'in', nodes);
      }
      if (project !== undefined) query = query.where('node_uuid', 'in', nodesOfProject(db, project));
      return pageOf(await query.execute(), page, { noun: 'Port', decode: decodePort, tell });
    },
    async owners() {
      const rows = await db
        .selectFrom('ports')
        .innerJoin('nodes', 'nodes.uuid', 'ports.node_uuid')
        .select(['ports.address', 'nodes.uuid', 'nodes.name'])
        .execute();
      return new Map(rows.map(({ address, ...owner }) => [address, owner]));
    },
    async update(uuid, patch) {
      try {
        const row = await db
          .updateTable('ports')
          .set({ ...encode(patch), updated_at: now() })
          .where('uuid', '=', uuid)
          .returningAll()
          .executeTakeFirst();
        if (row !== undefined) return decodePort(row);
      } catch (thrown) {
        throw explainConflict(thrown, patch);
      }
      throw new IngotError('not_found', `Port ${uuid} could not be found.`, {
        hint: 'See the ports of the node with `ingot node show`.',
      });
    },
    async delete(uuid) {
      await db.deleteFrom('ports').where('uuid', '=', uuid).execute();
    },
  };
}
