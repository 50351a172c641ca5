import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRamdiskFiles, type RamdiskFile } from '../../src/boot/ramdisk-files.ts';
import { createRamdiskShare, type SharedFiles } from '../../src/daemon/share-ramdisk.ts';
import { createLog } from '../../src/log.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-share-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What was handed over, as names and texts. */
function shareWith(files: readonly RamdiskFile[]): { share: () => Promise<void>; handed: object[] } {
  const handed: object[] = [];
  const take = (news: SharedFiles): void => {
    const text = (content: Uint8Array | null) => (content === null ? null : Buffer.from(content).toString());
    handed.push(Object.fromEntries([...news].map(([name, content]) => [name, text(content)])));
  };
  return { handed, share: createRamdiskShare({ files, share: take, log: createLog('silent') }) };
}

test('kernel and ramdisk are handed over once, and again only when they change or vanish', async () => {
  const { share, handed } = shareWith(createRamdiskFiles(folder));
  await share();
  expect(handed).toEqual([]);
  await writeFile(join(folder, 'vmlinuz'), 'kernel');
  await writeFile(join(folder, 'initrd.zst'), 'ramdisk');
  await share();
  await share();
  expect(handed).toEqual([{ vmlinuz: 'kernel', 'initrd.zst': 'ramdisk' }]);
  await writeFile(join(folder, 'initrd.zst'), 'new ramdisk');
  await share();
  await rm(join(folder, 'vmlinuz'));
  await share();
  expect(handed.slice(1)).toEqual([{ 'initrd.zst': 'new ramdisk' }, { vmlinuz: null }]);
});

test('a file that cannot be read keeps nobody from booting, nor the other file from being shared', async () => {
  const files = createRamdiskFiles(folder);
  await writeFile(join(folder, 'vmlinuz'), 'kernel');
  const broken = { get: () => Promise.reject(new Error('EIO')) };
  const { share, handed } = shareWith(
    files.map((file) => (file.part === 'initrd' ? { ...file, source: { ...file.source, ...broken } } : file)),
  );
  await share();
  expect(handed).toEqual([{ vmlinuz: 'kernel' }]);
});
