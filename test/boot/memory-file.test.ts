import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMemoryFile } from '../../src/boot/memory-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-memory-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('a file is held once, in memory that threads can share, and read again when it has changed', async () => {
  const path = join(folder, 'initrd.zst');
  const source = createMemoryFile(path);
  expect(await source.get()).toBeNull();
  const big = Buffer.alloc(20_000_000, 'ingot');
  await writeFile(path, big);
  const [first, same] = await Promise.all([source.get(), source.get()]);
  expect(first?.content).toBe(same?.content);
  expect(first?.content.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(Buffer.from(first?.content ?? []).equals(big)).toBe(true);
  await writeFile(path, 'another one');
  const second = await source.get();
  expect(Buffer.from(second?.content ?? []).toString()).toBe('another one');
  expect(second?.etag).not.toBe(first?.etag);
});

test('an empty file has no bytes', async () => {
  await writeFile(join(folder, 'empty'), '');
  expect((await createMemoryFile(join(folder, 'empty')).get())?.size).toBe(0);
});
