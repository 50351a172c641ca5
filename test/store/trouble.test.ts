/** What the store says when SQLite gives up a transaction by itself, or cannot even begin one. */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { type Kysely, sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { openWriter, typedQueries } from '../../src/store/database.ts';
import { createGroupCommit, type GroupCommit } from '../../src/store/group-commit.ts';
import type { Tables } from '../../src/store/tables.ts';
import { temporaryPath } from './temporary-store.ts';

function smallDatabase(): { readonly db: Kysely<Tables>; readonly commits: GroupCommit } {
  const connection = openWriter(temporaryPath());
  connection.exec('create table notes (id integer primary key, text text)');
  // SQLite answers SQLITE_FULL beyond it, as it does for ENOSPC.
  connection.pragma('max_page_count = 4');
  const db = typedQueries(connection);
  onTestFinished(() => db.destroy());
  return { db, commits: createGroupCommit(connection, turnOfTheLoop) };
}

it('says that the disk is full, and what to do, when there is no space for a write', async () => {
  const { db, commits } = smallDatabase();
  const tooMuch = commits.run(async () => {
    await sql`insert into notes (text) values (${'x'.repeat(100_000)})`.execute(db);
  });
  await expect(tooMuch).rejects.toMatchObject({
    code: 'environment',
    message: expect.stringContaining('disk of state_dir is full'),
    hint: expect.stringContaining('Free space'),
  });
});

it('says that another program holds the database, when it has waited for that in vain', async () => {
  const path = temporaryPath();
  const connection = openWriter(path);
  onTestFinished(() => void connection.close());
  connection.pragma('busy_timeout = 50');
  const other = new Sqlite(path);
  onTestFinished(() => void other.close());
  other.exec('BEGIN IMMEDIATE');
  const commits = createGroupCommit(connection, turnOfTheLoop);
  await expect(commits.run(() => Promise.resolve())).rejects.toMatchObject({
    code: 'environment',
    message: expect.stringContaining('Another program has held'),
    hint: expect.stringContaining('fuser'),
  });
  other.exec('ROLLBACK');
  await commits.run(() => Promise.resolve());
});

it('tells the first error, not the failed rollback, when SQLite has rolled back already', async () => {
  const { db, commits } = smallDatabase();
  const twice = commits.run(async () => {
    await sql`insert into notes (id) values (1)`.execute(db);
    await sql`insert or rollback into notes (id) values (1)`.execute(db);
  });
  await expect(twice).rejects.toThrow('UNIQUE constraint failed: notes.id');
  const { rows } = await sql`select id from notes`.execute(db);
  expect(rows).toEqual([]);
});
