import { mkdir, readdir, readlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { AddressHolder } from '../../src/net/address-holder.ts';
import { entry, MAC, mac } from './fixtures.ts';
import { type BootHttp, IMAGE, INITRD, startBootHttp } from './http-harness.ts';

let at: BootHttp;
beforeEach(async () => {
  at = await startBootHttp({ limits: { ramdisks: 1, images: 2 } });
});
afterEach(() => at.stop());

const get = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${at.port}${path}`, init);
const bytes = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());
/** Facts come when the answer has left, so just after the client has it. */
const facts = () => expect.poll(() => at.facts);
const IMAGE_PATH = `/images/${IMAGE.id}`;

describe('boot programs', () => {
  test('HEAD and GET say the same, as UEFI HTTP boot needs it: length, type, tag, date', async () => {
    const [head, whole] = [
      await get('/boot/snponly.efi', { method: 'HEAD' }),
      await get('/boot/snponly.efi'),
    ];
    for (const response of [head, whole]) {
      expect(response.status).toBe(200);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'application/efi',
        'content-length': '14',
        'accept-ranges': 'bytes',
        etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
        'last-modified': expect.stringMatching(/GMT$/),
      });
    }
    expect([await head.text(), await whole.text()]).toEqual(['', 'a boot program']);
    await facts().toMatchObject([{ kind: 'boot.program', address: '127.0.0.1', bytes: 14 }]);
  });

  test('two slashes are one, for shim asks so for what lies beside it', async () => {
    expect(await (await get('/boot//snponly.efi')).text()).toBe('a boot program');
  });

  test.each([
    ['/boot//revocations_sku.efi', 'shim'],
    ['/boot//revocations_sbat.efi', 'shim'],
    ['/boot/autoexec.ipxe', 'iPXE'],
    ['/grub/x86_64-efi/command.lst', 'GRUB'],
  ])('%s, which is not there and is asked for by habit, is no failure', async (path, who) => {
    expect((await get(path)).status).toBe(404);
    await facts().toMatchObject([
      { kind: 'boot.request', sentence: expect.stringContaining(`by HTTP, which is not there: ${who} asks`) },
    ]);
    expect(at.counts().not_found).toBe(1);
  });

  test('one that Debian has and that is not installed says what to install', async () => {
    const response = await get('/boot/undionly.kpxe');
    expect(response.status).toBe(404);
    expect(await response.text()).toMatch(
      /undionly\.kpxe does not exist\. Install it with "apt-get install ipxe"/,
    );
  });
});

describe('the script', () => {
  test('is that of the MAC in the path, and names our address on that network', async () => {
    at.entries.set(MAC, entry('ramdisk'));
    const response = await get('/ipxe/52-54-00-AB-cd-ef');
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).toContain(`kernel http://127.0.0.1:${at.port}/files/\${folder}vmlinuz `);
    await facts().toMatchObject([
      { kind: 'boot.script', mac: MAC, sentence: 'iPXE fetched its script, to load the ramdisk' },
    ]);
  });

  test.each<[string, AddressHolder]>([
    ['DHCP gave to nobody', { kind: 'nobody' }],
    ['DHCP gave to another machine', { kind: 'machine', mac: mac('52:54:00:99:99:99') }],
  ])('with its ticket is not for an address that %s; the node says so', async (_what, holder) => {
    await at.stop();
    at = await startBootHttp({ holder });
    at.entries.set(MAC, { ...entry('ramdisk'), ticket: 'TICKET' });
    const script = await (await get('/ipxe/52-54-00-ab-cd-ef')).text();
    expect(script).toContain('this is not taken for rack1-07: DHCP gave 127.0.0.1 to');
    expect(script).not.toContain('TICKET');
    await facts().toMatchObject([{ kind: 'boot.failed', mac: MAC, address: null }]);
    at.entries.set(MAC, entry('disk'));
    expect(await (await get('/ipxe/52-54-00-ab-cd-ef')).text()).toContain('sanboot');
  });

  test.each<[string, AddressHolder]>([
    ['that nobody can know', { kind: 'untold' }],
    ['of the machine', { kind: 'machine', mac: MAC }],
    ['of another port of the machine', { kind: 'machine', mac: mac('52:54:00:ab:cd:00') }],
  ])('has its ticket for an address %s', async (_what, holder) => {
    await at.stop();
    at = await startBootHttp({ holder });
    const node = { ...entry('ramdisk'), ticket: 'TICKET' };
    at.entries.set(MAC, node).set(mac('52:54:00:ab:cd:00'), { ...node, mac: mac('52:54:00:ab:cd:00') });
    expect(await (await get('/ipxe/52-54-00-ab-cd-ef')).text()).toContain(' ingot-ticket=TICKET ');
  });

  test('changes with what the node shall boot', async () => {
    at.entries.set(MAC, entry('disk'));
    expect(await (await get('/ipxe/52-54-00-ab-cd-ef')).text()).toContain('sanboot');
    at.entries.clear();
    expect(await (await get('/ipxe/52-54-00-ab-cd-ef')).text()).toContain('does not know');
  });
});

