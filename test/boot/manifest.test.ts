import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contentsOf, loadBootManifest } from '../../src/boot/manifest.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-manifest-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the manifest of boot programs', () => {
  test('holds the known programs that are there, and only those', async () => {
    await mkdir(join(folder, 'arm64'));
    for (const name of ['undionly.kpxe', 'snponly.efi', 'arm64/snponly.efi', 'secret.txt'])
      await writeFile(join(folder, name), `content of ${name}`);
    const manifest = await loadBootManifest(folder, join(folder, 'none'));
    expect([...manifest.files.keys()].sort()).toEqual(['arm64/snponly.efi', 'snponly.efi', 'undionly.kpxe']);
    expect(manifest.missing).toEqual([]);
    expect(Buffer.from(contentsOf(manifest).get('snponly.efi') ?? []).toString()).toBe(
      'content of snponly.efi',
    );
  });

  test('takes the programs by the names that they have in Debian 13, too', async () => {
    const names = ['ipxe-arm64.efi', 'ipxe-loong64.efi', 'ipxe-riscv64.efi'];
    for (const name of names) await writeFile(join(folder, name), `content of ${name}`);
    const { files } = await loadBootManifest(folder, join(folder, 'none'));
    expect([...files.keys()].sort()).toEqual(names);
  });

  test("takes shim and GRUB from a folder of one's own", async () => {
    const own = join(folder, 'own');
    await mkdir(own);
    for (const name of ['shimx64.efi', 'grubx64.efi']) await writeFile(join(own, name), `my ${name}`);
    const { files } = await loadBootManifest(folder, own);
    expect([...files.keys()].sort()).toEqual(['grubx64.efi', 'shimx64.efi']);
  });

  test.each([
    ['its own HTTP', 'GET / HTTP/1.1'],
    ["the firmware's HTTP", 'UefiHttpBoot/1.0'],
  ])('tells of a GRUB with %s that it loads by that, and of none without', async (_what, words) => {
    const grub = join(folder, 'grubx64.efi');
    await writeFile(grub, Buffer.concat([Buffer.alloc(5000, 0xff), Buffer.from(words), Buffer.alloc(9)]));
    expect([...(await loadBootManifest(folder, folder)).httpGrubs]).toEqual(['grubx64.efi']);
    await writeFile(grub, 'a GRUB for TFTP');
    expect([...(await loadBootManifest(folder, folder)).httpGrubs]).toEqual([]);
  });

  test('an empty folder is no error: what is missing is said, with what to install', async () => {
    const manifest = await loadBootManifest(join(folder, 'nothing'), folder);
    expect(manifest.files.size).toBe(0);
    expect(manifest.missing).toEqual(
      ['undionly.kpxe', 'snponly.efi'].map((name) => ({
        name,
        why: `${join(folder, 'nothing', name)} does not exist`,
        hint: expect.stringContaining('apt-get install ipxe'),
      })),
    );
  });

  test('a program that cannot be one is said too: empty, or a folder', async () => {
    await writeFile(join(folder, 'undionly.kpxe'), '');
    await mkdir(join(folder, 'snponly.efi'));
    const { missing } = await loadBootManifest(folder);
    expect(missing.map(({ name, why }) => [name, why])).toEqual([
      ['undionly.kpxe', expect.stringContaining('has 0 bytes')],
      ['snponly.efi', expect.stringMatching(/has \d+ bytes|EISDIR/)],
    ]);
  });
});
