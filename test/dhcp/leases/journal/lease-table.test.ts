import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeEntries, encodeEntries } from '../../../../src/dhcp/leases/journal/entries.ts';
import { encodeFrame } from '../../../../src/dhcp/leases/journal/frames.ts';
import { type LeaseTable, openLeaseTable } from '../../../../src/dhcp/leases/journal/lease-table.ts';
import type { Lease } from '../../../../src/dhcp/leases/lease.ts';
import { ip, lease, mac } from '../../samples.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ingot-table-'));
  path = join(folder, 'leases.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A segment with one frame for each list of leases. */
function segment(first: number, ...frames: readonly (readonly Lease[])[]): Uint8Array {
  return Buffer.concat(
    frames.map((leases, index) =>
      encodeFrame({ sequence: first + index, payload: encodeEntries([{ network: 'pxe', leases }]) }),
    ),
  );
}

const loaded = (table: LeaseTable, network = 'pxe'): readonly Lease[] =>
  [...table.load(network)].flatMap((part) => decodeEntries(part).map((entry) => entry.lease));

const ALL = Number.MAX_SAFE_INTEGER;
const first = lease(mac(1), '10.77.0.10', 600);
const second = lease(mac(2), '10.77.0.11', 300);
const giaddr = ip('10.77.0.2');
/** With what most leases do not have. */
const SELDOM: readonly Lease[] = [
  { ...first, clientId: 'id:ff00' },
  { ...first, giaddr },
  { ...first, clientId: 'id:ff00', giaddr },
];

describe('the lease table', () => {
  it('takes over the leases of the log, the oldest end first, and remembers how far it came', () => {
    const table = openLeaseTable(path);
    table.fold(
      [segment(1, [first], [{ ...second, hostname: 'node-2', relayInformation: Buffer.from([1, 2, 7, 7]) }])],
      ALL,
    );
    expect(loaded(table)).toEqual([
      { ...second, hostname: 'node-2', relayInformation: Buffer.from([1, 2, 7, 7]) },
      first,
    ]);
    expect(loaded(table, 'another')).toEqual([]);
    for (const [at, full] of SELDOM.entries()) {
      table.fold([segment(3 + at, [full])], ALL);
      expect(loaded(table)).toContainEqual(full);
    }
    table.close();
    const again = openLeaseTable(path);
    expect(again.foldedThrough()).toBe(5);
    again.close();
  });

  it('believes the last word about an address, whichever segment it is in', () => {
    const table = openLeaseTable(path);
    const moved = lease(mac(3), '10.77.0.10', 900);
    table.fold([segment(20, [moved]), segment(10, [first], [lease(mac(4), '10.77.0.10')])], ALL);
    expect(loaded(table)).toEqual([moved]);
    table.close();
  });

  it('tells of a damaged frame once: with the fold that takes over what is behind it', () => {
    const table = openLeaseTable(path);
    const log = segment(1, [first], [second], [lease(mac(3), '10.77.0.12')]);
    log.fill(0, segment(1, [first]).length, segment(1, [first], [second]).length);
    expect(table.fold([log], 2)).toEqual([]);
    expect(table.fold([log], 3)).toMatchObject([{ segment: 0, hole: { frames: 1, before: 3 } }]);
    expect(table.fold([log], 3)).toEqual([]);
    table.close();
  });

  it('does not go back to a frame that it knows, when the log still has it', () => {
    const table = openLeaseTable(path);
    table.fold([segment(1, [first], [{ ...first, mac: mac(9) }])], ALL);
    table.fold([segment(1, [first])], ALL);
    expect(loaded(table)).toEqual([{ ...first, mac: mac(9) }]);
    table.close();
  });

  it('takes no frame beyond the one that it is told to: later ones may still be on their way', () => {
    const table = openLeaseTable(path);
    const log = [segment(1, [first], [second])];
    table.fold(log, 1);
    expect(loaded(table)).toEqual([first]);
    table.fold(log, ALL);
    expect(loaded(table)).toEqual([second, first]);
    table.close();
  });

  it('leaves out a row that somebody edited into nonsense', () => {
    const table = openLeaseTable(path);
    table.fold([segment(1, [first])], ALL);
    const editor = new Database(path);
    editor.exec("INSERT INTO lease VALUES ('pxe', '10.77.0.300', 'no MAC', NULL, 1, 2, NULL, NULL, NULL)");
    editor.close();
    expect(loaded(table)).toEqual([first]);
    table.close();
  });

  it('takes over the file of the ingot that had no log', () => {
    const old = new Database(path);
    old.exec(`CREATE TABLE lease (network TEXT NOT NULL, address TEXT NOT NULL, mac TEXT NOT NULL, hostname TEXT,
      started_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY (network, address)) WITHOUT ROWID, STRICT;
      INSERT INTO lease VALUES ('pxe', '10.77.0.10', '${first.mac}', NULL, ${first.startedAt}, ${first.expiresAt});
      PRAGMA user_version = 1`);
    old.close();
    const table = openLeaseTable(path);
    expect(loaded(table)).toEqual([first]);
    table.fold([segment(1, [second])], ALL);
    expect(loaded(table)).toEqual([second, first]);
    table.close();
  });

  it('refuses a file that is no database, with what to do', () => {
    writeFileSync(path, 'this is no database, and it is long enough to be looked at as one'.repeat(20));
    expect(() => openLeaseTable(path)).toThrowError(/cannot open the lease journal/);
  });

  it('refuses the file of a newer ingot', () => {
    const newer = new Database(path);
    newer.pragma('user_version = 99');
    newer.close();
    expect(() => openLeaseTable(path)).toThrowError(/lease format 99/);
  });
});
