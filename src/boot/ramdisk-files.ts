/** Kernel and ramdisk: what every machine loads that ingot inspects, cleans or deploys, by HTTP or by TFTP. */
import { join } from 'node:path';
import type { Firmware } from './decision.ts';
import { createMemoryFile, type MemoryFileSource } from './memory-file.ts';

/** Their names: in the ramdisk's folder, below `/files/` and in TFTP. */
export const RAMDISK_FILES = { kernel: 'vmlinuz', initrd: 'initrd.zst' } as const;
/** Before the names of the ramdisk for ARM64 machines, which a site has only where it has such machines. */
export const ARM64_FOLDER = 'arm64/';

/** The ramdisk for machines of one processor. */
export type Ramdisk = {
  /** In Linux's words, as `cpu_arch` among a node's properties. */
  readonly processor: string;
  readonly firmware: Firmware;
  readonly title: string;
  /** Before the names of its files. */
  readonly folder: string;
  /** Of the recipe. */
  readonly options: string;
};

export const RAMDISKS: readonly Ramdisk[] = [
  { processor: 'x86_64', firmware: 'efi-x64', title: 'the ramdisk', folder: '', options: '' },
  {
    processor: 'aarch64',
    firmware: 'efi-arm64',
    title: 'the ramdisk for ARM64 machines',
    folder: ARM64_FOLDER,
    options: ' --arch arm64',
  },
];

/** For machines of that processor; null: there is none, or nobody knows theirs. */
export function ramdiskOf(processor: unknown): Ramdisk | null {
  return RAMDISKS.find((ramdisk) => ramdisk.processor === processor) ?? null;
}

/** What puts it into that folder, `boot.ramdisk_dir`. */
export function ramdiskCommand({ options }: Ramdisk, dir: string): string {
  return `"npm run ramdisk --${options} --into ${dir}"`;
}

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
  /** What puts it there. */
  readonly command: string;
};

type RamdiskName = Pick<RamdiskFile, 'name' | 'part'> & { readonly ramdisk: Ramdisk };

/** Every name with what it is; the files are looked for when they are asked for. */
export const RAMDISK_NAMES: readonly RamdiskName[] = RAMDISKS.flatMap((ramdisk) =>
  (['kernel', 'initrd'] as const).map((part) => ({
    name: `${ramdisk.folder}${RAMDISK_FILES[part]}`,
    part,
    ramdisk,
  })),
);

/** What is said of a file that is not there, by who does not know the folder; null: it is none of a ramdisk. */
export function absentRamdisk(name: string): string | null {
  const ramdisk = RAMDISK_NAMES.find((file) => file.name === name)?.ramdisk;
  if (ramdisk === undefined) return null;
  return `${ramdisk.title} is not there: run ${ramdiskCommand(ramdisk, 'FOLDER')} with the folder of boot.ramdisk_dir`;
}

export function createRamdiskFiles(folder: string): readonly RamdiskFile[] {
  return RAMDISK_NAMES.map(({ name, part, ramdisk }) => ({
    name,
    part,
    source: createMemoryFile(join(folder, name)),
    command: ramdiskCommand(ramdisk, folder),
  }));
}
