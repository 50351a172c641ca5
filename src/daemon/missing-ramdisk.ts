/** Which ramdisks lie in `boot.ramdisk_dir`, and what is said of one that machines need and that is not there. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FIRST_STAGES } from '../boot/architectures.ts';
import { RAMDISK_FILES, RAMDISKS, type Ramdisk, ramdiskCommand, ramdiskOf } from '../boot/ramdisk-files.ts';
import { GRUB_FIRST_STAGES } from '../boot/secure-boot.ts';
import type { Config } from '../config/schema.ts';

type Settings = Pick<Config, 'state_dir' | 'boot'>;
/** Names of the boot programs that are installed (`BootManifest`). */
type Programs = { has(name: string): boolean };

const FILES = Object.values(RAMDISK_FILES);

export const ramdiskDir = ({ state_dir, boot }: Settings): string => resolve(state_dir, boot.ramdisk_dir);

/** Those that are there as a whole. */
export function wholeRamdisks(config: Settings): readonly Ramdisk[] {
  return RAMDISKS.filter((ramdisk) => missingFiles(ramdisk, config).length === 0);
}

/**
 * Sentences about what keeps machines from booting, whatever their processor: half a ramdisk, none for machines that
 * there are boot programs for, or none at all. Everybody has those for x86-64: they tell nothing where another ramdisk
 * is there.
 */
export function missingRamdisk(config: Settings, programs: Programs): readonly string[] {
  const none = wholeRamdisks(config).length === 0;
  const told = RAMDISKS.filter((ramdisk) => {
    const hasSome = missingFiles(ramdisk, config).length < FILES.length;
    return hasSome || (ramdisk.folder === '' ? none : hasPrograms(ramdisk, programs));
  });
  return told.flatMap((ramdisk) => toldMissing(ramdisk, config));
}

/** The same for a machine of that processor (`cpu_arch` among its node's properties); one that says none boots any. */
export function missingRamdiskOf(processor: unknown, config: Settings): readonly string[] {
  const ramdisk = ramdiskOf(processor);
  if (ramdisk !== null) return toldMissing(ramdisk, config);
  return missingRamdisk(config, new Set());
}

/** Those that somebody has put there: Debian 13's iPXE for ARM64 lies in the folder itself, at every site. */
function hasPrograms({ firmware, folder }: Ramdisk, programs: Programs): boolean {
  const names = [...FIRST_STAGES[firmware], GRUB_FIRST_STAGES[firmware] ?? ''];
  return names.some((name) => name.startsWith(folder) && programs.has(name));
}

function missingFiles({ folder }: Ramdisk, config: Settings): readonly string[] {
  return FILES.filter((name) => !existsSync(join(ramdiskDir(config), folder, name)));
}

/** A sentence that names every file of it that is not there; none when all are. */
function toldMissing(ramdisk: Ramdisk, config: Settings): readonly string[] {
  const missing = missingFiles(ramdisk, config);
  if (missing.length === 0) return [];
  const dir = ramdiskDir(config);
  const are = missing.length === 1 ? 'is' : 'are';
  const where = join(dir, ramdisk.folder);
  return [
    `${missing.join(' and ')} of ${ramdisk.title} ${are} not in ${where}: run ${ramdiskCommand(ramdisk, dir)}`,
  ];
}
