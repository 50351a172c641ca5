/** A daemon that starts on a lease log of which the disk lost a part. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readFrames } from '../../src/dhcp/leases/journal/frames.ts';
import { openLeaseJournal } from '../../src/dhcp/leases/lease-journal.ts';
import { createLog } from '../../src/log.ts';
import { lease, mac } from '../dhcp/samples.ts';
import { startDaemon } from '../rig/daemon.ts';
import { freePorts } from '../rig/ports.ts';
import { daemonEvents } from './daemon-told.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ingot-damaged-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** What a killed daemon left in its state folder: three leases in the log, the second of which is unreadable. */
async function leaveDamagedLog(): Promise<void> {
  const [before, state] = [join(dir, 'before'), join(dir, 'state')];
  for (const folder of [before, state]) mkdirSync(folder, { mode: 0o700 });
  const journal = await openLeaseJournal(join(before, 'leases.db'), createLog('silent'), () => undefined);
  for (const number of [1, 2, 3])
    await new Promise((resolve) =>
      journal.append({ network: 'pxe', leases: [lease(mac(number), `10.77.0.1${number}`)] }, resolve),
    );
  for (const name of readdirSync(before)) copyFileSync(join(before, name), join(state, name));
  await journal.close();
  const file = join(state, 'leases.log.0');
  const bytes = readFileSync(file);
  readFrames(bytes).frames[1]?.payload.fill(0);
  writeFileSync(file, bytes);
}

it('starts, and says by an event which file is damaged and what to check', async () => {
  await leaveDamagedLog();
  const { api } = await freePorts('api');
  const daemon = await startDaemon({ dir, config: { api: { listen: `127.0.0.1:${api}` }, networks: [] } });
  try {
    await expect
      .poll(async () => (await daemonEvents(daemon)).filter((sentence) => sentence.includes('damaged')))
      .toEqual([
        expect.stringMatching(/leases\.log\.0 is damaged at byte \d+: .* Check the disk of state_dir/),
      ]);
  } finally {
    await daemon.stop();
  }
});
