/** Queries on `discovered`: machines that were heard on the wire and belong to no node. */
import { sql } from 'kysely';
import type { DiscoveredRecord } from './records/discovered.ts';
import type { Queries } from './store.ts';
import type { Access } from './tables.ts';

/** Rows in one statement: far below SQLite's bound on parameters, far above one. */
const ROWS_AT_ONCE = 100;

/** What a later sight of the same machine replaces: everything but its name and when it first came. */
const REPLACED = [
  'uuid',
  'architecture',
  'vendor_class',
  'network',
  'address',
  'giaddr',
  'circuit_id',
  'remote_id',
  'stage',
  'message',
  'last_seen',
  'seen_count',
] as const satisfies readonly (keyof DiscoveredRecord)[];

export function discoveredQueries({ db }: Access): Queries['discovered'] {
  return {
    async put(machines) {
      for (const rows of inParts(machines)) {
        await db
          .insertInto('discovered')
          .values(rows)
          .onConflict((conflict) =>
            conflict
              .column('mac')
              .doUpdateSet(Object.fromEntries(REPLACED.map((name) => [name, sql.ref(`excluded.${name}`)]))),
          )
          .execute();
      }
    },
    async list() {
      return await db.selectFrom('discovered').selectAll().orderBy('last_seen', 'desc').execute();
    },
    async count() {
      const row = await db
        .selectFrom('discovered')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return row.count;
    },
    async delete(macs) {
      for (const part of inParts(macs)) await db.deleteFrom('discovered').where('mac', 'in', part).execute();
    },
  };
}

function inParts<T>(all: readonly T[]): readonly T[][] {
  const count = Math.ceil(all.length / ROWS_AT_ONCE);
  return Array.from({ length: count }, (_, i) => all.slice(i * ROWS_AT_ONCE, (i + 1) * ROWS_AT_ONCE));
}
