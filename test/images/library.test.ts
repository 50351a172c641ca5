/** Images as operators manage them: listed, fetched ahead, removed. */
import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { IngotError } from '../../src/errors.ts';
import { IN_USE_MS, openCache } from '../../src/images/cache.ts';
import { partPath, rawPath } from '../../src/images/cache-files.ts';
import type { ImageRequest } from '../../src/images/images.ts';
import { createImageLibrary, type PrepareKnown } from '../../src/images/library.ts';
import { imageId, shownSource } from '../../src/images/source.ts';
import { dataOf, MIB, movedClock, ownFolder, silent } from './support.ts';

const request = (letter: string): ImageRequest => ({
  source: `https://me:hunter2@images/${letter}.raw?key=1`,
  checksum: { algorithm: 'sha256', value: letter.repeat(64) },
  format: 'raw',
});

/** A library whose images become ready, or fail, when the test says so. */
async function library() {
  const dir = await ownFolder();
  const clock = movedClock();
  const options = { dir, maxBytes: 100 * MIB, clock, log: silent };
  const cache = await openCache(options);
  const flights = new Map<string, PromiseWithResolvers<void>>();
  const prepare: PrepareKnown = async (asked, onProgress, signal) => {
    const id = imageId(asked);
    const flight = Promise.withResolvers<void>();
    flights.set(id, flight);
    signal.addEventListener('abort', () => flight.reject(signal.reason));
    onProgress(40);
    await flight.promise;
    const part = partPath(dir, id, 'raw');
    await writeFile(part, dataOf(MIB));
    const extents = [{ offset: 0, length: MIB }];
    const image = {
      id,
      path: rawPath(dir, id),
      size: MIB,
      sha256: 'x',
      extents,
      dataBytes: MIB,
      dataSha256: 'y',
    };
    await cache.add(part, image, shownSource(asked.source));
    return image;
  };
  const one = createImageLibrary({ prepare, cache });
  const reopened = async () => createImageLibrary({ prepare, cache: await openCache(options) });
  const states = (): readonly string[] => one.list().map(({ state }) => state);
  return { library: one, flights, clock, states, reopened };
}

describe('an image that is asked for', () => {
  it('is on its way, then ready, known by its source without secrets also after a restart', async () => {
    const { library: images, flights, states, reopened } = await library();
    const { id } = images.add(request('a'));
    expect(images.list()).toEqual([{ id, source: 'https://images/a.raw', state: 'preparing', percent: 40 }]);
    expect(images.add(request('a'))).toMatchObject({ id, state: 'preparing' });
    flights.get(id)?.resolve();
    await expect.poll(states).toEqual(['ready']);
    const ready = { id, source: 'https://images/a.raw', state: 'ready', size: MIB, data_bytes: MIB };
    expect((await reopened()).list()).toMatchObject([ready]);
    expect(images.add(request('a'))).toMatchObject(ready);
  });

  it('keeps its source when the same checksum comes by another name, and tells both', async () => {
    const { library: images, flights, states } = await library();
    const { id } = images.add(request('a'));
    const other = { ...request('a'), source: 'https://me:hunter2@mirror/b.raw' };
    const both = { id, source: 'https://images/a.raw', asked_source: 'https://mirror/b.raw' };
    expect(images.add(other)).toMatchObject({ ...both, state: 'preparing' });
    flights.get(id)?.resolve();
    await expect.poll(states).toEqual(['ready']);
    expect(images.add(other)).toMatchObject({ ...both, state: 'ready' });
  });

  it('is fetched from another source when the first one failed', async () => {
    const { library: images, flights, states } = await library();
    flights.get(images.add(request('a')).id)?.reject(new Error('gone'));
    await expect.poll(states).toEqual(['failed']);
    const mirror = 'https://mirror/b.raw';
    const again = images.add({ ...request('a'), source: mirror });
    expect(again).toMatchObject({ state: 'preparing', source: mirror, asked_source: mirror });
    expect(images.list()).toMatchObject([{ source: mirror }]);
  });

  it('stays in the list with its reason when it fails, and can be asked for again', async () => {
    const { library: images, flights, states } = await library();
    const { id } = images.add(request('a'));
    flights.get(id)?.reject(new IngotError('image_checksum', 'It is another file.', { hint: 'Compare.' }));
    await expect.poll(states).toEqual(['failed']);
    expect(images.list()[0]).toMatchObject({
      error: { code: 'image_checksum', message: 'It is another file.', hint: 'Compare.' },
    });
    expect(images.add(request('a')).state).toBe('preparing');
    images.stop();
    await expect.poll(states).toEqual(['failed']);
  });

  it('is refused at once when its source is none, or when too many are on their way', async () => {
    const { library: images } = await library();
    expect(() => images.add({ ...request('a'), source: 'ftp://images/a' })).toThrow(
      'has ftp://, which ingot does not speak: it takes http://, https:// and file:///',
    );
    const digits = Array.from({ length: 50 }, (_, index) => index.toString(16).padStart(2, '0'));
    for (const two of digits)
      images.add({ ...request('a'), checksum: { algorithm: 'sha256', value: two.repeat(32) } });
    expect(() => images.add(request('f'))).toThrow('50 images are being prepared already');
    images.stop();
  });
});

describe('an image that is removed', () => {
  it('is gone when nobody has used it lately, or by force', async () => {
    const { library: images, flights, clock, states } = await library();
    const ids = ['a', 'b'].map((letter) => images.add(request(letter)).id);
    for (const id of ids) flights.get(id)?.resolve();
    await expect.poll(states).toEqual(['ready', 'ready']);
    const [first = '', second = ''] = ids;
    await expect(images.remove(first, { force: false })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('a node may be writing it'),
    });
    await images.remove(first, { force: true });
    clock.forward(IN_USE_MS + 1);
    await images.remove(second, { force: false });
    expect(images.list()).toEqual([]);
    await expect(images.remove(first, { force: true })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is not one on its way, and may be the memory of one that failed', async () => {
    const { library: images, flights, states } = await library();
    const { id } = images.add(request('a'));
    await expect(images.remove(id, { force: true })).rejects.toThrow('is being prepared');
    flights.get(id)?.reject(new Error('no route'));
    await expect.poll(states).toEqual(['failed']);
    await images.remove(id, { force: false });
    expect(images.list()).toEqual([]);
  });
});
