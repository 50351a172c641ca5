/** The image store with real qemu-img (Debian: qemu-utils) and a local HTTP server. */
import { execFileSync } from 'node:child_process';
import { open, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { IN_USE_MS } from '../../src/images/cache.ts';
import type { ImageRequest, ReadyImage } from '../../src/images/images.ts';
import {
  contentHandler,
  dataOf,
  MIB,
  movedClock,
  openStore,
  ownFolder,
  rawRequest,
  serve,
  sha256,
} from './support.ts';

const qemu = (...args: string[]) => execFileSync('qemu-img', args, { stdio: ['ignore', 'pipe', 'pipe'] });

/** A disk of 40 MiB: data at its start, in the middle and at its very end, zeros between. */
function sparseDisk(): Buffer {
  const disk = Buffer.alloc(40 * MIB);
  dataOf(MIB, 3).copy(disk, 0);
  dataOf(5000, 4).copy(disk, 17 * MIB + 12_345);
  dataOf(700, 5).copy(disk, disk.length - 700);
  return disk;
}

async function qcow2Of(disk: Buffer, folder: string, options = 'compression_type=zstd'): Promise<Buffer> {
  const [raw, qcow2] = [join(folder, 'disk.raw'), join(folder, 'disk.qcow2')];
  await writeFile(raw, disk);
  qemu('convert', '-c', '-f', 'raw', '-O', 'qcow2', '-o', options, raw, qcow2);
  return await readFile(qcow2);
}

/** What an agent does: only the extents, written over zeros. */
async function writtenByExtents(image: ReadyImage): Promise<Buffer> {
  const disk = Buffer.alloc(image.size);
  const file = await open(image.path, 'r');
  for (const { offset, length } of image.extents) await file.read(disk, offset, length, offset);
  await file.close();
  return disk;
}

async function cacheNames(dir: string): Promise<string[]> {
  return (await readdir(dir)).map((name) => name.replace(/^[0-9a-f]{32}/, 'ID')).sort();
}

describe('preparing an image', () => {
  test.each([['raw'], ['qcow2']] as const)(
    '%s: the extents alone reproduce the image exactly',
    async (format) => {
      const [folder, dir] = [await ownFolder(), await ownFolder()];
      const disk = sparseDisk();
      const file = format === 'raw' ? disk : await qcow2Of(disk, folder);
      const server = await serve(contentHandler(file));
      const store = await openStore(dir);
      const percents: number[] = [];
      const image = await store.prepare({ ...rawRequest(server.url, file), format }, (percent) =>
        percents.push(percent),
      );
      expect(image).toMatchObject({ size: disk.length, sha256: sha256(disk) });
      expect((await writtenByExtents(image)).equals(disk)).toBe(true);
      expect(image.dataBytes).toBeLessThan(2 * MIB);
      const data = image.extents.map(({ offset, length }) => disk.subarray(offset, offset + length));
      expect(image.dataSha256).toBe(sha256(Buffer.concat(data)));
      expect(percents.at(-1)).toBe(100);
      expect(percents).toEqual([...percents].sort((a, b) => a - b));
      expect(await cacheNames(dir)).toEqual(['ID.json', 'ID.raw']);
      expect(await store.ready(image.id)).toEqual(image);
      expect(await (await openStore(dir)).ready(image.id)).toEqual(image);
    },
  );

  test('a sha512 checksum of a raw image is verified, and the sha256 told all the same', async () => {
    const content = dataOf(MIB);
    const server = await serve(contentHandler(content));
    const store = await openStore(await ownFolder());
    const file = join(await ownFolder(), 'file');
    await writeFile(file, content);
    const value = execFileSync('sha512sum', [file], { encoding: 'utf8' }).split(' ')[0] ?? '';
    const image = await store.prepare({
      source: server.url,
      checksum: { algorithm: 'sha512', value },
      format: 'raw',
    });
    expect(image.sha256).toBe(sha256(content));
  });

  test('two nodes that ask at once cause one download, a third later none', async () => {
    const content = dataOf(MIB);
    const server = await serve(contentHandler(content));
    const store = await openStore(await ownFolder());
    const request = rawRequest(server.url, content);
    const [one, two] = await Promise.all([store.prepare(request), store.prepare(request)]);
    await store.prepare(request);
    expect(one).toEqual(two);
    expect(server.requests).toHaveLength(1);
  });

  test('a download that breaks in the middle goes on from there', async () => {
    const content = dataOf(3 * MIB);
    const server = await serve(contentHandler(content, { cutAfter: [MIB, MIB] }));
    const image = await (await openStore(await ownFolder())).prepare(rawRequest(server.url, content));
    expect(image.sha256).toBe(sha256(content));
    expect(server.requests).toEqual(['', `bytes=${MIB}-`, `bytes=${2 * MIB}-`]);
  });

  test('a wrong checksum is refused with both values, and nothing is kept', async () => {
    const dir = await ownFolder();
    const server = await serve(contentHandler(dataOf(MIB)));
    const expected = 'ab'.repeat(32);
    const request: ImageRequest = {
      ...rawRequest(server.url, dataOf(1)),
      checksum: { algorithm: 'sha256', value: expected },
    };
    const error = await (await openStore(dir)).prepare(request).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'image_checksum' });
    expect(String(error)).toContain(expected);
    expect(String(error)).toContain(sha256(dataOf(MIB)));
    expect(await readdir(dir)).toEqual([]);
  });

  test('room for a new image is made by removing one that is not in use', async () => {
    const dir = await ownFolder();
    const clock = movedClock();
    const store = await openStore(dir, { maxBytes: 3 * MIB, clock });
    const contents = [dataOf(2 * MIB, 11), dataOf(2 * MIB, 12)] as const;
    const servers = [
      await serve(contentHandler(contents[0])),
      await serve(contentHandler(contents[1])),
    ] as const;
    const old = await store.prepare(rawRequest(servers[0].url, contents[0]));
    await expect(store.prepare(rawRequest(servers[1].url, contents[1]))).rejects.toMatchObject({
      code: 'image_too_large',
    });
    clock.forward(IN_USE_MS + 1);
    const fresh = await store.prepare(rawRequest(servers[1].url, contents[1]));
    expect(await store.ready(old.id)).toBeNull();
    expect(await store.ready(fresh.id)).not.toBeNull();
    expect(await cacheNames(dir)).toEqual(['ID.json', 'ID.raw']);
  });

  test('a size that nobody announced is bounded all the same', async () => {
    const dir = await ownFolder();
    const server = await serve((_request, response) =>
      response.write(dataOf(MIB), () => response.end(dataOf(4 * MIB))),
    );
    const store = await openStore(dir, { maxBytes: 2 * MIB });
    await expect(store.prepare(rawRequest(server.url, dataOf(1)))).rejects.toMatchObject({
      code: 'image_too_large',
    });
    expect(await readdir(dir)).toEqual([]);
  });

  test('giving up stops the download and keeps nothing', async () => {
    const dir = await ownFolder();
    const server = await serve((_request, response) =>
      response.writeHead(200, { 'content-length': MIB }).write('some'),
    );
    const abort = new AbortController();
    const prepared = (await openStore(dir)).prepare(
      rawRequest(server.url, dataOf(1)),
      undefined,
      abort.signal,
    );
    await expect.poll(() => server.requests.length).toBe(1);
    abort.abort(new Error('the node was deleted'));
    await expect(prepared).rejects.toThrow('the node was deleted');
    await expect.poll(() => readdir(dir)).toEqual([]);
  });
});

