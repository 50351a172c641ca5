/** Queries that are compiled once: that their values go where they belong, and that SQLite plans them once too. */
import type { Updateable } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { openWriter, typedQueries } from '../../src/store/database.ts';
import { fixedQuery, queryByColumns, unplanned } from '../../src/store/fixed-query.ts';
import { migrate } from '../../src/store/migrations.ts';
import type { Tables } from '../../src/store/tables.ts';
import { temporaryPath } from './temporary-store.ts';

function twoChassis() {
  const connection = openWriter(temporaryPath());
  migrate(connection);
  const insert = connection.prepare(
    "INSERT INTO chassis (uuid, description, extra, created_at) VALUES (?, ?, '{}', ?)",
  );
  insert.run('one', 'here', 'early');
  insert.run('two', 'there', 'late');
  const db = typedQueries(connection);
  onTestFinished(() => db.destroy());
  const all = (): unknown[] =>
    connection.prepare('SELECT description, extra FROM chassis ORDER BY id').raw().all();
  return { connection, db, all };
}

it("runs one compiled query with each caller's values", async () => {
  const { db } = twoChassis();
  const byUuid = fixedQuery(db, (uuid: string) =>
    db.selectFrom('chassis').select('description').where('uuid', '=', uuid),
  );
  const found = [];
  for (const uuid of ['one', 'two', 'none']) found.push((await byUuid(uuid)).rows);
  expect(found).toEqual([[{ description: 'here' }], [{ description: 'there' }], []]);
});

it('refuses a query whose parameters are not its values', async () => {
  const { db } = twoChassis();
  const wrong = fixedQuery(db, (uuid: string) =>
    db.selectFrom('chassis').selectAll().where('uuid', '=', `${uuid}!`),
  );
  await expect(wrong('one')).rejects.toMatchObject({ code: 'internal' });
});

it('writes the columns that are given, whichever they are', async () => {
  const { db, all } = twoChassis();
  const update = queryByColumns(db, (columns: Updateable<Tables['chassis']>, uuid: string) =>
    db.updateTable('chassis').set(columns).where('uuid', '=', uuid),
  );
  await update({ description: 'moved' }, 'one');
  await update({ extra: '{"a":1}' }, 'two');
  await update({ extra: '{"b":2}', description: 'b' }, 'two');
  await update({ description: 'a', extra: '{"c":3}' }, 'one');
  expect(all()).toEqual([
    ['a', '{"c":3}'],
    ['b', '{"b":2}'],
  ]);
});

it('keeps a value from the planner, and finds the same rows by the same index', () => {
  const { connection, db } = twoChassis();
  connection.exec('CREATE INDEX described ON chassis (description) WHERE description IS NOT NULL');
  const { sql: text, parameters } = db
    .selectFrom('chassis')
    .select('uuid')
    .where('description', '=', unplanned('there'))
    .orderBy('id')
    .limit(unplanned(1))
    .compile();
  expect(
    connection
      .prepare(text)
      .raw()
      .all(...parameters),
  ).toEqual([['two']]);
  const plan = connection.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...parameters);
  expect(JSON.stringify(plan)).toContain('USING INDEX described');
});
