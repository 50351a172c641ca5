/** Kernel and ramdisk: what every machine loads that ingot inspects, cleans or deploys, by HTTP or by TFTP. */
import { join } from 'node:path';
import { createMemoryFile, type MemoryFileSource } from './memory-file.ts';

/** Their names: in the ramdisk's folder, below `/files/` and in TFTP. */
export const RAMDISK_FILES = { kernel: 'vmlinuz', initrd: 'initrd.zst' } as const;
/** Before the names of the ramdisk for ARM64 machines, which is there only where somebody has put it. */
export const ARM64_FOLDER = 'arm64/';

export type RamdiskPart = keyof typeof RAMDISK_FILES;

/** What it is called in sentences, and the stage of a boot that its loading is. */
export const RAMDISK_PARTS = {
  kernel: { title: 'the kernel', fact: 'boot.kernel' },
  initrd: { title: 'the ramdisk', fact: 'boot.initrd' },
} as const satisfies Record<RamdiskPart, object>;

export type RamdiskFile = {
  readonly name: string;
  readonly part: RamdiskPart;
  readonly source: MemoryFileSource;
};

/** Every name with what it is; the files are looked for when they are asked for. */
export const RAMDISK_NAMES: readonly Omit<RamdiskFile, 'source'>[] = ['', ARM64_FOLDER].flatMap((folder) =>
  (['kernel', 'initrd'] as const).map((part) => ({ name: `${folder}${RAMDISK_FILES[part]}`, part })),
);

export function createRamdiskFiles(folder: string): readonly RamdiskFile[] {
  return RAMDISK_NAMES.map((file) => ({ ...file, source: createMemoryFile(join(folder, file.name)) }));
}