describe('a qcow2 image that could read files of the seed node is refused', () => {
  test.each([
    [
      'with a backing file',
      'backing',
      ['create', '-f', 'qcow2', '-F', 'raw', '-b', '/etc/passwd', '@', '1M'],
    ],
    [
      'with an external data file',
      'another file',
      ['create', '-f', 'qcow2', '-o', 'data_file=@.data,data_file_raw=on', '@', '1M'],
    ],
  ])('%s', async (_name, because, args) => {
    const dir = await ownFolder();
    const path = join(await ownFolder(), 'evil.qcow2');
    qemu(...args.map((arg) => arg.replace('@', path)));
    const file = await readFile(path);
    const server = await serve(contentHandler(file));
    const request: ImageRequest = { ...rawRequest(server.url, file), format: 'qcow2' };
    const error = await (await openStore(dir)).prepare(request).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'image_invalid', message: expect.stringContaining(because) });
    expect(await readdir(dir)).toEqual([]);
  });
});

describe('an image that is not what was said is refused', () => {
  test.each([
    [
      'qcow2 said to be raw',
      'raw',
      'qcow2 image',
      async (folder: string) => await qcow2Of(Buffer.alloc(MIB), folder),
    ],
    ['raw said to be qcow2', 'qcow2', 'is not', async () => dataOf(MIB)],
    [
      'a truncated qcow2',
      'qcow2',
      'qemu-img',
      async (folder: string) => (await qcow2Of(sparseDisk(), folder)).subarray(0, 300),
    ],
    ['an empty file', 'raw', 'empty', async () => Buffer.alloc(0)],
  ] as const)('%s', async (_name, format, because, make) => {
    const dir = await ownFolder();
    const file = await make(await ownFolder());
    const server = await serve(contentHandler(file));
    const request: ImageRequest = { ...rawRequest(server.url, file), format };
    const error = await (await openStore(dir)).prepare(request).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'image_invalid', message: expect.stringContaining(because) });
    expect(await readdir(dir)).toEqual([]);
  });
});

describe('file:// sources', () => {
  test('come from the allowed folders', async () => {
    const folder = await ownFolder();
    await writeFile(join(folder, 'disk.raw'), sparseDisk());
    const store = await openStore(await ownFolder(), { sourceDirs: [folder] });
    const image = await store.prepare(rawRequest(`file://${folder}/disk.raw`, sparseDisk()));
    expect((await writtenByExtents(image)).equals(sparseDisk())).toBe(true);
  });

  test.each([
    ['a path outside', async () => 'file:///etc/passwd'],
    ['a path that climbs out', async (folder: string) => `file://${folder}/../../etc/passwd`],
    [
      'a link that points out',
      async (folder: string) => {
        await symlink('/etc/passwd', join(folder, 'link'));
        return `file://${folder}/link`;
      },
    ],
    ['a folder', async (folder: string) => `file://${folder}/.`],
    ['nothing', async (folder: string) => `file://${folder}/missing`],
  ])('%s is refused', async (_name, sourceIn) => {
    const folder = await ownFolder();
    const source = await sourceIn(folder);
    const content = await readFile('/etc/passwd');
    const store = await openStore(await ownFolder(), { sourceDirs: [folder] });
    await expect(store.prepare(rawRequest(source, content))).rejects.toMatchObject({
      code: 'image_refused',
    });
  });
});
