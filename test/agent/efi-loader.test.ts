import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseLoader } from '../../src/agent/efi/boot-entry.ts';
import { entriesWithLabel, findLoader } from '../../src/agent/efi/loader.ts';
import { tempFolder } from './support/disks.ts';

/** A mounted EFI partition with these files. */
function esp(files: Readonly<Record<string, Buffer | string>>): string {
  const folder = tempFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const CSV = Buffer.from('\ufeffshimx64.efi,Debian GNU/Linux,,This is the boot entry\n', 'utf16le');

describe('the boot loader of an EFI partition', () => {
  it('is the one that the distribution names in its BOOTX64.CSV', async () => {
    const folder = esp({
      'EFI/debian/BOOTX64.CSV': CSV,
      'EFI/debian/shimx64.efi': '',
      'EFI/debian/grubx64.efi': '',
    });
    expect(await chooseLoader(folder, 'x86_64')).toEqual({
      path: '\\EFI\\debian\\shimx64.efi',
      label: 'Debian GNU/Linux',
    });
  });

  it('is found by name when the CSV names a file that is not there', async () => {
    const folder = esp({ 'EFI/debian/BOOTX64.CSV': CSV, 'EFI/debian/grubx64.efi': '' });
    expect(await chooseLoader(folder, 'x86_64')).toEqual({
      path: '\\EFI\\debian\\grubx64.efi',
      label: 'debian',
    });
  });

  it.each<[string, readonly [string, string][], string, string | null]>([
    [
      'shim before grub',
      [
        ['debian', 'grubx64.efi'],
        ['debian', 'shimx64.efi'],
      ],
      'x86_64',
      '\\EFI\\debian\\shimx64.efi',
    ],
    [
      'grub of a vendor before the removable path',
      [
        ['BOOT', 'BOOTX64.EFI'],
        ['debian', 'grubx64.efi'],
      ],
      'x86_64',
      '\\EFI\\debian\\grubx64.efi',
    ],
    [
      'the removable path if there is no other',
      [['BOOT', 'BOOTX64.EFI']],
      'x86_64',
      '\\EFI\\BOOT\\BOOTX64.EFI',
    ],
    [
      "ARM64's shim, where that is the processor",
      [
        ['BOOT', 'BOOTAA64.EFI'],
        ['debian', 'grubaa64.efi'],
        ['debian', 'shimaa64.efi'],
        ['debian', 'shimx64.efi'],
      ],
      'aarch64',
      '\\EFI\\debian\\shimaa64.efi',
    ],
    ["ARM64's removable path", [['BOOT', 'BOOTAA64.EFI']], 'aarch64', '\\EFI\\BOOT\\BOOTAA64.EFI'],
    ['only files of the architecture', [['BOOT', 'BOOTX64.EFI']], 'aarch64', null],
    ['nothing in an empty partition', [], 'x86_64', null],
  ])('is %s', (_, names, architecture, path) => {
    const files = names.map(([vendor, name]) => ({ vendor, name }));
    expect(findLoader(files, architecture)?.path ?? null).toBe(path);
  });
});

describe("efibootmgr's list", () => {
  it('gives the numbers of the entries with exactly this label', () => {
    const listing = [
      'BootCurrent: 0003',
      'BootOrder: 0003,0001,0000',
      'Boot0000* UiApp\tFvVol(7cb8bdc9)/FvFile(462caa21)',
      'Boot0001* debian\tHD(15,GPT,6f1b)/File(\\EFI\\debian\\shimx64.efi)',
      'Boot0002  debian\tHD(15,GPT,0000)/File(\\EFI\\debian\\shimx64.efi)',
      'Boot0003* debian-old\tHD(1,GPT,1234)',
    ].join('\n');
    expect(entriesWithLabel(listing, 'debian')).toEqual(['0001', '0002']);
  });
});
