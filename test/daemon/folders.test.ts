import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { makeFolders, workFolder } from '../../src/daemon/folders.ts';

it('makes every folder, and clears away what a killed daemon left half done', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ingot-folders-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const config = configSchema.parse({ state_dir: join(dir, 'state') });
  const left = join(workFolder(config), 'config-drive-abc');
  await mkdir(left, { recursive: true });
  await writeFile(join(left, 'user_data'), 'secret');
  await makeFolders(config);
  expect((await readdir(config.state_dir)).sort()).toEqual(['cache', 'images', 'ramdisk', 'work']);
  expect(await readdir(workFolder(config))).toEqual([]);
  expect((await stat(workFolder(config))).mode & 0o077).toBe(0);
});
