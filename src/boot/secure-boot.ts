/**
 * The programs of the Secure Boot chain: firmware trusts shim (signed by Microsoft), shim trusts GRUB and the kernel
 * (signed by Debian). iPXE is signed by nobody. shim asks for the others beside itself, by these very names.
 */
import { join } from 'node:path';
import type { Firmware } from './decision.ts';
import { ramdiskOf } from './ramdisk-files.ts';

export type SecureBootProgram = {
  /** In the manifest, and in a folder of one's own (`boot.secure_boot_dir`). */
  readonly name: string;
  readonly firmware: Firmware;
  /** Where Debian's package puts it. */
  readonly debianPath: string;
  readonly debianPackage: string;
  /** Asked for only when the machine's owner has a key to enroll. */
  readonly optional?: true;
};

export const SECURE_BOOT_PROGRAMS: readonly SecureBootProgram[] = [
  {
    name: 'shimx64.efi',
    firmware: 'efi-x64',
    debianPath: '/usr/lib/shim/shimx64.efi.signed',
    debianPackage: 'shim-signed',
  },
  {
    name: 'mmx64.efi',
    firmware: 'efi-x64',
    debianPath: '/usr/lib/shim/mmx64.efi.signed',
    debianPackage: 'shim-helpers-amd64-signed',
    optional: true,
  },
  {
    name: 'grubx64.efi',
    firmware: 'efi-x64',
    debianPath: '/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed',
    debianPackage: 'grub-efi-amd64-signed',
  },
  {
    name: 'arm64/shimaa64.efi',
    firmware: 'efi-arm64',
    debianPath: '/usr/lib/shim/shimaa64.efi.signed',
    debianPackage: 'shim-signed',
  },
  {
    name: 'arm64/mmaa64.efi',
    firmware: 'efi-arm64',
    debianPath: '/usr/lib/shim/mmaa64.efi.signed',
    debianPackage: 'shim-helpers-arm64-signed',
    optional: true,
  },
  {
    name: 'arm64/grubaa64.efi',
    firmware: 'efi-arm64',
    debianPath: '/usr/lib/grub/arm64-efi-signed/grubnetaa64.efi.signed',
    debianPackage: 'grub-efi-arm64-signed',
  },
];

/** The first of the chain, by firmware. */
export const SECURE_FIRST_STAGES: Readonly<Partial<Record<Firmware, string>>> = {
  'efi-x64': 'shimx64.efi',
  'efi-arm64': 'arm64/shimaa64.efi',
};

/** The second of the chain, which loads the rest. */
export const SECURE_GRUBS: Readonly<Partial<Record<Firmware, string>>> = {
  'efi-x64': 'grubx64.efi',
  'efi-arm64': 'arm64/grubaa64.efi',
};

/** What a GRUB says in its requests by its own HTTP, or by the firmware's (as Red Hat, SUSE and Ubuntu build it). */
const HTTP_WORDS: readonly string[] = ['HTTP/1.1', 'UefiHttpBoot/'];

/** Whether that GRUB can load its files over HTTP: Debian's signed one cannot. Modules lie in it as they are. */
export function loadsByHttp(grub: Uint8Array): boolean {
  const bytes = Buffer.from(grub.buffer, grub.byteOffset, grub.byteLength);
  return HTTP_WORDS.some((word) => bytes.includes(word));
}

/**
 * GRUB itself as the first program, where there is no iPXE: Debian 12 has none for ARM64. By TFTP only, as its GRUB has
 * no HTTP.
 */
export const GRUB_FIRST_STAGES: Readonly<Partial<Record<Firmware, string>>> = {
  'efi-arm64': 'arm64/grubaa64.efi',
};

/** Where a program is: in the folder of one's own, or where Debian puts it. */
export function secureBootPath(program: SecureBootProgram, dir: string | null): string {
  return dir === null ? program.debianPath : join(dir, program.name);
}

/** What firmware of that kind cannot do without: all but MokManager. */
export function neededForSecureBoot(firmware: Firmware): readonly SecureBootProgram[] {
  return SECURE_BOOT_PROGRAMS.filter((program) => program.firmware === firmware && program.optional !== true);
}

/** What a machine of that processor (`x86_64` where nobody knows it) cannot do without and is not there. */
export function missingSecureBootPrograms(
  processor: unknown,
  { dir, exists }: { readonly dir: string | null; readonly exists: (path: string) => boolean },
): readonly (SecureBootProgram & { readonly path: string })[] {
  return neededForSecureBoot(ramdiskOf(processor)?.firmware ?? 'efi-x64')
    .map((program) => ({ ...program, path: secureBootPath(program, dir) }))
    .filter(({ path }) => !exists(path));
}
