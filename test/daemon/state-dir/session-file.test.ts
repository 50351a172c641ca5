import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { openSessionFile } from '../../../src/daemon/state-dir/session-file.ts';
import { createLog } from '../../../src/log.ts';

const session = (token: string) => ({ token, location: `/redfish/v1/SessionService/Sessions/${token}` });

async function sessionFile() {
  const dir = await mkdtemp(join(tmpdir(), 'ingot-sessions-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const path = join(dir, 'bmc-sessions.json');
  return { path, open: () => openSessionFile(path, { clock: systemClock, log: createLog('silent') }) };
}

it('holds what is open for the next life, for its owner alone, and forgets what was ended', async () => {
  const { path, open } = await sessionFile();
  const first = await open();
  for (const token of ['a', 'b']) first.opened('bmc-1', session(token));
  first.opened('bmc-2', session('c'));
  first.ended('bmc-1', session('b'));
  // What is open now belongs to whoever opened it.
  expect(first.left('bmc-1')).toEqual([]);
  await first.stop();
  expect((await stat(path)).mode & 0o777).toBe(0o600);

  const second = await open();
  expect([second.left('bmc-1'), second.left('bmc-2')]).toEqual([[session('a')], [session('c')]]);
  second.ended('bmc-1', session('a'));
  expect(second.left('bmc-1')).toEqual([]);
  await second.stop();
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual([{ key: 'bmc-2', ...session('c') }]);
});

it.each(['', '{"half', '[{"key":1}]'])('that is damaged (%j) is an empty one', async (text) => {
  const { path, open } = await sessionFile();
  await writeFile(path, text);
  const book = await open();
  expect(book.left('bmc-1')).toEqual([]);
  await book.stop();
});
