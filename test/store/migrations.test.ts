import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { MIGRATIONS, migrate } from '../../src/store/migrations.ts';

/** `table.column` of every reference that no index begins with: to delete what it names reads the whole table. */
function referencesWithoutIndex(database: Sqlite.Database): readonly unknown[] {
  return database
    .prepare(`
      SELECT tables.name || '.' || reference."from"
      FROM sqlite_schema AS tables, pragma_foreign_key_list(tables.name) AS reference
      WHERE tables.type = 'table' AND NOT EXISTS (
        SELECT 1 FROM pragma_index_list(tables.name) AS list, pragma_index_info(list.name) AS part
        WHERE part.seqno = 0 AND part.name = reference."from")
        AND NOT EXISTS (SELECT 1 FROM pragma_table_info(tables.name) AS column
          WHERE column.pk = 1 AND column.name = reference."from")
    `)
    .pluck()
    .all();
}

it('every reference to another table has an index, so that what it names is deleted without a scan', () => {
  const database = new Sqlite(':memory:');
  migrate(database, MIGRATIONS);
  expect(referencesWithoutIndex(database)).toEqual([]);
});
