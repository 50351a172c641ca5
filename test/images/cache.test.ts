import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { IN_USE_MS, openCache } from '../../src/images/cache.ts';
import { partPath, rawPath } from '../../src/images/cache-files.ts';
import { dataOf, MIB, movedClock, ownFolder, silent } from './support.ts';

const ids = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(32)) as [string, string, string, string];
const [first, second, third] = ids;

/** A cache for `mib` MiB, and a way to put an image of 1 MiB into it. */
async function cacheOf(mib: number) {
  const dir = await ownFolder();
  const clock = movedClock();
  const options = { dir, maxBytes: mib * MIB + 65_536, clock, log: silent };
  const cache = await openCache(options);
  const add = async (id: string): Promise<void> => {
    await cache.reserve(id, MIB);
    const part = partPath(dir, id, 'raw');
    await writeFile(part, dataOf(MIB));
    const image = {
      id,
      path: rawPath(dir, id),
      size: MIB,
      sha256: 'x',
      extents: [{ offset: 0, length: MIB }],
      dataBytes: MIB,
      dataSha256: 'y',
    };
    await cache.add(part, image, 'https://images/a.raw');
    cache.release(id);
  };
  return { dir, clock, cache, add, reopen: () => openCache(options) };
}

describe('the image cache', () => {
  test('gives up the least recently used image when a new one needs its room', async () => {
    const { cache, add, clock } = await cacheOf(2);
    await add(first);
    clock.forward(IN_USE_MS);
    await add(second);
    clock.forward(IN_USE_MS + 1);
    await cache.use(first);
    clock.forward(1);
    await add(third);
    expect(await cache.use(second)).toBeNull();
    expect(await cache.use(first)).not.toBeNull();
    expect(await cache.use(third)).not.toBeNull();
  });

  test('never gives up an image in use: the new one is refused', async () => {
    const { cache, add, clock } = await cacheOf(2);
    await add(first);
    await add(second);
    clock.forward(IN_USE_MS);
    await expect(add(third)).rejects.toMatchObject({
      code: 'image_too_large',
      message: expect.stringContaining('in use'),
    });
    expect(await cache.use(first)).not.toBeNull();
  });

  test('refuses an image that is larger than the whole cache, and evicts nothing for it', async () => {
    const { cache, add, clock } = await cacheOf(2);
    await add(first);
    clock.forward(2 * IN_USE_MS);
    await expect(cache.reserve(second, 3 * MIB)).rejects.toMatchObject({ code: 'image_too_large' });
    expect(await cache.use(first)).not.toBeNull();
  });

  test('counts the room that running downloads have reserved', async () => {
    const { cache } = await cacheOf(2);
    await cache.reserve(first, 1.5 * MIB);
    await expect(cache.reserve(second, MIB)).rejects.toMatchObject({ code: 'image_too_large' });
    cache.release(first);
    cache.release(second);
    await cache.reserve(third, 2 * MIB);
  });

  test('remembers its images and their order of use over a restart', async () => {
    const { cache, add, clock, reopen } = await cacheOf(2);
    await add(first);
    await add(second);
    clock.forward(IN_USE_MS);
    await cache.use(first);
    clock.forward(IN_USE_MS + 1);
    const again = await reopen();
    expect(await again.use(first)).toEqual(await cache.use(first));
    clock.forward(IN_USE_MS + 1);
    await again.use(first);
    await again.reserve(third, MIB);
    expect(await again.use(second)).toBeNull();
  });

  test('removes at start what a crash left, and nothing else', async () => {
    const { dir, add, reopen } = await cacheOf(4);
    await add(first);
    const leftovers = [
      `${second}.source.part`,
      `${second}.raw.part`,
      `${second}.json.part`,
      `${third}.raw`,
      `${ids[3]}.json`,
    ];
    for (const name of [...leftovers, 'notes.txt']) await writeFile(join(dir, name), 'x');
    const again = await reopen();
    expect((await readdir(dir)).sort()).toEqual([`${first}.json`, `${first}.raw`, 'notes.txt']);
    expect(await again.use(first)).not.toBeNull();
  });

  test('forgets an image whose file was cut by somebody else', async () => {
    const { dir, cache, add } = await cacheOf(2);
    await add(first);
    await writeFile(rawPath(dir, first), 'short');
    expect(await cache.use(first)).toBeNull();
    expect(await readdir(dir)).toEqual([]);
  });

  test('keeps an image in use although the wall clock was set forward', async () => {
    const { cache, add, clock } = await cacheOf(2);
    await add(first);
    await add(second);
    clock.setWall(IN_USE_MS + 1);
    await expect(add(third)).rejects.toThrow('full of images in use');
    expect(await cache.use(first)).not.toBeNull();
  });
});