describe("GRUB's configuration", () => {
  const OWN = '/grub/grub.cfg-01-52:54:00:ab:cd:ef';

  test('leads to that of the MAC, which names files that are there, and is a stage of the boot', async () => {
    const dir = join(at.folder, 'secure');
    await mkdir(dir);
    await writeFile(join(dir, 'grubx64.efi'), 'a GRUB that says GET / HTTP/1.1');
    const withHttp = await startBootHttp({ secureBootDir: dir });
    onTestFinished(withHttp.stop);
    withHttp.entries.set(MAC, entry('ramdisk'));
    const load = async (path: string): Promise<string> =>
      (await fetch(`http://127.0.0.1:${withHttp.port}${path}`)).text();
    expect(await load('/grub/grub.cfg')).toContain('source /grub/grub.cfg-01-$net_default_mac');
    expect(withHttp.facts).toEqual([]);
    expect(withHttp.arrived).toEqual([]);
    const own = await load(OWN);
    expect(own).toContain('set folder=/files/; fi');
    expect(withHttp.arrived).toEqual([MAC]);
    const [, initrd = ''] = /if initrd \$\{folder\}(\S+);/.exec(own) ?? [];
    expect((await load(`/files/${initrd}`)).length).toBeGreaterThan(0);
    await expect.poll(() => withHttp.facts).toMatchObject([{ kind: 'boot.script', mac: MAC }, {}]);
  });

  test('is not given where no GRUB could ask for it', async () => {
    at.entries.set(MAC, entry('ramdisk'));
    for (const path of ['/grub/grub.cfg', OWN]) expect((await get(path)).status, path).toBe(404);
  });
});

