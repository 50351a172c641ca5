import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFrames } from '../../../src/dhcp/leases/journal/frames.ts';
import type { Lease } from '../../../src/dhcp/leases/lease.ts';
import { type LeaseJournal, openLeaseJournal } from '../../../src/dhcp/leases/lease-journal.ts';
import type { DhcpNotice } from '../../../src/dhcp/notice.ts';
import { createLog } from '../../../src/log.ts';
import { lease, mac } from '../samples.ts';

let folder: string;
let path: string;
const log = createLog('silent');
const open = (at: string, onNotice: (notice: DhcpNotice) => void = () => undefined) =>
  openLeaseJournal(at, { log, onNotice });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ingot-journal-'));
  path = join(folder, 'leases.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

function appended(journal: LeaseJournal, ...leases: readonly Lease[]): Promise<unknown> {
  return new Promise((resolve) => journal.append({ network: 'pxe', leases }, resolve));
}

/** What a daemon finds that starts on a copy of the folder, as if this one had been killed now. */
async function afterAKill(
  change: (copy: string) => void = () => undefined,
  onNotice?: (notice: DhcpNotice) => void,
): Promise<readonly Lease[]> {
  const copy = join(folder, `copy-${process.hrtime.bigint()}`);
  mkdirSync(copy);
  for (const name of readdirSync(folder).filter((file) => file.startsWith('leases.')))
    cpSync(join(folder, name), join(copy, name));
  change(copy);
  const journal = await open(join(copy, 'leases.db'), onNotice);
  const found = await journal.load('pxe');
  await journal.close();
  rmSync(copy, { recursive: true });
  return found;
}

describe('the lease journal', () => {
  it('tells that a lease is on disk when a new start would find it, and not before', async () => {
    const journal = await open(path);
    await journal.load('pxe');
    const onLog = (): number => readFrames(readFileSync(join(folder, 'leases.log.0'))).frames.length;
    const done = appended(journal, lease(mac(1), '10.77.0.10'));
    expect(onLog()).toBe(0);
    expect(await done).toBeNull();
    expect(onLog()).toBe(1);
    await journal.close();
  });

  it('gives the leases back after it was opened again, the oldest end first', async () => {
    const journal = await open(path);
    const late = lease(mac(1), '10.77.0.10', 900);
    const early = { ...lease(mac(2), '10.77.0.11', 300), hostname: 'node-2' };
    await Promise.all([appended(journal, late), appended(journal, early)]);
    await journal.close();
    const again = await open(path);
    expect(await again.load('pxe')).toEqual([early, late]);
    expect(await again.load('another network')).toEqual([]);
    await again.close();
  });

  it('gives a network that is served anew what was appended meanwhile', async () => {
    const journal = await open(path);
    expect(await journal.load('pxe')).toEqual([]);
    await appended(journal, lease(mac(1), '10.77.0.10', -60));
    await appended(journal, lease(mac(2), '10.77.0.10'));
    expect(await journal.load('pxe')).toEqual([lease(mac(2), '10.77.0.10')]);
    await journal.close();
  });

  it('writes what waits when it is closed, and leaves all of it in the database', async () => {
    const journal = await open(path);
    const outcomes: unknown[] = [];
    journal.append({ network: 'pxe', leases: [lease(mac(1), '10.77.0.10')] }, (failure) =>
      outcomes.push(failure),
    );
    await journal.close();
    expect(outcomes).toEqual([null]);
    const reader = new Database(path, { readonly: true });
    expect(reader.prepare('SELECT address FROM lease').all()).toEqual([{ address: '10.77.0.10' }]);
    reader.close();
  });

  it('refuses a folder that it cannot write to, with what to do', async () => {
    await expect(open(join(folder, 'missing/leases.db'))).rejects.toMatchObject({
      code: 'environment',
      message: expect.stringContaining('cannot open the lease journal'),
      hint: expect.stringContaining('writable'),
    });
  });
});

describe('a lease journal that was killed', () => {
  it('has every lease that was told to be on disk, and goes on from there', async () => {
    const journal = await open(path);
    const leases = Array.from({ length: 5 }, (_, index) => lease(mac(index), `10.77.0.1${index}`, index));
    for (const one of leases) expect(await appended(journal, one)).toBeNull();
    expect(await afterAKill()).toEqual(leases);
    // Folded once already: what the log still holds of it does not count again.
    const newer = leases.map((one, index) => ({ ...one, mac: mac(100 + index) }));
    await journal.load('pxe');
    for (const one of newer) expect(await appended(journal, one)).toBeNull();
    expect(await afterAKill()).toEqual(newer);
    await journal.close();
  });

  it('has all leases before the one whose writing was cut short', async () => {
    const journal = await open(path);
    const leases = Array.from({ length: 3 }, (_, index) => lease(mac(index), `10.77.0.1${index}`, index));
    for (const one of leases) await appended(journal, one);
    const { frames } = readFrames(readFileSync(join(folder, 'leases.log.0')));
    const ends = frames.map(({ payload }) => payload.byteOffset + payload.byteLength);
    const [, second = 0, third = 0] = ends;
    for (const cut of [second, second + 1, Math.floor((second + third) / 2), third - 1]) {
      const found = await afterAKill((copy) => truncateSync(join(copy, 'leases.log.0'), cut));
      expect(found).toEqual(leases.slice(0, 2));
    }
    await journal.close();
  });

  it('has all leases but those of a frame that the disk damaged, and says which file that is and what to do', async () => {
    const journal = await open(path);
    const leases = Array.from({ length: 4 }, (_, index) => lease(mac(index), `10.77.0.1${index}`, index));
    for (const one of leases) await appended(journal, one);
    const said: DhcpNotice[] = [];
    const found = await afterAKill(
      (copy) => {
        const file = join(copy, 'leases.log.0');
        const bytes = readFileSync(file);
        const [, second] = readFrames(bytes).frames;
        second?.payload.fill(0);
        writeFileSync(file, bytes);
      },
      (notice) => said.push(notice),
    );
    expect(found).toEqual(leases.toSpliced(1, 1));
    expect(said).toEqual([
      expect.objectContaining({
        kind: 'dhcp.lease_log_damaged',
        sentence: expect.stringMatching(
          /leases\.log\.0 is damaged at byte \d+: .* at most 1 writes.* Check the disk of state_dir/,
        ),
      }),
    ]);
    await journal.close();
  });

  it('starts with what is in the database when somebody wrote nonsense over the log', async () => {
    const journal = await open(path);
    await appended(journal, lease(mac(1), '10.77.0.10'));
    await journal.close();
    writeFileSync(join(folder, 'leases.log.0'), 'nonsense');
    const again = await open(path);
    expect(await again.load('pxe')).toEqual([lease(mac(1), '10.77.0.10')]);
    expect(await appended(again, lease(mac(2), '10.77.0.11'))).toBeNull();
    expect(await afterAKill()).toHaveLength(2);
    await again.close();
  });
});
