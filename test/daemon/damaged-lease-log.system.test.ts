/** A disk that lost what it had confirmed: a frame of the lease log is nonsense when the daemon starts. */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readFrames } from '../../src/dhcp/leases/journal/frames.ts';
import { openLeaseJournal } from '../../src/dhcp/leases/lease-journal.ts';
import { createLog } from '../../src/log.ts';
import { lease, mac } from '../dhcp/samples.ts';
import { ingot, type RunningDaemon, startDaemon } from '../rig/daemon.ts';
import { freePorts } from '../rig/ports.ts';
import { daemonEvents } from './daemon-told.ts';

const WORDS = /leases\.log\.0 is damaged at byte \d+: .*the leases behind them are kept.*Check the disk/;

let dir: string;
let daemon: RunningDaemon | null = null;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ingot-damage-'));
  await leaveDamagedLog(join(dir, 'state'));
});
afterEach(async () => {
  await daemon?.stop();
  daemon = null;
  await rm(dir, { recursive: true, force: true });
});

/** As a killed daemon leaves it: three leases on the log, none in `leases.db`; the second one's frame is zeros. */
async function leaveDamagedLog(state: string): Promise<void> {
  const before = join(dir, 'before');
  await mkdir(before);
  await mkdir(state, { mode: 0o700 });
  const options = { log: createLog('silent'), onNotice: () => undefined };
  const journal = await openLeaseJournal(join(before, 'leases.db'), options);
  for (const number of [1, 2, 3])
    await new Promise((resolve) =>
      journal.append({ network: 'pxe', leases: [lease(mac(number), `10.77.1.${number}`)] }, resolve),
    );
  for (const name of await readdir(before)) await cp(join(before, name), join(state, name));
  await journal.close();
  const file = join(state, 'leases.log.0');
  const bytes = await readFile(file);
  readFrames(bytes).frames[1]?.payload.fill(0);
  await writeFile(file, bytes);
}

async function start(): Promise<RunningDaemon> {
  const { api } = await freePorts('api');
  daemon = await startDaemon({ dir, config: { api: { listen: `127.0.0.1:${api}` }, networks: [] } });
  return daemon;
}

const told = async (running: RunningDaemon): Promise<readonly string[]> =>
  (await daemonEvents(running)).filter((message) => message.includes('leases.log'));

it('is one event, which says what is lost and what to do, and a line of the status', async () => {
  const running = await start();
  await expect.poll(() => told(running)).toEqual([expect.stringMatching(WORDS)]);
  expect((await running.client.status()).missing).toEqual([expect.stringMatching(WORDS)]);
  expect((await ingot('status', '--url', running.url)).stdout).toMatch(WORDS);
  expect(await running.log()).toMatch(/"level":50.*leases\.log\.0 is damaged/);
});

it('is not told again by the next start, which has nothing to lose there', async () => {
  const first = await start();
  await expect.poll(() => told(first)).toHaveLength(1);
  await first.stop();
  const second = await start();
  expect(await told(second)).toHaveLength(1);
  expect((await second.client.status()).missing).toEqual([]);
});