describe('kernel and ramdisk', () => {
  test('the ramdisk comes whole and in parts', async () => {
    expect((await bytes(await get('/files/initrd.zst'))).equals(INITRD)).toBe(true);
    const part = await get('/files/initrd.zst', { headers: { range: 'bytes=100-199' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 100-199/${INITRD.length}`]);
    expect((await bytes(part)).equals(INITRD.subarray(100, 200))).toBe(true);
    await facts().toMatchObject([{ kind: 'boot.initrd' }]);
  });

  test('a new build is served at once, under a new tag', async () => {
    const before = (await get('/files/initrd.zst')).headers.get('etag');
    await writeFile(join(at.folder, 'initrd.zst'), 'a new ramdisk');
    const after = await get('/files/initrd.zst');
    expect(await after.text()).toBe('a new ramdisk');
    expect(after.headers.get('etag')).not.toBe(before);
  });

  test('of a ramdisk for ARM64 that nobody has built the sentence says how', async () => {
    const missing = await get('/files/arm64/vmlinuz');
    expect([missing.status, await missing.text()]).toEqual([
      404,
      `the kernel is not built yet (${at.folder}/arm64/vmlinuz does not exist): run "npm run ramdisk -- --arch arm64 --into ${at.folder}"\n`,
    ]);
  });

  test('a kernel that is not built yet is a sentence, and is served once it is there', async () => {
    const missing = await get('/files/vmlinuz');
    expect([missing.status, await missing.text()]).toEqual([
      404,
      expect.stringMatching(/^the kernel is not built yet/),
    ]);
    await facts().toMatchObject([
      { kind: 'boot.failed', sentence: expect.stringContaining('not built yet') },
    ]);
    await writeFile(join(at.folder, 'vmlinuz'), 'a kernel');
    expect(await (await get('/files/vmlinuz')).text()).toBe('a kernel');
  });

  test('a copy that is still good is not sent again', async () => {
    const etag = (await get('/files/initrd.zst')).headers.get('etag') ?? '';
    const again = await get('/files/initrd.zst', { headers: { 'if-none-match': etag } });
    expect([again.status, (await bytes(again)).length]).toEqual([304, 0]);
    await utimes(join(at.folder, 'initrd.zst'), 1, 1);
    expect((await get('/files/initrd.zst', { headers: { 'if-none-match': etag } })).status).toBe(200);
  });
});

describe('images', () => {
  test('come whole, from disk', async () => {
    const response = await get(IMAGE_PATH);
    expect(response.headers.get('content-length')).toBe(String(IMAGE.content.length));
    expect((await bytes(response)).equals(IMAGE.content)).toBe(true);
    await facts().toMatchObject([{ kind: 'boot.image', bytes: IMAGE.content.length }]);
  });

  test.each([
    [0, 0],
    [1, 1_048_576],
    [1_048_576, 3_145_727],
    [4_999_999, 4_999_999],
  ])('bytes %i to %i are exactly those', async (first, last) => {
    const response = await get(IMAGE_PATH, { headers: { range: `bytes=${first}-${last}` } });
    expect((await bytes(response)).equals(IMAGE.content.subarray(first, last + 1))).toBe(true);
  });

  test('a range behind the start is no event: agents fetch thousands of them', async () => {
    await bytes(await get(IMAGE_PATH, { headers: { range: 'bytes=5-' } }));
    await get(IMAGE_PATH, { method: 'HEAD' });
    expect(at.facts).toEqual([]);
  });

  test('clients that break off leave no file open, and the server serves on', async () => {
    for (let i = 0; i < 20; i++) {
      const abort = new AbortController();
      const response = await get(IMAGE_PATH, { signal: abort.signal });
      const reader = response.body?.getReader();
      await reader?.read();
      abort.abort();
      await expect.poll(() => openFiles(at.folder)).toEqual([]);
    }
    expect((await bytes(await get(IMAGE_PATH))).equals(IMAGE.content)).toBe(true);
    await facts().toContainEqual(expect.objectContaining({ kind: 'boot.failed' }));
  });

  test('an image that vanished from the disk is an error and no crash', async () => {
    await unlink(join(at.folder, 'image.raw'));
    expect((await get(IMAGE_PATH)).status).toBe(500);
    await facts().toMatchObject([{ kind: 'boot.failed' }]);
  });

  test('a file that is shorter than promised ends the connection, so that nobody takes it for whole', async () => {
    await writeFile(join(at.folder, 'image.raw'), IMAGE.content.subarray(0, 2_000_000));
    await expect(get(IMAGE_PATH).then(bytes)).rejects.toThrow();
  });
});

describe('what is not served', () => {
  test.each([
    '/boot/',
    '/boot/../ipxe/snponly.efi',
    '/boot/..%2fimage.raw',
    '/boot/%2e%2e/image.raw',
    '/boot/snponly.efi/',
    '/boot/snponly.efi%00',
    '/boot//etc/passwd',
    '/boot/__proto__',
    '/files/../image.raw',
    '/files/..%5cimage.raw',
    '/files/constructor',
    '/files/',
    '/images/',
    '/images/../image.raw',
    `/images/${IMAGE.id}/`,
    '/images/unknown',
    '/ipxe/',
    '/ipxe/not-a-mac',
    '/ipxe/52-54-00-ab-cd-ef/..',
  ])('%s is not found', async (path) => {
    expect(await rawStatus(at.port, path)).toBe(404);
  });

  test.each(['/', '/v1/lookup', '/v1/heartbeat/x', '/bootx', '/../boot/snponly.efi', '*'])(
    '%s is left to others',
    async (path) => {
      expect(await rawStatus(at.port, path)).toBe(418);
    },
  );

  test('other methods are not allowed', async () => {
    const response = await get('/files/initrd.zst', { method: 'PUT', body: 'x' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

/** Sends the path as it is: `fetch` would tidy it up. */
function rawStatus(port: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`),
    );
    socket.once('data', (data) => {
      resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(data.toString('latin1'))?.[1]));
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

/** Files below the folder that this process has open. */
async function openFiles(folder: string): Promise<readonly string[]> {
  const fds = await readdir('/proc/self/fd');
  const links = await Promise.all(fds.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  return links.filter((link) => link.startsWith(folder));
}
