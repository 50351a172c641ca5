import { describe, expect, test } from 'vitest';
import { makeConfigDriveIso } from '../../src/images/config-drive-iso.ts';
import { checkConfigDriveRequest, configDriveFiles } from '../../src/images/config-drive-parts.ts';
import { reportScript } from '../../src/images/config-drive-report.ts';
import type { ConfigDriveRequest } from '../../src/lifecycle/lifecycle.ts';
import { TEST_CA } from '../bmc/certificates.ts';

const NODE = { uuid: '7f0d3cfc-6f6f-4f3c-9f7e-0a5d8e3b1c11', name: 'rack1-u07', instance_uuid: null };
const OURS = { links: [{ id: 'a' }], networks: [], services: [] };
const filesOf = (request: ConfigDriveRequest, more: { name?: string; report?: string } = {}) =>
  configDriveFiles({
    node: { ...NODE, name: more.name ?? NODE.name },
    request,
    networkData: OURS,
    report: more.report ?? null,
  });
const jsonOf = (request: ConfigDriveRequest, file: string, more = {}): unknown =>
  JSON.parse(filesOf(request, more)[`openstack/latest/${file}`] ?? 'null');

describe('the files of a config drive', () => {
  test('without any request: who the machine is, and its network', () => {
    expect(Object.keys(filesOf({}))).toEqual([
      'openstack/latest/meta_data.json',
      'openstack/latest/network_data.json',
    ]);
    expect(jsonOf({}, 'meta_data.json')).toEqual({
      uuid: NODE.uuid,
      name: 'rack1-u07',
      hostname: 'rack1-u07',
      launch_index: 0,
    });
  });

  test('a node whose name is no host name gets one from its uuid', () => {
    expect(jsonOf({}, 'meta_data.json', { name: 'rack 1 / unit 7' })).toMatchObject({
      hostname: 'node-7f0d3cfc',
    });
  });

  test("the operator's meta data and network data win over ours", () => {
    const theirs = { links: [{ id: 'theirs' }] };
    expect(jsonOf({ network_data: theirs }, 'network_data.json')).toEqual(theirs);
    expect(jsonOf({ meta_data: { hostname: 'web-1', role: 'web' } }, 'meta_data.json')).toMatchObject({
      hostname: 'web-1',
      role: 'web',
    });
  });

  test('network data without a link is left out, so that the OS does as it does by itself', () => {
    expect(jsonOf({ network_data: { links: [] } }, 'network_data.json')).toBeNull();
  });

  test('user data arrives as it was written', () => {
    expect(filesOf({ user_data: '#cloud-config\n{}\n' })['openstack/latest/user_data']).toBe(
      '#cloud-config\n{}\n',
    );
  });

  test("the report stands beside the operator's vendor data", () => {
    const report = '#!/bin/sh\n';
    expect(jsonOf({}, 'vendor_data.json', { report })).toEqual({ 'cloud-init': report });
    expect(
      jsonOf({ vendor_data: { site: 'x', 'cloud-init': ['a'] } }, 'vendor_data.json', { report }),
    ).toEqual({
      site: 'x',
      'cloud-init': ['a', report],
    });
    expect(jsonOf({ vendor_data: { site: 'x' } }, 'vendor_data.json')).toEqual({ site: 'x' });
  });
});

describe('checking what the operator wants on the drive', () => {
  test.each<readonly [string, ConfigDriveRequest, string]>([
    [
      'a host name with a blank',
      { meta_data: { hostname: 'web 1' } },
      'configdrive/meta_data/hostname must be a host name',
    ],
    [
      'keys that are no texts',
      { meta_data: { public_keys: { me: 1 } } },
      'configdrive/meta_data/public_keys/me',
    ],
    ['files that would be missing', { meta_data: { files: [] } }, 'use write_files in user_data'],
    ['binary user data', { user_data: 'a\0b' }, 'configdrive/user_data must be text'],
    [
      'links that are no list',
      { network_data: { links: 'eth0' } },
      'configdrive/network_data/links has the wrong type',
    ],
    [
      'a vendor part of the wrong kind',
      { vendor_data: { 'cloud-init': 3 } },
      'configdrive/vendor_data/cloud-init',
    ],
  ])('%s is refused', (_name, request, sentence) => {
    expect(() => checkConfigDriveRequest(request)).toThrow(sentence);
  });

  test('a sound request passes', () => {
    const request = {
      meta_data: { hostname: 'web-1.example.org' },
      user_data: '#!/bin/sh\n',
      network_data: OURS,
    };
    expect(() => checkConfigDriveRequest(request)).not.toThrow();
  });

  test('more than 64 MiB is refused before anything is written', async () => {
    const files = { user_data: 'x'.repeat(65 * 1024 * 1024) };
    await expect(makeConfigDriveIso(files, '/nowhere')).rejects.toMatchObject({
      code: 'too_large',
      message: 'the config drive has 65 MiB, more than 64 MiB',
    });
  });
});

describe('the report script', () => {
  const ACCESS = { url: 'http://10.40.0.1:6180/', authority: null, token: 'abc.DEF-1' };

  test('holds the status call and the token in its one line of configuration', async () => {
    const script = await reportScript(NODE.uuid, ACCESS);
    const line = `CONFIG = {"url":"http://10.40.0.1:6180/lcm/v1/nodes/${NODE.uuid}/status","token":"abc.DEF-1"}`;
    expect(script.split('\n').filter((text) => text.startsWith('CONFIG'))).toEqual([line]);
  });

  test('holds the one certificate that it believes', async () => {
    const script = await reportScript(NODE.uuid, { ...ACCESS, authority: TEST_CA });
    const ca = /^CONFIG = .*"ca":"([^"]+)"/m.exec(script)?.[1] ?? '';
    expect(TEST_CA.replaceAll(/-----[^-]+-----|\n/g, '')).toBe(ca);
  });

  test.each(['a"b', 'a\\b', 'a\nb', 'ä'])(
    'a token that is no plain literal (%j) is never written into it',
    async (token) => {
      await expect(reportScript(NODE.uuid, { ...ACCESS, token })).rejects.toMatchObject({
        code: 'internal',
      });
    },
  );
});
