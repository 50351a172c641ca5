/** Opens SQLite connections the way ingot wants them: durable, patient, private to the owner. */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite, { type Database, type Statement } from 'better-sqlite3';
import { Kysely, SqliteAdapter, SqliteDialect } from 'kysely';
import { IngotError } from '../errors.ts';
import type { Tables } from './tables.ts';

/** Milliseconds that a statement waits for another process's lock (a backup, a curious `sqlite3` shell). */
const BUSY_TIMEOUT_MS = 10_000;

/** Distinct SQL texts kept prepared. Queries are built from few shapes; beyond it the oldest is dropped. */
const STATEMENT_CACHE = 500;

/**
 * The one connection that writes. Makes the file (mode 0600; SQLite gives its -wal and -shm the same) and its
 * folder. `synchronous=FULL` in WAL mode: a commit is on disk when it returns.
 */
export function openWriter(path: string): Database {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
    const database = new Sqlite(path);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    return database;
  } catch (cause) {
    const because = cause instanceof Error ? cause.message : String(cause);
    throw new IngotError('environment', `Opening the database ${path}: ${because}`, {
      hint: 'Check that state_dir is a local folder that ingot may write to, with space left, and that the file is an SQLite database.',
      cause,
    });
  }
}

/** A second connection for reads outside transactions, so that a list never waits for a writer. */
export function openReader(path: string): Database {
  const database = new Sqlite(path, { readonly: true });
  database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
  return database;
}

/** What keeps SQLite from its work and is no fault of ours, by how its code begins (sqlite.org/rescode.html). */
const TROUBLES: readonly { readonly code: string; readonly because: string; readonly hint: string }[] = [
  {
    code: 'SQLITE_FULL',
    because: 'The disk of state_dir is full: the store cannot write',
    hint: 'Free space on that disk, by removing images or lowering images.cache_gib, say. Nothing that was confirmed is lost.',
  },
  {
    code: 'SQLITE_BUSY',
    because: `Another program has held ingot’s database for ${BUSY_TIMEOUT_MS / 1000} s: the store cannot write`,
    hint: 'End it: a backup or an sqlite3 shell that stays in a transaction, say (fuser lists who has the file open).',
  },
  {
    code: 'SQLITE_IOERR',
    because: 'The disk of state_dir fails: the store can neither read nor write',
    hint: 'See what the kernel says of that disk (dmesg), and keep a backup of the database.',
  },
];

/** What `run` returns. @throws IngotError `environment` when the disk, or who else uses it, kept it from its work */
export function tellTrouble<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    const code = cause instanceof Sqlite.SqliteError ? cause.code : '';
    const trouble = TROUBLES.find((one) => code.startsWith(one.code));
    if (trouble === undefined) throw cause;
    throw new IngotError('environment', trouble.because, { hint: trouble.hint, cause });
  }
}

/** A statement is over when its call returns, so queries need not wait for each other. */
class NoWaiting extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** Kysely over one connection, with the statements kept prepared. Its own transactions must not be used. */
export function typedQueries(database: Database): Kysely<Tables> {
  const prepared = new Map<string, Statement<unknown[]>>();
  const prepare = (sql: string): Statement<unknown[]> => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const oldest = prepared.keys().next();
    if (prepared.size >= STATEMENT_CACHE && oldest.done === false) prepared.delete(oldest.value);
    const statement = database.prepare<unknown[]>(sql);
    prepared.set(sql, statement);
    return statement;
  };
  const dialect = new SqliteDialect({
    database: {
      close: () => database.close(),
      prepare: (sql) => {
        const statement = prepare(sql);
        return {
          reader: statement.reader,
          all: (parameters) => tellTrouble(() => statement.all(...parameters)),
          run: (parameters) => tellTrouble(() => statement.run(...parameters)),
          iterate: (parameters) => statement.iterate(...parameters),
        };
      },
    },
  });
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new NoWaiting(),
      createDriver: () => dialect.createDriver(),
      createIntrospector: (db) => dialect.createIntrospector(db),
      createQueryCompiler: () => dialect.createQueryCompiler(),
    },
  });
}
