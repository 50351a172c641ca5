/** `ingot image …` and `ingot network show`, through the real API. */
import { expect, test } from 'vitest';
import type { ImageAsked, ImagesControl } from '../../src/api/deps.ts';
import { configSchema } from '../../src/config/schema.ts';
import { IngotError } from '../../src/errors.ts';
import { daemonFixture, runIn } from './fixtures.ts';

const SHA256 = 'ab'.repeat(32);
const READY = {
  id: 'ab12cd34ef56ab12cd34ef56ab12cd34',
  source: 'https://images/a.raw',
  state: 'ready',
  sha256: 'x',
  size: 3 * 2 ** 30,
  data_bytes: 1 << 20,
  disk_bytes: 2 << 20,
  used_at: '2026-11-23T03:00:00.000Z',
};

const NETWORKS = configSchema.parse({
  networks: [
    {
      name: 'pxe',
      role: 'pxe',
      interface: 'eth1',
      cidr: '10.20.0.0/16',
      address: '10.20.0.1',
      ranges: [{ use: 'dhcp', from: '10.20.1.0', to: '10.20.1.9' }],
    },
  ],
});

async function imagesFixture(images: Partial<ImagesControl>) {
  const control: ImagesControl = {
    list: () => [READY],
    add: ({ source }) => ({ ...READY, asked_source: source }),
    remove: async () => undefined,
    ...images,
  };
  const { url } = await daemonFixture({ images: control });
  return (...argv: readonly string[]) => runIn('image', argv, { url });
}

test('list shows what is in the cache and what is on its way', async () => {
  const preparing = { id: 'ff'.repeat(16), source: null, state: 'preparing', percent: 40 };
  const image = await imagesFixture({ list: () => [READY, preparing] });
  const { out } = await image('list');
  expect(out).toMatch(
    /^ab12cd34ef56 {2}ready +3\.0 GiB +2 MiB +2026-11-23T03:00:00\.000Z +https:\/\/images\/a\.raw$/m,
  );
  expect(out).toMatch(/^ffffffffffff {2}preparing, 40 % /m);
  expect(JSON.parse((await image('list', '--json')).out)).toEqual({ images: [READY, preparing] });
});

test('list and show tell in words why an image failed', async () => {
  const error = { message: 'The checksum differs.', hint: 'Give the right one.' };
  const image = await imagesFixture({ list: () => [{ id: READY.id, source: null, state: 'failed', error }] });
  expect((await image('list')).out).toMatch(
    /^ab12cd34ef56 failed: The checksum differs\. Give the right one\.$/m,
  );
  const { out } = await image('show', 'ab12');
  expect(out).toMatch(/^error +The checksum differs\.$/m);
  expect(out).toMatch(/^hint +Give the right one\.$/m);
});

test('a word that a group lacks is answered with where its commands are listed', async () => {
  const image = await imagesFixture({});
  expect((await image('shw')).err).toContain('`ingot image --help` lists its commands.');
});

test('show takes the beginning of an id, if it is that of one image', async () => {
  const image = await imagesFixture({ list: () => [READY, { ...READY, id: 'ab'.repeat(16) }] });
  expect((await image('show', 'ab12')).out).toContain('source      https://images/a.raw');
  expect((await image('show', 'ab')).err).toContain('The ids of several images begin with "ab"');
  expect((await image('show', 'c')).err).toContain('No image has an id that begins with "c"');
});

test('add asks for source, format and checksum; --wait ends with the reason of a failure', async () => {
  const asked: ImageAsked[] = [];
  const failed = { id: READY.id, source: null, state: 'failed', error: { message: 'Gone.', hint: 'Look.' } };
  const image = await imagesFixture({
    list: () => [failed],
    add: (one) => {
      asked.push(one);
      return { id: READY.id, source: one.source, asked_source: one.source, state: 'preparing', percent: 0 };
    },
  });
  const words = ['https://images/a.qcow2', '--checksum', `sha256:${SHA256}`];
  expect(await image('add', ...words)).toMatchObject({ code: 0, out: 'ab12cd34ef56: preparing, 0 %.\n' });
  const checksum = { algorithm: 'sha256', value: SHA256 };
  expect(asked).toEqual([{ source: 'https://images/a.qcow2', format: 'qcow2', checksum }]);
  const waited = await image('add', ...words, '--wait');
  expect(waited).toMatchObject({ code: 1, err: 'ab12cd34ef56: preparing, 0 %\ningot: Gone.\nLook.\n' });
  expect((await image('add', 'https://images/a.qcow2')).code).toBe(2);
});

test.each([
  [READY, 'is here already, from https://images/a.raw; https://images/b.raw is not fetched.'],
  [
    { id: READY.id, source: 'https://images/a.raw', state: 'preparing', percent: 40 },
    'is on its way already, from https://images/a.raw; https://images/b.raw is not fetched, unless that fails',
  ],
  [{ ...READY, source: null }, 'is here already; https://images/b.raw is not fetched.'],
])('add says that the same checksum is known by another source: %j', async (there, said) => {
  const image = await imagesFixture({ add: ({ source }) => ({ ...there, asked_source: source }) });
  const added = await image('add', 'https://images/b.raw', '--checksum', `sha256:${SHA256}`);
  expect(added).toMatchObject({ code: 0, err: expect.stringContaining(said) });
  const same = await image('add', 'https://images/a.raw', '--checksum', `sha256:${SHA256}`);
  if (there.source !== null) expect(same).toMatchObject({ code: 0, err: '' });
});

test('remove tells the refusal of an image in use, and forces where it is told to', async () => {
  const removed: string[] = [];
  const image = await imagesFixture({
    remove: async (id, { force }) => {
      if (!force) throw new IngotError('conflict', 'It is in use.', { hint: 'Wait.' });
      removed.push(id);
    },
  });
  expect(await image('remove', 'ab12')).toMatchObject({ code: 1, err: 'ingot: It is in use.\nWait.\n' });
  expect(await image('remove', 'ab12', '--force')).toMatchObject({
    code: 0,
    out: 'ab12cd34ef56: removed.\n',
  });
  expect(removed).toEqual([READY.id]);
});

test('network show tells one network with its ranges', async () => {
  const { url } = await daemonFixture({ config: NETWORKS });
  const { out } = await runIn('network', ['show', 'pxe'], { url });
  expect(out).toMatch(/^range +dhcp 10\.20\.1\.0 - 10\.20\.1\.9$/m);
  const missing = await runIn('network', ['show', 'nope'], { url });
  expect(missing).toMatchObject({ code: 1, err: expect.stringContaining('no network "nope"') });
});
