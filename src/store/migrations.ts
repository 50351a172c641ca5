/**
 * The schema's history: numbered, forward only, each in a transaction of its own. `PRAGMA user_version` holds
 * the number of the last one applied. A migration that has been released is never edited; add the next one.
 */
import type { Database } from 'better-sqlite3';
import { IngotError } from '../errors.ts';
import type { Migration } from './migrations/migration.ts';
import { NODES_AND_DHCP } from './migrations/nodes-and-dhcp.ts';
import { RESOURCES } from './migrations/resources.ts';

export const MIGRATIONS: readonly Migration[] = [...NODES_AND_DHCP, ...RESOURCES];

/** Writes the schema's number as it is and flushes it: a write that changes nothing. Throws SQLite's errors. */
export function rewriteVersion(database: Database): void {
  database.pragma(`user_version = ${Number(database.pragma('user_version', { simple: true }))}`);
}

/** Brings the file to the newest schema. Throws `environment` when a newer ingot has written it. */
export function migrate(database: Database, migrations: readonly Migration[] = MIGRATIONS): void {
  const newest = migrations.at(-1)?.version ?? 0;
  const current = Number(database.pragma('user_version', { simple: true }));
  if (current > newest) {
    throw new IngotError(
      'environment',
      `The database ${database.name} has schema ${current}; this ingot knows schemas up to ${newest}.`,
      { hint: 'A newer ingot has written it: start that version, or restore a backup made by this one.' },
    );
  }
  for (const migration of migrations.filter((one) => one.version > current)) {
    database.transaction(() => {
      database.exec(migration.sql);
      database.pragma(`user_version = ${migration.version}`);
    })();
  }
}
