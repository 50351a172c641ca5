/** Queries on `nodes`. */
import {
  type Insertable,
  type RawBuilder,
  type Selectable,
  type SqlBool,
  sql,
  type Updateable,
} from 'kysely';
import { IngotError } from '../errors.ts';
import { MASK } from '../secret-words.ts';
import { encode, violatesUnique } from './columns.ts';
import { fullPage, readable } from './damaged-rows.ts';
import { fixedQuery, queryByColumns, unplanned } from './fixed-query.ts';
import { formerNodes } from './former-nodes.ts';
import { decodeNode, freshNode, OTHER_COLUMNS } from './node-row.ts';
import type { BmcTrouble, NodeRecord } from './records/node.ts';
import type { NodeFilter, NodePatch, NodeSortKey, Queries } from './store.ts';
import type { Access, Tables } from './tables.ts';
import { takenError } from './taken.ts';
import type { ProvisionState } from './words.ts';

type Columns = Updateable<Tables['nodes']>;

/** Ironic's own sentences (ironic/common/exception.py). */
function explainConflict(thrown: unknown, node: Partial<NodeRecord>): unknown {
  if (!violatesUnique(thrown, 'nodes.instance_uuid'))
    return takenError(thrown, { table: 'nodes', noun: 'A node', row: node }) ?? thrown;
  const said =
    `Instance ${node.instance_uuid ?? ''} is already associated with a node, ` +
    `it cannot be associated with this other node${node.uuid === undefined ? '' : ` ${node.uuid}`}`;
  return new IngotError('conflict', said, {
    hint: 'Choose another instance_uuid, or change the node that has it.',
    cause: thrown,
  });
}

type Place = { readonly id: number; readonly sort_key: NodeSortKey; readonly sort_dir: 'asc' | 'desc' };

/** What comes after the marker in the order of `sort_key`, then `id`; no value counts as less than any. */
function afterMarker({ id, sort_key, sort_dir }: Place): RawBuilder<SqlBool> {
  const way = sql.raw(sort_dir === 'asc' ? '>' : '<');
  const column = sql.ref(sort_key);
  return sql<SqlBool>`(${column} IS NOT NULL, ifnull(${column}, ''), id) ${way}
    (SELECT ${column} IS NOT NULL, ifnull(${column}, ''), id FROM nodes WHERE id = ${id})`;
}

/**
 * A config drive is told to nobody and may be megabytes long: a list that read the drives of a thousand nodes would
 * take seconds. (The length in bytes is known without reading the text.) What is damaged is named where it is decoded.
 */
const WITHOUT_LONG_DRIVE = sql<string>`CASE WHEN octet_length(instance_info) > 4096
  AND json_valid(instance_info)
  THEN json_replace(instance_info, '$.configdrive', ${sql.lit(MASK)}) ELSE instance_info END`;

/** The rows of a list, in its order. Throws `not_found` for an unknown marker. */
async function rowsOf(
  db: Access['db'],
  { provision_state, maintenance, parent_node, marker, limit, sort_key = 'id', sort_dir = 'asc' }: NodeFilter,
): Promise<readonly Selectable<Tables['nodes']>[]> {
  let query = db
    .selectFrom('nodes')
    .select(OTHER_COLUMNS)
    .select(WITHOUT_LONG_DRIVE.as('instance_info'))
    .orderBy(sort_key, sort_dir);
  if (sort_key !== 'id') query = query.orderBy('id', sort_dir);
  if (provision_state !== undefined) query = query.where('provision_state', '=', provision_state);
  if (maintenance !== undefined) query = query.where('maintenance', '=', maintenance ? 1 : 0);
  // By `=` the partial index is used.
  if (parent_node === null) query = query.where('parent_node', 'is', null);
  else if (parent_node !== undefined) query = query.where('parent_node', '=', unplanned(parent_node));
  if (marker !== undefined) {
    const last = await db.selectFrom('nodes').select('id').where('uuid', '=', marker).executeTakeFirst();
    if (last === undefined) throw nodeNotFound(marker);
    query =
      sort_key === 'id'
        ? query.where('id', sort_dir === 'asc' ? '>' : '<', last.id)
        : query.where(afterMarker({ id: last.id, sort_key, sort_dir }));
  }
  if (limit !== undefined) query = query.limit(unplanned(limit));
  return await query.execute();
}

export function nodeNotFound(ident: string): IngotError {
  return new IngotError('not_found', `Node ${ident} could not be found.`, {
    hint: 'See `ingot node list` for the names and uuids of all nodes.',
  });
}

