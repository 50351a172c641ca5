/**
 * A folder for `boot.secure_boot_dir` with Debian's shim, MokManager and GRUB, from the packages that `setup.sh` only
 * unpacks: installed, they would have a say in how this host boots.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SECURE_BOOT_PROGRAMS } from '../src/boot/secure-boot.ts';

const cache = join(import.meta.dirname, '../.cache');

/** The folder's path. Throws when `scripts/setup.sh test` has not run. */
export function makeSecureBootDir(): string {
  const dir = join(cache, 'secure-boot');
  mkdirSync(dir, { recursive: true });
  for (const { debianPackage, debianPath, firmware, name } of SECURE_BOOT_PROGRAMS)
    if (firmware === 'efi-x64')
      copyFileSync(join(cache, 'debian', debianPackage, debianPath), join(dir, name));
  return dir;
}
