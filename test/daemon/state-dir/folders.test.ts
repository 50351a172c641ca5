import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { emptyWorkFolder, makeFolders, workFolder } from '../../../src/daemon/state-dir/folders.ts';

it('makes every folder, and clears away what a killed daemon left half done', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ingot-folders-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const config = configSchema.parse({ state_dir: join(dir, 'state') });
  const left = join(workFolder(config), 'config-drive-abc');
  await mkdir(left, { recursive: true });
  await writeFile(join(left, 'user_data'), 'secret');
  await makeFolders(config);
  expect(await readdir(workFolder(config))).toEqual(['config-drive-abc']);
  await emptyWorkFolder(config);
  expect((await readdir(config.state_dir)).sort()).toEqual(['cache', 'images', 'ramdisk', 'work']);
  expect(await readdir(workFolder(config))).toEqual([]);
  expect((await stat(workFolder(config))).mode & 0o077).toBe(0);
});

const impossible: readonly { readonly name: string; readonly config: (dir: string) => object }[] = [
  { name: 'a state folder that is a file', config: (dir) => ({ state_dir: join(dir, 'file') }) },
  { name: 'a state folder inside a file', config: (dir) => ({ state_dir: join(dir, 'file/state') }) },
  {
    name: 'a ramdisk folder where the kernel makes none',
    config: (dir) => ({ state_dir: dir, boot: { ramdisk_dir: '/proc/ingot/ramdisk' } }),
  },
  {
    name: 'a folder of images where the kernel makes none',
    config: (dir) => ({ state_dir: dir, images: { source_dirs: ['/proc/self/images'] } }),
  },
];
it.each(impossible)('says which folder cannot be had, for $name', async ({ config }) => {
  const dir = await mkdtemp(join(tmpdir(), 'ingot-folders-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  await writeFile(join(dir, 'file'), '');
  await expect(makeFolders(configSchema.parse(config(dir)))).rejects.toMatchObject({
    code: 'environment',
    message: expect.stringMatching(/^The folder \/.* cannot be made: /),
    hint: expect.stringContaining('state_dir'),
  });
});
