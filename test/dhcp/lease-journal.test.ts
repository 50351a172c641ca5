import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LeaseJournal, openLeaseJournal } from '../../src/dhcp/lease-journal.ts';
import type { Lease } from '../../src/dhcp/leases.ts';
import { lease, mac } from './samples.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ingot-journal-'));
  path = join(folder, 'leases.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

function appended(journal: LeaseJournal, ...leases: readonly Lease[]): Promise<unknown> {
  return new Promise((resolve) => journal.append({ network: 'pxe', leases }, resolve));
}

describe('the lease journal', () => {
  it('tells that a lease is on disk when another reader can see it, and not before', async () => {
    const journal = openLeaseJournal(path);
    const reader = new Database(path, { readonly: true });
    const count = (): unknown => reader.prepare('SELECT count(*) AS n FROM lease').get();
    const done = appended(journal, lease(mac(1), '10.77.0.10'));
    expect(count()).toEqual({ n: 0 });
    expect(await done).toBeNull();
    expect(count()).toEqual({ n: 1 });
    reader.close();
    journal.close();
  });

  it('gives the leases back after it was opened again, the oldest end first', async () => {
    const first = openLeaseJournal(path);
    const late = lease(mac(1), '10.77.0.10', 900);
    const early = { ...lease(mac(2), '10.77.0.11', 300), hostname: 'node-2' };
    await Promise.all([appended(first, late), appended(first, early)]);
    first.close();
    const second = openLeaseJournal(path);
    expect(second.load('pxe')).toEqual([early, late]);
    expect(second.load('another network')).toEqual([]);
    second.close();
  });

  it('has one row an address: the last holder', async () => {
    const journal = openLeaseJournal(path);
    await appended(journal, lease(mac(1), '10.77.0.10', -60));
    await appended(journal, lease(mac(2), '10.77.0.10'));
    expect(journal.load('pxe')).toEqual([lease(mac(2), '10.77.0.10')]);
    journal.close();
  });

  it('commits what waits when it is closed', () => {
    const journal = openLeaseJournal(path);
    const outcomes: unknown[] = [];
    journal.append({ network: 'pxe', leases: [lease(mac(1), '10.77.0.10')] }, (failure) =>
      outcomes.push(failure),
    );
    journal.close();
    expect(outcomes).toEqual([null]);
  });

  it('tells each waiting lease when the disk refuses, and goes on when it no longer does', async () => {
    const journal = openLeaseJournal(path);
    const blocker = new Database(path, { timeout: 0 });
    blocker.exec(
      "BEGIN EXCLUSIVE; CREATE TRIGGER full BEFORE INSERT ON lease BEGIN SELECT RAISE(FAIL, 'disk is full'); END; COMMIT",
    );
    const failure = await appended(journal, lease(mac(1), '10.77.0.10'));
    expect(failure).toMatchObject({
      code: 'environment',
      message: `cannot write leases to ${path}: disk is full`,
    });
    blocker.exec('DROP TRIGGER full');
    expect(await appended(journal, lease(mac(1), '10.77.0.10'))).toBeNull();
    blocker.close();
    journal.close();
  });

  it('refuses a file that is no journal, with what to do', () => {
    writeFileSync(path, 'this is no database, and it is long enough to be looked at as one'.repeat(20));
    expect(() => openLeaseJournal(path)).toThrowError(/cannot open the lease journal/);
  });

  it('refuses the file of a newer ingot', () => {
    const newer = new Database(path);
    newer.pragma('user_version = 99');
    newer.close();
    expect(() => openLeaseJournal(path)).toThrowError(/lease format 99/);
  });
});
