/**
 * The boot contract: whatever file or URL DHCP names to any kind of client is there, byte for byte, fetched by
 * Debian's own clients (atftp, tftp-hpa, curl) from the running servers, with Debian's iPXE in them.
 */
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ARCHITECTURES } from '../../src/boot/architectures.ts';
import { type BootOptions, bootClientOf } from '../../src/boot/client.ts';
import { type BootSite, decideBoot } from '../../src/boot/decision.ts';
import { renderDhcpBootFields } from '../../src/boot/dhcp-fields.ts';
import { contentsOf } from '../../src/boot/manifest.ts';
import { type Harness, startServer } from '../tftp/harness.ts';
import { CLIENTS, entry, IPXE_WITH_HTTP, ipv4, MAC, NOBODY } from './fixtures.ts';
import { type BootHttp, INITRD, startBootHttp } from './http-harness.ts';

const run = promisify(execFile);
const IPXE_DIR = '/usr/lib/ipxe';

let http: BootHttp;
let tftp: Harness;

beforeAll(async () => {
  http = await startBootHttp({ ipxeDir: IPXE_DIR });
  tftp = await startServer(contentsOf(http.manifest));
  http.entries.set(MAC, entry('ramdisk'));
  await writeFile(join(http.folder, 'vmlinuz'), 'a kernel');
});
afterAll(async () => {
  await tftp.server.stop();
  await http.stop();
});

/** Every client that the tests know, and a firmware client for every architecture code. */
const EVERYBODY: readonly (readonly [string, BootOptions])[] = [
  ...Object.entries(CLIENTS),
  ['iPXE by RFC 3004', { ...CLIENTS['iPXE in UEFI'], userClass: Buffer.from('\x04iPXE') }],
  [
    'an iPXE that leaves out its user class',
    { ...CLIENTS['iPXE in UEFI'], userClass: null, ipxe: IPXE_WITH_HTTP },
  ],
  ['BlueField', { ...NOBODY, vendorClass: 'HTTPClient:Arch:00007:UNDI:003000', archs: [7] }],
  ...[...ARCHITECTURES].map(([code, { name, transport }]): readonly [string, BootOptions] => {
    const vendor = transport === 'http' ? 'HTTPClient' : 'PXEClient';
    return [`firmware ${code}, ${name}`, { ...NOBODY, vendorClass: vendor, archs: [code] }];
  }),
];

describe.each(EVERYBODY)('%s', (_name, options) => {
  test('finds what DHCP names', async () => {
    const site: BootSite = {
      serverAddress: ipv4('127.0.0.1'),
      httpPort: http.port,
      syslog: true,
      uefiHttpsPort: null,
    };
    const client = bootClientOf(options);
    const decision = decideBoot({
      client,
      mac: MAC,
      entry: entry('ramdisk'),
      site,
      files: http.manifest.files,
    });
    const fields = renderDhcpBootFields({ decision, client, site });
    if (fields === null) {
      expect(decision).toMatchObject({ action: 'none', reason: expect.stringMatching(/\w/) });
      return;
    }
    const named = fields.options.find(({ code }) => code === 67)?.value ?? Buffer.alloc(0);
    const name = Buffer.from(named).toString('latin1').replace(/\0$/, '');
    expect(name).toBe(fields.file);
    if (decision.action === 'own-files') {
      expect(name).toBe('');
      return;
    }
    const got = await fetchAs(name, fields.siaddr);
    const expected = http.manifest.files.get(name.split('/').at(-1) ?? '')?.content;
    if (decision.action === 'script') expect(got.toString()).toMatch(/^#!ipxe\n/);
    else expect(expected !== undefined && got.equals(expected)).toBe(true);
  });
});

test('BIOS and x64 machines, over TFTP and HTTP, get a program from Debian as it comes', () => {
  expect(http.manifest.missing).toEqual([]);
  expect([...http.manifest.files.keys()]).toEqual(
    expect.arrayContaining(['undionly.kpxe', 'ipxe.pxe', 'snponly.efi', 'ipxe.efi']),
  );
});

test('the script names a kernel and a ramdisk that are there', async () => {
  const script = (
    await fetchAs(`http://127.0.0.1:${http.port}/ipxe/52-54-00-ab-cd-ef`, '127.0.0.1')
  ).toString();
  // A setting that only other processors have, which reads as nothing on this one.
  const named = (word: string): string =>
    (new RegExp(`^${word} (\\S+) `, 'm').exec(script)?.[1] ?? '').replace(`\${folder}`, '');
  const [kernel, initrd] = [named('kernel'), named('initrd')];
  expect((await fetchAs(kernel, '')).toString()).toBe('a kernel');
  expect((await fetchAs(initrd, '')).equals(INITRD)).toBe(true);
});

test('curl resumes a ramdisk that broke off', async () => {
  const target = join(http.folder, 'resumed');
  await writeFile(target, INITRD.subarray(0, 1_234_567));
  await run('curl', ['-sS', '-f', '-C', '-', '-o', target, `http://127.0.0.1:${http.port}/files/initrd.zst`]);
  expect((await readFile(target)).equals(INITRD)).toBe(true);
});

test.each(['../../etc/passwd', '/etc/passwd', '/usr/lib/ipxe/undionly.kpxe', '..\\snponly.efi'])(
  'neither server gives out %s',
  async (name) => {
    await expect(fetchAs(name, '127.0.0.1')).rejects.toThrow(/no such file/);
    const url = `http://127.0.0.1:${http.port}/boot/${name}`;
    await expect(run('curl', ['-sS', '-f', '--path-as-is', '-g', url])).rejects.toThrow(/404/);
  },
);

/** URLs by curl; names by atftp and again by tftp-hpa, which must agree. */
async function fetchAs(nameOrUrl: string, server: string): Promise<Buffer> {
  const target = join(http.folder, 'fetched');
  await rm(target, { force: true });
  if (nameOrUrl.startsWith('http://')) {
    await run('curl', ['-sS', '-f', '-o', target, nameOrUrl]);
    return readFile(target);
  }
  const port = String(tftp.server.port);
  await run('atftp', ['--option', 'blksize 1468', '--get', '-r', nameOrUrl, '-l', target, server, port]);
  const first = await readFile(target);
  await run('tftp', ['-m', 'binary', server, port, '-c', 'get', nameOrUrl, target]);
  expect((await readFile(target)).equals(first)).toBe(true);
  return first;
}