export function nodeQueries({ db, now, tell }: Access): Queries['nodes'] {
  const rowOf = fixedQuery(db, (uuid: string) => db.selectFrom('nodes').selectAll().where('uuid', '=', uuid));
  const firstChildOf = fixedQuery(db, (uuid: string) =>
    // By `=` the partial index is used.
    db.selectFrom('nodes').select('id').where('parent_node', '=', unplanned(uuid)).limit(sql.lit(1)),
  );
  const insertRow = queryByColumns(db, (columns: Insertable<Tables['nodes']>) =>
    db.insertInto('nodes').values(columns),
  );
  const updateRow = queryByColumns(db, (columns: Columns, uuid: string) =>
    db.updateTable('nodes').set(columns).where('uuid', '=', uuid).returningAll(),
  );
  const moveRow = queryByColumns(db, (columns: Columns, state: ProvisionState, at: string, uuid: string) => {
    // Compared with the row as it is: when the state stays, so does the moment of its last change.
    const provision_updated_at = sql<string | null>`CASE WHEN provision_state <> ${state}
      THEN ${at} ELSE provision_updated_at END`;
    return db
      .updateTable('nodes')
      .set({ ...columns, provision_updated_at })
      .where('uuid', '=', uuid)
      .returningAll();
  });
  const readableNodes = (rows: readonly Selectable<Tables['nodes']>[]): readonly NodeRecord[] =>
    readable(rows, decodeNode, tell, ({ uuid }) => uuid);
  const former = formerNodes({ db });
  const get = async (uuid: string): Promise<NodeRecord | null> => {
    const [row] = (await rowOf(uuid)).rows;
    return row === undefined ? null : decodeNode(row);
  };
  const write = async (uuid: string, patch: NodePatch): Promise<Selectable<Tables['nodes']> | undefined> => {
    const at = now();
    const columns = { ...encode(patch), updated_at: at };
    try {
      const { rows } =
        patch.provision_state === undefined
          ? await updateRow(columns, uuid)
          : await moveRow(columns, patch.provision_state, at, uuid);
      return rows[0];
    } catch (thrown) {
      throw explainConflict(thrown, { ...patch, uuid });
    }
  };
  return {
    get,
    async insert(node) {
      const record = { ...freshNode(node, now()), ...(await former.generationsOf(node.uuid)) };
      try {
        await insertRow(encode(record));
        return record;
      } catch (thrown) {
        throw explainConflict(thrown, node);
      }
    },
    async find(ident) {
      const byUuid = await get(ident.toLowerCase());
      if (byUuid !== null) return byUuid;
      const row = await db.selectFrom('nodes').selectAll().where('name', '=', ident).executeTakeFirst();
      return row === undefined ? null : decodeNode(row);
    },
    async list({ limit, ...filter }) {
      type Row = Selectable<Tables['nodes']>;
      const next = (after: Row | null, wanted: number | undefined): Promise<readonly Row[]> =>
        rowsOf(db, {
          ...filter,
          ...(after === null ? {} : { marker: after.uuid }),
          ...(wanted === undefined ? {} : { limit: wanted }),
        });
      return await fullPage(limit, next, readableNodes);
    },
    async getReadable(uuid) {
      return readableNodes((await rowOf(uuid)).rows)[0] ?? null;
    },
    async childrenOf(uuid) {
      return (await rowsOf(db, { parent_node: uuid })).map(decodeNode);
    },
    async isParent(uuid) {
      return (await firstChildOf(uuid)).rows.length > 0;
    },
    async countByState() {
      const rows = await db
        .selectFrom('nodes')
        .select(({ fn }) => ['provision_state', fn.countAll<number>().as('count')])
        .groupBy('provision_state')
        .execute();
      return new Map(rows.map((row) => [row.provision_state, row.count]));
    },
    async countByBmcTrouble() {
      const kind = sql<BmcTrouble['kind'] | null>`bmc_trouble ->> '$.kind'`;
      const rows = await db
        .selectFrom('nodes')
        .select(({ fn }) => [kind.as('kind'), fn.countAll<number>().as('count')])
        .groupBy(kind)
        .execute();
      return new Map(rows.map((row) => [row.kind, row.count]));
    },
    async countByShard() {
      return await db
        .selectFrom('nodes')
        .select(({ fn }) => ['shard', fn.countAll<number>().as('count')])
        .groupBy('shard')
        .orderBy('count', 'desc')
        .orderBy('shard')
        .execute();
    },
    async update(uuid, patch) {
      const row = await write(uuid, patch);
      if (row !== undefined) return decodeNode(row);
      throw nodeNotFound(uuid);
    },
    async getBare(uuid) {
      const columns = ['uuid', 'provision_state', 'target_provision_state'] as const;
      return (
        (await db.selectFrom('nodes').select(columns).where('uuid', '=', uuid).executeTakeFirst()) ?? null
      );
    },
    async updateUnread(uuid, patch) {
      await write(uuid, patch);
    },
    async delete(uuid) {
      await former.remember(uuid);
      await db.deleteFrom('nodes').where('uuid', '=', uuid).execute();
    },
  };
}

/** As a sub-query: the uuids of the nodes that a project owns or leases. */
export function nodesOfProject(db: Access['db'], project: string) {
  return db
    .selectFrom('nodes')
    .select('uuid')
    .where((is) => is.or([is('owner', '=', project), is('lessee', '=', project)]));
}
