/** `ingot node deploy` and `rebuild`: images, checksums, config drives, and what is refused of them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aNode, NODE } from '../api/fixtures.ts';
import { daemonFixture } from './fixtures.ts';

const SHA256 = `sha256:${'ab'.repeat(32)}`;

test('deploy asks for image, root device and config drive at once', async () => {
  const { node, store, lifecycle, folder } = await daemonFixture();
  await store.nodes.insert(aNode({ provision_state: 'available' }));
  writeFileSync(join(folder, 'key.pub'), 'ssh-ed25519 AAAA me@here\n');
  writeFileSync(join(folder, 'user-data'), '#cloud-config\n');
  const files = ['--ssh-key', join(folder, 'key.pub'), '--user-data', join(folder, 'user-data')];
  const image = ['--image', 'https://images/debian.qcow2', '--checksum', SHA256];
  const { code } = await node(
    'deploy',
    'rack1-07',
    ...image,
    ...files,
    '--hostname',
    'web-1',
    '--root-device',
    'serial=abc',
  );
  expect(code).toBe(0);
  expect(lifecycle.asked[0]?.arguments[1]).toEqual({
    verb: 'active',
    deployment: {
      image_source: 'https://images/debian.qcow2',
      image_disk_format: 'qcow2',
      image_os_hash_algo: 'sha256',
      image_os_hash_value: 'ab'.repeat(32),
      root_device: { serial: 'abc' },
    },
    configdrive: {
      meta_data: { hostname: 'web-1', name: 'web-1', public_keys: { 'key-0': 'ssh-ed25519 AAAA me@here' } },
      user_data: '#cloud-config\n',
    },
  });
});

test('an image with a login comes from a file, and the checksum may be the URL of a list', async () => {
  const { node, store, lifecycle, folder } = await daemonFixture();
  await store.nodes.insert(aNode({ provision_state: 'available' }));
  const file = join(folder, 'url');
  writeFileSync(file, 'https://u:pw@images/debian.qcow2\n');
  const list = 'https://images/SHA256SUMS';
  expect((await node('deploy', 'rack1-07', '--image', `@${file}`, '--checksum', list)).code).toBe(0);
  expect(lifecycle.asked[0]?.arguments[1]).toMatchObject({
    deployment: {
      image_source: 'https://u:pw@images/debian.qcow2',
      image_disk_format: 'qcow2',
      image_checksum: list,
    },
  });
});

test('deploy without more has a config drive of its own, rebuild without more names nothing', async () => {
  const { node, store, lifecycle } = await daemonFixture();
  await store.nodes.insert(aNode());
  expect((await node('deploy', 'rack1-07', '--image', 'https://i', '--checksum', SHA256)).code).toBe(0);
  expect((await node('rebuild', 'rack1-07')).code).toBe(0);
  expect(lifecycle.asked.map((one) => one.arguments[1])).toEqual([
    { verb: 'active', deployment: expect.objectContaining({ image_source: 'https://i' }), configdrive: {} },
    { verb: 'rebuild', deployment: {} },
  ]);
});

test.each([
  { name: 'no checksum', argv: ['--image', 'https://i'], text: 'Give both --image and --checksum' },
  {
    name: 'a short checksum',
    argv: ['--image', 'https://i', '--checksum', 'sha256:ab'],
    text: '--checksum is sha256: and 64',
  },
  {
    name: 'a password in the URL',
    argv: ['--image', 'http://u:pw@h/x.qcow2', '--checksum', SHA256],
    text: 'A secret on the command line is seen by everybody: write --image @FILE',
  },
  {
    name: 'a signature in the URL of the checksums',
    argv: ['--image', 'http://h/x.qcow2', '--checksum', 'https://h/SUMS?X-Amz-Signature=abc'],
    text: 'is seen by everybody: write --checksum @FILE',
  },
  ...['--kernel', '--ramdisk', '--boot-iso'].map((option) => ({
    name: `a login in the URL of ${option}, which no file makes better`,
    argv: [option, 'https://u:pw@h/file'],
    text: `${option} holds a login, token or signature, which anybody on the PXE network could read`,
  })),
  ...['--kernel', '--ramdisk', '--boot-iso'].map((option) => ({
    name: `a file in the place of ${option}`,
    argv: [option, '@url'],
    text: `${option} takes no @FILE`,
  })),
  {
    name: 'a kernel without its ramdisk',
    argv: ['--kernel', 'http://h/vmlinuz'],
    text: '--kernel and --ramdisk go together',
  },
  {
    name: 'an unknown format',
    argv: ['--image', 'https://i', '--checksum', SHA256, '--format', 'vhd'],
    text: '--format is one of',
  },
  {
    name: 'a bad hint',
    argv: ['--image', 'https://i', '--checksum', SHA256, '--root-device', 'x'],
    text: 'is not KEY=HINT',
  },
  {
    name: 'a hint that no agent knows',
    argv: ['--image', 'https://i', '--checksum', SHA256, '--root-device', 'disk=sda'],
    text: '--root-device disk: the keys are name, serial, wwn, wwn_with_extension',
  },
  {
    name: 'a host name with a space',
    argv: ['--image', 'https://i', '--checksum', SHA256, '--hostname', 'web 1'],
    text: '--hostname "web 1" is no host name',
  },
  {
    name: 'a bad timeout',
    argv: ['--image', 'https://i', '--checksum', SHA256, '--timeout', '-1s'],
    text: "Option '--timeout' argument is ambiguous",
  },
])('deploy with $name is a mistake of usage and changes nothing', async ({ argv, text }) => {
  const { node, store, lifecycle } = await daemonFixture();
  await store.nodes.insert(aNode());
  const { code, err } = await node('deploy', 'rack1-07', ...argv);
  expect([code, err.includes(text) ? text : err]).toEqual([2, text]);
  expect(lifecycle.asked).toEqual([]);
  expect((await store.nodes.get(NODE))?.instance_info).toEqual({});
});

test('a private key is not put onto the config drive', async () => {
  const { node, store, folder } = await daemonFixture();
  await store.nodes.insert(aNode());
  writeFileSync(join(folder, 'key'), '-----BEGIN OPENSSH PRIVATE KEY-----\n');
  const { code, err } = await node(
    'deploy',
    'rack1-07',
    '--image',
    'https://i',
    '--checksum',
    SHA256,
    '--ssh-key',
    join(folder, 'key'),
  );
  expect([code, err]).toEqual([1, expect.stringContaining('is no public SSH key')]);
});
