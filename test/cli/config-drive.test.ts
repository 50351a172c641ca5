import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildConfigDrive } from '../../src/cli/config-drive.ts';
import { temporaryFolder } from './fixtures.ts';

const NOTHING = { source: null, userData: null, hostname: null, sshKeys: [] };

test('nothing asked for is no config drive', async () => {
  expect(await buildConfigDrive(NOTHING)).toBeNull();
});

test.each(['.', 'openstack/latest'])('a folder with its files in %s', async (inner) => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, inner), { recursive: true });
  writeFileSync(join(folder, inner, 'meta_data.json'), '{"hostname":"h1","role":"web"}');
  writeFileSync(join(folder, inner, 'user_data'), '#!/bin/sh\n');
  writeFileSync(join(folder, inner, 'vendor_data2.json'), '{"cloud-init":"x"}');
  expect(await buildConfigDrive({ ...NOTHING, source: folder, hostname: 'h2' })).toEqual({
    meta_data: { hostname: 'h2', name: 'h2', role: 'web' },
    user_data: '#!/bin/sh\n',
    vendor_data: { 'cloud-init': 'x' },
  });
});

test('one JSON file', async () => {
  const file = join(temporaryFolder(), 'drive.json');
  const drive = { meta_data: { hostname: 'h1' }, network_data: { links: [] } };
  writeFileSync(file, JSON.stringify(drive));
  expect(await buildConfigDrive({ ...NOTHING, source: file })).toEqual(drive);
});

test.each([
  { name: 'no JSON', content: 'meta_data:', text: 'is no JSON' },
  { name: 'an unknown key', content: '{"metadata": {}}', text: 'Unrecognized key: "metadata"' },
])('a file with $name is refused', async ({ content, text }) => {
  const file = join(temporaryFolder(), 'drive.json');
  writeFileSync(file, content);
  await expect(buildConfigDrive({ ...NOTHING, source: file })).rejects.toThrow(text);
});

test('an empty folder is refused, because nobody asks for a config drive with nothing on it', async () => {
  await expect(buildConfigDrive({ ...NOTHING, source: temporaryFolder() })).rejects.toThrow(
    'holds no config drive',
  );
});

test.each([
  { name: 'a device that never ends', path: () => '/dev/zero', says: /is no regular file/ },
  {
    name: 'a file above 16 MiB',
    path: (folder: string) => {
      writeFileSync(join(folder, 'large'), Buffer.alloc(16 * 1024 * 1024 + 1));
      return join(folder, 'large');
    },
    says: /large is larger than 16 MiB/,
  },
])('user data from $name is refused', async ({ path, says }) => {
  const userData = path(temporaryFolder());
  await expect(buildConfigDrive({ ...NOTHING, userData })).rejects.toThrow(says);
});
