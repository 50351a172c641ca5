import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSparseFile } from '../../src/images/sparse-file.ts';
import { dataOf, MIB, ownFolder } from './support.ts';

test('a sparse file holds what was written, in pieces of any size', async () => {
  const folder = await ownFolder();
  let count = 0;
  const piece = fc.record({ bytes: fc.integer({ min: 0, max: 1_500_000 }), zero: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 5 }), async (pieces) => {
      count += 1;
      const path = join(folder, String(count));
      const file = await createSparseFile(path);
      const parts = pieces.map(({ bytes, zero }) => (zero ? Buffer.alloc(bytes) : dataOf(bytes)));
      for (const part of parts) await file.write(part);
      await file.finish();
      await file.close();
      expect((await readFile(path)).equals(Buffer.concat(parts))).toBe(true);
    }),
    { numRuns: 25 },
  );
});

test('zeros take no room on disk', async () => {
  const path = join(await ownFolder(), 'file');
  const file = await createSparseFile(path);
  await file.write(dataOf(MIB));
  await file.write(Buffer.alloc(20 * MIB));
  await file.finish();
  await file.close();
  const { size, blocks } = await stat(path);
  expect(size).toBe(21 * MIB);
  expect(blocks * 512).toBeLessThan(2 * MIB);
});

test('a restarted file forgets what was written before', async () => {
  const path = join(await ownFolder(), 'file');
  const file = await createSparseFile(path);
  await file.write(dataOf(3 * MIB));
  await file.restart();
  await file.write(Buffer.from('anew'));
  await file.finish();
  await file.close();
  expect(await readFile(path, 'utf8')).toBe('anew');
});
