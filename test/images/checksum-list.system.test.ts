/** Lists of checksums as coreutils and openssl write them, through the image store. */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dataOf, MIB, openStore, ownFolder, serve } from './support.ts';

const content = dataOf(MIB);

test.each([
  ['sha256sum', []],
  ['sha256sum', ['--tag']],
  ['sha512sum', ['--binary']],
  ['sha512sum', ['--tag']],
  ['openssl', ['dgst', '-sha512']],
])('an image is checked by the list of %s %j, and refused by that of another', async (program, words) => {
  const [folder, cache] = [await ownFolder(), await ownFolder()];
  const listOf = async (bytes: Buffer): Promise<Buffer> => {
    await writeFile(join(folder, 'image'), bytes);
    await writeFile(join(folder, 'other'), 'x');
    return execFileSync(program, [...words, 'other', 'image'], { cwd: folder });
  };
  const lists: readonly Buffer[] = [await listOf(content), await listOf(dataOf(MIB, 2))];
  const images = await serve((_, response) => void response.end(content));
  const [right, wrong] = await Promise.all(
    lists.map((list) => serve((_, response) => void response.end(list))),
  );
  const store = await openStore(cache);
  const asked = (list: string) =>
    ({ source: images.url, format: 'raw', checksum: { url: list, algorithm: null } }) as const;
  const prepare = async (list: string) => await store.prepare(await store.resolve(asked(list)));
  expect((await prepare(right?.url ?? '')).size).toBe(MIB);
  await expect(prepare(wrong?.url ?? '')).rejects.toMatchObject({ code: 'image_checksum' });
});
