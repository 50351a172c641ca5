/** Kernel and ramdisk: what every machine loads that ingot inspects, cleans or deploys, by HTTP or by TFTP. */
import { join } from 'node:path';
import { createMemoryFile, type MemoryFileSource } from './memory-file.ts';

/** Their names: in the ramdisk's folder, below `/files/` and in TFTP. */
export const RAMDISK_FILES = { kernel: 'vmlinuz', initrd: 'initrd.zst' } as const;

export type RamdiskFiles = { readonly [part in keyof typeof RAMDISK_FILES]: MemoryFileSource };

export function createRamdiskFiles(folder: string): RamdiskFiles {
  return {
    kernel: createMemoryFile(join(folder, RAMDISK_FILES.kernel)),
    initrd: createMemoryFile(join(folder, RAMDISK_FILES.initrd)),
  };
}
