/** Bounds on the event stream, and how far it was cut: who comes back late is told, not served with a hole. */
import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** In the column of a node's uuid: events that belong to no node, and all those of deleted nodes. */
const OF_NO_NODE = '';
const OF_DELETED = 'deleted';

const isOfDeleted = sql<boolean>`node_uuid IS NOT NULL AND node_uuid NOT IN (SELECT uuid FROM nodes)`;

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
  await remember(db, nodeUuid ?? OF_NO_NODE, first.seq);
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
  const first = await db
    .selectFrom('events')
    .select('seq')
    .where(isOfDeleted)
    .orderBy('seq', 'desc')
    .offset(keep)
    .limit(1)
    .executeTakeFirst();
  if (first === undefined) return;
  await db.deleteFrom('events').where(isOfDeleted).where('seq', '<=', first.seq).execute();
  await remember(db, OF_DELETED, first.seq);
  // That one row tells of them now; else one would be left of every node that ever was.
  await db
    .deleteFrom('pruned_events')
    .where('node_uuid', 'not in', [OF_NO_NODE, OF_DELETED])
    .where(isOfDeleted)
    .where('seq', '<=', first.seq)
    .execute();
}

async function remember(db: Kysely<Tables>, node_uuid: string, seq: number): Promise<void> {
  await db
    .insertInto('pruned_events')
    .values({ node_uuid, seq })
    .onConflict((known) => known.column('node_uuid').doUpdateSet({ seq }))
    .execute();
}

/** The `seq` of the last event that is forgotten, of one node or of any; 0 where none is. */
export async function prunedThrough(db: Kysely<Tables>, nodeUuid?: string): Promise<number> {
  let query = db.selectFrom('pruned_events').select('seq').orderBy('seq', 'desc').limit(1);
  if (nodeUuid !== undefined) query = query.where('node_uuid', '=', nodeUuid);
  return (await query.executeTakeFirst())?.seq ?? 0;
}
