/**
 * Leases on disk: `leases.db`, SQLite in WAL mode with `synchronous=FULL`. All leases of one turn of the event
 * loop share one transaction and so one fsync (group commit); each is told when it is on disk, and only then
 * may its ACK leave.
 */
import Database from 'better-sqlite3';
import { IngotError } from '../errors.ts';
import { type Ipv4, parseIpv4 } from '../net/ipv4.ts';
import { type Mac, parseMac } from '../net/mac.ts';
import type { Lease } from './leases.ts';

export type LeaseJournal = {
  /** The network's leases, the oldest end first; one row an address. */
  load(network: string): readonly Lease[];
  /** Writes in this turn's transaction; `done` gets null when the lease is on disk, else why not. */
  append(entry: JournalEntry, done: (failure: IngotError | null) => void): void;
  /** Commits what waits, now. */
  flush(): void;
  /** Commits what waits and closes the file. */
  close(): void;
};

export type JournalEntry = {
  readonly network: string;
  /** The lease, and the one that it ends on another address. */
  readonly leases: readonly Lease[];
};

/** Entries in one transaction; more begin the next one at once, so that no turn grows without bound. */
const MOST_ENTRIES = 512;
const SCHEMA_VERSION = 1;

const SCHEMA = `
  CREATE TABLE lease (
    network    TEXT NOT NULL,
    address    TEXT NOT NULL,
    mac        TEXT NOT NULL,
    hostname   TEXT,
    started_at INTEGER NOT NULL, -- ms since the epoch
    expires_at INTEGER NOT NULL, -- in the past: ended, kept so that the machine gets its address again
    PRIMARY KEY (network, address)
  ) WITHOUT ROWID, STRICT;
`;

type Row = {
  readonly address: string;
  readonly mac: string;
  readonly hostname: string | null;
  readonly started_at: number;
  readonly expires_at: number;
};

/** @throws IngotError `environment` when the file cannot be opened, is damaged, or is of a newer ingot. */
export function openLeaseJournal(path: string): LeaseJournal {
  const database = openDatabase(path);
  const select = database.prepare<[string], Row>(
    'SELECT address, mac, hostname, started_at, expires_at FROM lease WHERE network = ? ORDER BY expires_at',
  );
  const upsert = database.prepare<[string, string, string, string | null, number, number]>(
    `INSERT INTO lease (network, address, mac, hostname, started_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (network, address) DO UPDATE SET mac = excluded.mac, hostname = excluded.hostname,
       started_at = excluded.started_at, expires_at = excluded.expires_at`,
  );
  const writeAll = database.transaction((entries: readonly JournalEntry[]) => {
    for (const { network, leases } of entries)
      for (const lease of leases)
        upsert.run(network, lease.address, lease.mac, lease.hostname, lease.startedAt, lease.expiresAt);
  });

  let waiting: { readonly entry: JournalEntry; readonly done: (failure: IngotError | null) => void }[] = [];
  let turn: NodeJS.Immediate | null = null;

  const flush = (): void => {
    if (turn !== null) clearImmediate(turn);
    turn = null;
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    const failure = attempt(() => writeAll(batch.map(({ entry }) => entry)), path);
    for (const { done } of batch) done(failure);
  };

  return {
    load: (network) => select.all(network).flatMap(leaseOfRow),
    append: (entry, done) => {
      waiting.push({ entry, done });
      if (waiting.length >= MOST_ENTRIES) flush();
      else turn ??= setImmediate(flush);
    },
    flush,
    close: () => {
      flush();
      database.close();
    },
  };
}

function openDatabase(path: string): Database.Database {
  try {
    const database = new Database(path);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    const version = database.pragma('user_version', { simple: true });
    if (version === 0) {
      database.transaction(() => {
        database.exec(SCHEMA);
        database.pragma(`user_version = ${SCHEMA_VERSION}`);
      })();
    } else if (version !== SCHEMA_VERSION) {
      database.close();
      throw new IngotError('environment', `${path} has lease format ${version}, this ingot knows 1`, {
        hint: 'A newer ingot wrote it: run that version, or move the file away to start without leases.',
      });
    }
    return database;
  } catch (thrown) {
    if (thrown instanceof IngotError) throw thrown;
    throw new IngotError('environment', `cannot open the lease journal ${path}: ${reasonOf(thrown)}`, {
      hint: 'Check that the folder exists, is writable and has room; a damaged file may be moved away.',
      cause: thrown,
    });
  }
}

function attempt(write: () => void, path: string): IngotError | null {
  try {
    write();
    return null;
  } catch (thrown) {
    return new IngotError('environment', `cannot write leases to ${path}: ${reasonOf(thrown)}`, {
      hint: 'No address is handed out until this works: check free space (`df`) and the file system.',
      cause: thrown,
    });
  }
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Nothing for a row that somebody edited into nonsense. */
function leaseOfRow(row: Row): readonly Lease[] {
  const address: Ipv4 | null = parseIpv4(row.address);
  const mac: Mac | null = parseMac(row.mac);
  if (address === null || mac === null) return [];
  return [{ address, mac, hostname: row.hostname, startedAt: row.started_at, expiresAt: row.expires_at }];
}
