/**
 * `leases.db`: where leases rest, one row an address, in SQLite that an operator can query. The lease log runs ahead
 * of it; folding brings it up to the log.
 */
import Database from 'better-sqlite3';
import { IngotError } from '../../../errors.ts';
import type { Lease } from '../lease.ts';
import { type Adoption, adoptLeases, type Homes } from './adoption.ts';
import { decodeEntries, encodeEntries, type NetworkLease } from './entries.ts';
import { type Hole, readFrames } from './frames.ts';

/** A place in the log whose frames are lost. */
export type Damage = { readonly segment: number; readonly hole: Hole };

export type LeaseTable = {
  /** Sequence of the last frame whose leases are in the table; 0 at first. */
  foldedThrough(): number;
  /**
   * Takes over what is new in the log's segments up to that sequence, in one transaction. Returns what could not be
   * read of it, each place by one fold only. @throws as SQLite does
   */
  fold(segments: readonly Uint8Array[], through: number): readonly Damage[];
  /** The network's leases, the oldest end first, in parts as `encodeEntries` makes them. */
  load(network: string): Iterable<Uint8Array>;
  /** @throws as SQLite does */
  adopt(homes: Homes): readonly Adoption[];
  close(): void;
};

const SCHEMA_VERSION = 5;
/** Rows in one part of what is loaded: V8 lets texts of this size go soon, and keeps larger ones. */
const PART_ROWS = 500;

/** From each version to the next. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE lease (
     network    TEXT NOT NULL,
     address    TEXT NOT NULL,
     mac        TEXT NOT NULL,
     hostname   TEXT,
     started_at INTEGER NOT NULL, -- ms since the epoch
     expires_at INTEGER NOT NULL, -- in the past: ended, kept so that the machine gets its address again
     PRIMARY KEY (network, address)
   ) WITHOUT ROWID, STRICT;`,
  `CREATE TABLE log (
     folded_through INTEGER NOT NULL -- sequence of the last frame of leases.log.* that is in the table above
   ) STRICT;
   INSERT INTO log (folded_through) VALUES (0);`,
  // Option 82 of the request.
  'ALTER TABLE lease ADD COLUMN relay BLOB;',
  // Where the network goes by client identifiers: what the lease is kept under.
  'ALTER TABLE lease ADD COLUMN client_id TEXT;',
  // The relay that the machine asked through.
  'ALTER TABLE lease ADD COLUMN giaddr TEXT;',
];

const FULL_HINT =
  'Free space on the disk of state_dir, and start ingot again. Nothing of the leases is lost.';
const HINT =
  'Check that the folder exists, is writable and has room; a damaged file may be moved away, and leases.log.* with it.';

/** @throws IngotError `environment` when the file cannot be opened, is damaged, or is of a newer ingot. */
export function openLeaseTable(path: string): LeaseTable {
  const database = openDatabase(path);
  const foldedThrough = (): number =>
    database.prepare<[], number>('SELECT folded_through FROM log').pluck().get() ?? 0;
  const upsert = database.prepare<LeaseRow>(
    `INSERT INTO lease (network, address, mac, hostname, started_at, expires_at, relay, client_id, giaddr)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (network, address) DO UPDATE SET mac = excluded.mac, hostname = excluded.hostname,
       started_at = excluded.started_at, expires_at = excluded.expires_at, relay = excluded.relay,
       client_id = excluded.client_id, giaddr = excluded.giaddr`,
  );
  const setFolded = database.prepare<[number]>('UPDATE log SET folded_through = ?');
  const write = database.transaction((leases: readonly NetworkLease[], through: number) => {
    for (const entry of leases) upsert.run(...rowOf(entry));
    setFolded.run(through);
  });
  return {
    foldedThrough,
    fold: (segments, through) => {
      const folded = foldedThrough();
      const contents = segments.map((segment) => readFrames(segment, folded));
      const frames = contents
        .flatMap((one) => one.frames)
        .filter(({ sequence }) => sequence > folded && sequence <= through)
        .toSorted((one, other) => one.sequence - other.sequence);
      const last = frames.at(-1);
      if (last !== undefined)
        write(lastOfEach(frames.flatMap(({ payload }) => decodeEntries(payload))), last.sequence);
      return contents.flatMap(({ holes }, segment) =>
        // What is newer is seen again by the next fold.
        holes.filter(({ before }) => before <= through).map((hole) => ({ segment, hole })),
      );
    },
    load: (network) => loadParts(database, network),
    adopt: (homes) => adoptLeases(database, homes),
    close: () => void database.close(),
  };
}

type LeaseRow = [
  network: string,
  address: string,
  mac: string,
  hostname: string | null,
  startedAt: number,
  expiresAt: number,
  relay: Uint8Array | null,
  clientId: string | null,
  giaddr: string | null,
];

function rowOf({ network, lease }: NetworkLease): LeaseRow {
  const { address, mac, clientId, hostname, startedAt, expiresAt, relayInformation, giaddr } = lease;
  return [network, address, mac, hostname, startedAt, expiresAt, relayInformation, clientId ?? null, giaddr];
}

/** The last word about each address, in the order of the table's key: the fewest pages are written so. */
function lastOfEach(leases: readonly NetworkLease[]): readonly NetworkLease[] {
  const last = new Map(leases.map((entry) => [`${entry.network} ${entry.lease.address}`, entry]));
  return [...last].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, entry]) => entry);
}

function* loadParts(database: Database.Database, network: string): Iterable<Uint8Array> {
  const select = database.prepare<[string], Lease>(
    `SELECT address, mac, hostname, started_at AS startedAt, expires_at AS expiresAt, relay AS relayInformation,
       client_id AS clientId, giaddr
     FROM lease WHERE network = ? ORDER BY expires_at`,
  );
  let leases: Lease[] = [];
  for (const row of select.iterate(network)) {
    leases.push(row);
    if (leases.length < PART_ROWS) continue;
    yield encodeEntries([{ network, leases }]);
    leases = [];
  }
  if (leases.length > 0) yield encodeEntries([{ network, leases }]);
}

function openDatabase(path: string): Database.Database {
  try {
    const database = new Database(path);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    const version = Number(database.pragma('user_version', { simple: true }));
    if (version > SCHEMA_VERSION) {
      database.close();
      throw new IngotError(
        'environment',
        `${path} has lease format ${version}, this ingot knows ${SCHEMA_VERSION}`,
        {
          hint: 'A newer ingot wrote it: run that version, or move leases.db and leases.log.* away to start without leases.',
        },
      );
    }
    database.transaction(() => {
      for (const migration of MIGRATIONS.slice(version)) database.exec(migration);
      database.pragma(`user_version = ${SCHEMA_VERSION}`);
    })();
    return database;
  } catch (thrown) {
    if (thrown instanceof IngotError) throw thrown;
    const because = thrown instanceof Error ? thrown.message : String(thrown);
    const isFull = thrown instanceof Database.SqliteError && thrown.code === 'SQLITE_FULL';
    throw new IngotError('environment', `cannot open the lease journal ${path}: ${because}`, {
      hint: isFull ? FULL_HINT : HINT,
      cause: thrown,
    });
  }
}
