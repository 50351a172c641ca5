/** GRUB's configuration as TFTP has it, made when it is asked for; and what its loading tells of a boot. */
import type { Mac } from '../net/mac.ts';
import type { BootEntry, BootSite } from './decision.ts';
import type { BootFact } from './facts.ts';
import { GRUB_CONFIG, GRUB_CONFIG_FOR_ALL, macOfGrubConfig, renderGrubConfig } from './grub-config.ts';
import { RAMDISK_NAMES, RAMDISK_PARTS } from './ramdisk-files.ts';

/** GRUB's configurations by name: one that is the same for all, and one of each MAC address. */
export function grubFiles(options: {
  readonly bootEntry: (mac: Mac) => BootEntry | null;
  readonly site: BootSite;
  /** `boot.kernel_args`. */
  readonly kernelArgs: string;
}): { get(name: string): Uint8Array | undefined } {
  const { bootEntry, ...rest } = options;
  const forAll = Buffer.from(GRUB_CONFIG_FOR_ALL);
  return {
    get: (name) => {
      if (name === GRUB_CONFIG) return forAll;
      const mac = macOfGrubConfig(name);
      return mac === null
        ? undefined
        : Buffer.from(renderGrubConfig({ ...rest, mac, entry: bootEntry(mac) }));
    },
  };
}

const PARTS = new Map(RAMDISK_NAMES.map(({ name, part }) => [name, RAMDISK_PARTS[part]]));

type Loaded = Pick<BootFact, 'mac' | 'file' | 'bytes' | 'sentence'> & { readonly kind: string };

/**
 * Gives what was loaded whole by TFTP the same kinds as over HTTP (`boot.script`, `boot.kernel`, `boot.initrd`), so
 * that a boot's stages are the same whoever loads them. Other facts stay as they are.
 */
export function asBootStage<F extends Loaded>(fact: F): F {
  if (fact.kind !== 'tftp.done') return fact;
  const mac = macOfGrubConfig(fact.file);
  if (mac !== null) return { ...fact, kind: 'boot.script', mac, sentence: 'GRUB fetched its configuration' };
  const part = PARTS.get(fact.file);
  if (part === undefined) return fact;
  return { ...fact, kind: part.fact, sentence: `fetched ${part.title} by TFTP: ${fact.bytes} bytes` };
}
