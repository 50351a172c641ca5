/** Queries on `events`: the one ordered stream of everything that happens, bounded per node. */
import type { Selectable } from 'kysely';
import { plainText } from '../plain-text.ts';
import { decodeObject } from './columns.ts';
import { fullPage, readable } from './damaged-rows.ts';
import { fixedQuery } from './fixed-query.ts';
import { prunedThrough } from './prune-events.ts';
import type { EventRecord } from './records/event.ts';
import type { Queries } from './store.ts';
import type { Access, Tables } from './tables.ts';
import type { Severity } from './words.ts';

type Row = Selectable<Tables['events']>;

function decodeEvent(row: Row): EventRecord {
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
    async list({ node_uuid, after, since, kinds, limit, order: way = 'asc' }) {
      let query = db.selectFrom('events').selectAll().orderBy('seq', way);
      if (node_uuid !== undefined) query = query.where('node_uuid', '=', node_uuid);
      if (after !== undefined) query = query.where('seq', '>', after);
      if (since !== undefined) query = query.where('at', '>=', since);
      if (kinds !== undefined) query = query.where('kind', 'in', [...kinds]);
      const next = async (last: Row | null, wanted: number | undefined): Promise<readonly Row[]> => {
        let page = last === null ? query : query.where('seq', way === 'asc' ? '>' : '<', last.seq);
        if (wanted !== undefined) page = page.limit(wanted);
        return await page.execute();
      };
      return await fullPage(limit, next, (rows) => readable(rows, decodeEvent, tell));
    },
    prunedThrough: (nodeUuid) => prunedThrough(db, nodeUuid),
  };
}
