/**
 * The boot contract: whatever file or URL DHCP names to any kind of client is there, byte for byte, fetched by
 * Debian's own clients (atftp, tftp-hpa, curl) from the running servers, with Debian's iPXE in them.
 */
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeSecureBootDir } from '../../scripts/secure-boot-dir.ts';
import { ARCHITECTURES } from '../../src/boot/architectures.ts';
import { type BootOptions, bootClientOf } from '../../src/boot/client.ts';
import { type BootEntry, type BootSite, decideBoot } from '../../src/boot/decision.ts';
import { renderDhcpBootFields } from '../../src/boot/dhcp-fields.ts';
import { createGrubFiles } from '../../src/boot/grub-files.ts';
import { contentsOf } from '../../src/boot/manifest.ts';
import { macWithHyphens } from '../../src/net/mac.ts';
import { IPXE_PROGRAMS } from '../../src/store/words.ts';
import { firstOf, type TftpFiles } from '../../src/tftp/names.ts';
import { GOOD, LEAF_KEY, TEST_CA } from '../bmc/certificates.ts';
import { type Harness, startServer } from '../tftp/harness.ts';
import { CLIENTS, entry, IPXE_WITH_HTTP, ipv4, MAC, NOBODY, SITE } from './fixtures.ts';
import { type BootHttp, INITRD, startBootHttp } from './http-harness.ts';

const run = promisify(execFile);
const IPXE_DIR = '/usr/lib/ipxe';

let http: BootHttp;
let tftp: Harness;

beforeAll(async () => {
  const tls = { cert: GOOD, key: LEAF_KEY };
  http = await startBootHttp({ ipxeDir: IPXE_DIR, secureBootDir: makeSecureBootDir(), tls });
  const grub = createGrubFiles({
    kernelArgs: '',
    elapsed: () => 0,
    bootEntry: (mac) => http.entries.get(mac) ?? null,
    onLoaded: () => undefined,
  });
  const ramdisk = new Map([
    ['vmlinuz', Buffer.from('a kernel')],
    ['initrd.zst', INITRD],
  ]);
  const configurations: TftpFiles = {
    get: (name, address) => grub.on(SITE).get(name, { address, holder: { kind: 'untold' } }),
  };
  tftp = await startServer(firstOf(configurations, contentsOf(http.manifest), ramdisk));
  http.entries.set(MAC, entry('ramdisk'));
  await writeFile(join(http.folder, 'vmlinuz'), 'a kernel');
  await writeFile(join(http.folder, 'ca.pem'), TEST_CA);
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

/** All that a machine may be to ingot: unknown, booting its disk or the ramdisk, by whichever program. */
const ENTRIES: readonly (BootEntry | null)[] = [
  null,
  entry('disk'),
  entry('ramdisk'),
  { ...entry('ramdisk'), secureBoot: true },
  ...IPXE_PROGRAMS.map((program) => ({ ...entry('ramdisk'), program })),
];

/** One thing that DHCP names in some case. */
type Named = { readonly name: string; readonly siaddr: string; readonly isScript: boolean };

/**
 * What DHCP names to that client in every case there is: each node, each site, alone and as a proxy, before and after.
 */
function namedTo(options: BootOptions): readonly Named[] {
  const client = bootClientOf(options);
  const sites = [null, http.tlsPort].map(
    (uefiHttpsPort): BootSite => ({
      ...SITE,
      serverAddress: ipv4('127.0.0.1'),
      httpPort: http.port,
      syslog: true,
      uefiHttpsPort,
    }),
  );
  const cases = sites.flatMap((site) =>
    ENTRIES.flatMap((node) =>
      [false, true].flatMap((again) => [false, true].map((asProxy) => ({ site, node, again, asProxy }))),
    ),
  );
  return cases.flatMap(({ site, node, again, asProxy }): readonly Named[] => {
    const { files } = http.manifest;
    const decision = decideBoot({ client, mac: MAC, entry: node, site, chained: again, files });
    const fields = renderDhcpBootFields({ decision, client, site, asProxy });
    if (fields === null) {
      expect(decision).toMatchObject({ action: 'none', reason: expect.stringMatching(/\w/) });
      return [];
    }
    const option = fields.options.find(({ code }) => code === 67)?.value ?? Buffer.alloc(0);
    const name = Buffer.from(option).toString('latin1').replace(/\0$/, '');
    expect(name).toBe(fields.file);
    expect(name === '').toBe(decision.action === 'own-files');
    return name === '' ? [] : [{ name, siaddr: fields.siaddr, isScript: decision.action === 'script' }];
  });
}

/** Each once, whoever is told it. */
async function everyName(): Promise<readonly Named[]> {
  const named = EVERYBODY.flatMap(([, options]) => namedTo(options));
  return [...new Map(named.map((one) => [one.name, one])).values()];
}

test('whatever DHCP names to any machine in any case is there', { timeout: 60_000 }, async () => {
  const all = await everyName();
  for (const { name, siaddr, isScript } of all) {
    const got = await fetchAs(name, siaddr);
    const key = name.replace(/^https?:\/\/[^/]+\/boot\//, '');
    const expected = http.manifest.files.get(key)?.content;
    if (isScript) expect(got.toString(), name).toMatch(/^#!ipxe\n/);
    else expect(expected !== undefined && got.equals(expected), name).toBe(true);
  }
  const names = all.map(({ name }) => name.replace(/:\d+/, ''));
  expect(names).toEqual(
    expect.arrayContaining([
      'undionly.kpxe',
      'undionly.kkpxe',
      'ipxe.pxe',
      'snponly.efi',
      'ipxe.efi',
      'shimx64.efi',
      'http://127.0.0.1/boot/snponly.efi',
      'https://127.0.0.1/boot/snponly.efi',
      'http://127.0.0.1/ipxe/52-54-00-ab-cd-ef',
    ]),
  );
});

test('so is what shim and GRUB ask for after it, down to kernel and ramdisk', async () => {
  const grub = http.manifest.files.get('grubx64.efi')?.content;
  expect(grub !== undefined && (await fetchAs('grubx64.efi', '127.0.0.1')).equals(grub)).toBe(true);
  const forAll = String(await fetchAs('/grub/grub.cfg', '127.0.0.1'));
  const [, prefix = ''] = /source (\S+)\$net_default_mac/.exec(forAll) ?? [];
  // GRUB writes colons, which tftp-hpa takes for the end of a host's name.
  const own = String(await fetchAs(`${prefix}${macWithHyphens(MAC)}`, '127.0.0.1'));
  const fileOf = (word: string): string =>
    (new RegExp(`if ${word} \\$\\{folder\\}(\\S+?)[ ;]`).exec(own)?.[1] ?? '').replace(/;$/, '');
  expect(String(await fetchAs(`/${fileOf('linux')}`, '127.0.0.1'))).toBe('a kernel');
  expect((await fetchAs(`/${fileOf('initrd')}`, '127.0.0.1')).equals(INITRD)).toBe(true);
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
  if (/^https?:/.test(nameOrUrl)) {
    await run('curl', ['-sS', '-f', '--cacert', join(http.folder, 'ca.pem'), '-o', target, nameOrUrl]);
    return readFile(target);
  }
  const port = String(tftp.server.port);
  await run('atftp', ['--option', 'blksize 1468', '--get', '-r', nameOrUrl, '-l', target, server, port]);
  const first = await readFile(target);
  await run('tftp', ['-m', 'binary', server, port, '-c', 'get', nameOrUrl, target]);
  expect((await readFile(target)).equals(first)).toBe(true);
  return first;
}
