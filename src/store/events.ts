/** Queries on `events`: the one ordered stream of everything that happens, bounded per node. */
import type { Selectable } from 'kysely';
import { plainText } from '../plain-text.ts';
import { decodeObject } from './columns.ts';
import { readable } from './damaged-rows.ts';
import { fixedQuery } from './fixed-query.ts';
import { prunedThrough } from './prune-events.ts';
import type { EventRecord } from './records/event.ts';
import type { Queries } from './store.ts';
import type { Access, Tables } from './tables.ts';
import type { Severity } from './words.ts';

function decodeEvent(row: Selectable<Tables['events']>): EventRecord {
  return { ...row, data: decodeObject(row.data, `events, event ${row.seq}`) };
}

export function eventQueries({ db, now, tell }: Access): Queries['events'] {
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
    async append({ node_uuid, kind, severity = 'info', data = {}, ...said }) {
      const at = now();
      const message = plainText(said.message);
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
      return readable(await query.execute(), decodeEvent, tell);
    },
    prunedThrough: (nodeUuid) => prunedThrough(db, nodeUuid),
  };
}
