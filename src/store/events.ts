/** Queries on `events`: the one ordered stream of everything that happens, bounded per node. */
import { type Kysely, type Selectable, sql } from 'kysely';
import { decodeJson, jsonObject } from './columns.ts';
import { fixedQuery } from './fixed-query.ts';
import type { EventRecord } from './records.ts';
import type { Queries } from './store.ts';
import type { Access, Tables } from './tables.ts';
import type { Severity } from './words.ts';

function decodeEvent(row: Selectable<Tables['events']>): EventRecord {
  return { ...row, data: decodeJson(jsonObject, row.data, `events, event ${row.seq}`) };
}

export function eventQueries({ db, now }: Access): Queries['events'] {
  type Columns = [
    node: string | null,
    at: string,
    kind: string,
    severity: Severity,
    said: string,
    data: string,
  ];
  const insert = fixedQuery(db, (...[node_uuid, at, kind, severity, message, data]: Columns) =>
    db.insertInto('events').values({ node_uuid, at, kind, severity, message, data }),
  );
  return {
    async append({ node_uuid, kind, message, severity = 'info', data = {} }) {
      const at = now();
      const { insertId } = await insert(node_uuid, at, kind, severity, message, JSON.stringify(data));
      return { seq: Number(insertId), node_uuid, at, kind, severity, message, data };
    },
    async list({ node_uuid, after, since, kinds, limit, order }) {
      let query = db
        .selectFrom('events')
        .selectAll()
        .orderBy('seq', order ?? 'asc');
      if (node_uuid !== undefined) query = query.where('node_uuid', '=', node_uuid);
      if (after !== undefined) query = query.where('seq', '>', after);
      if (since !== undefined) query = query.where('at', '>=', since);
      if (kinds !== undefined) query = query.where('kind', 'in', [...kinds]);
      if (limit !== undefined) query = query.limit(limit);
      return (await query.execute()).map(decodeEvent);
    },
  };
}

/** Forgets all but the newest `keep` events of one node (null: of those that belong to no node). */
export async function pruneEvents(db: Kysely<Tables>, nodeUuid: string | null, keep: number): Promise<void> {
  const first = await db
    .selectFrom('events')
    .select('seq')
    .where('node_uuid', 'is', nodeUuid)
    .orderBy('seq', 'desc')
    .offset(keep)
    .limit(1)
    .executeTakeFirst();
  if (first === undefined) return;
  await db.deleteFrom('events').where('node_uuid', 'is', nodeUuid).where('seq', '<=', first.seq).execute();
}

/** The nodes (or null) that have more than `keep` events. */
export async function overfullNodes(db: Kysely<Tables>, keep: number): Promise<readonly (string | null)[]> {
  const rows = await db
    .selectFrom('events')
    .select('node_uuid')
    .groupBy('node_uuid')
    .having(sql<number>`count(*)`, '>', keep)
    .execute();
  return rows.map((row) => row.node_uuid);
}

/** Forgets all but the newest `keep` events of nodes that were deleted, all of them together. */
export async function pruneEventsOfDeleted(db: Kysely<Tables>, keep: number): Promise<void> {
  const deleted = sql<boolean>`node_uuid IS NOT NULL AND node_uuid NOT IN (SELECT uuid FROM nodes)`;
  const first = await db
    .selectFrom('events')
    .select('seq')
    .where(deleted)
    .orderBy('seq', 'desc')
    .offset(keep)
    .limit(1)
    .executeTakeFirst();
  if (first !== undefined)
    await db.deleteFrom('events').where(deleted).where('seq', '<=', first.seq).execute();
}
