import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../src/agent/base/run.ts';
import { type Disk, MIB } from '../../src/agent/disk/disk.ts';
import { installBootEntry } from '../../src/agent/efi/boot-entry.ts';
import { fileDisk } from './support/disks.ts';
import { mbrImage } from './support/images.ts';
import { testMachine } from './support/machine.ts';

/** Programs of a UEFI machine: mounting shows `esp`, efibootmgr lists an old entry of the same name. */
function firmware(esp: readonly string[]): { readonly run: Run; readonly calls: readonly string[] } {
  const calls: string[] = [];
  const run: Run = async (program, args) => {
    const folder = args.at(-1) ?? '';
    calls.push([program, ...args].join(' ').replace(folder, folder.endsWith('/esp') ? 'ESP' : folder));
    if (program === 'mount' && args.includes('vfat')) {
      for (const file of esp) {
        mkdirSync(join(folder, file, '..'), { recursive: true });
        writeFileSync(join(folder, file), '');
      }
    }
    const listing = 'BootOrder: 0004,0001\nBoot0001* UEFI PXE\tPci(3)\nBoot0004* debian\tHD(1,MBR)\n';
    return { code: 0, stdout: program === 'efibootmgr' && args.length === 1 ? listing : '', stderr: '' };
  };
  return { run, calls };
}

/** A disk whose one partition has this MBR type; 0xef is an EFI system partition. */
function diskWith(type: number): Disk {
  const disk = fileDisk(8 * MIB);
  const image = mbrImage(8 * MIB);
  image.writeUInt8(type, 446 + 4);
  writeFileSync(disk.name, image);
  return disk;
}

describe('the boot entry of a deployed disk', () => {
  it('replaces the old one of the same name and points at the loader', async () => {
    const { run, calls } = firmware(['EFI/debian/shimx64.efi', 'EFI/BOOT/BOOTX64.EFI']);
    const disk = diskWith(0xef);
    await installBootEntry(disk, 'x86_64', testMachine({ run, partitionNode: () => '/dev/sda1' }));
    expect(calls).toEqual([
      'mount -t vfat -o ro /dev/sda1 ESP',
      'umount ESP',
      'mount -t efivarfs efivarfs /sys/firmware/efi/efivars',
      'efibootmgr -v',
      'efibootmgr -b 0004 -B',
      `efibootmgr -v -c -d ${disk.name} -p 1 -w -L debian -l \\EFI\\debian\\shimx64.efi`,
    ]);
  });

  it.each<[string, number, readonly string[], string | null, RegExp]>([
    [
      'has no EFI partition',
      0x83,
      [],
      '/dev/sda1',
      /has no EFI partition: this image cannot boot in UEFI mode/,
    ],
    [
      'has no loader in it',
      0xef,
      ['EFI/debian/readme.txt'],
      '/dev/sda1',
      /no boot loader for x86_64 in the EFI partition \/dev\/sda1/,
    ],
    [
      'shows no partitions',
      0xef,
      [],
      null,
      /the kernel shows no partition 1 on .* after re-reading its table/,
    ],
  ])('is not made when the disk %s', async (_, type, files, node, sentence) => {
    const { run, calls } = firmware(files);
    const machine = testMachine({ run, partitionNode: () => node });
    await expect(installBootEntry(diskWith(type), 'x86_64', machine)).rejects.toThrow(sentence);
    expect(calls.filter((call) => call.startsWith('efibootmgr'))).toEqual([]);
  });
});
