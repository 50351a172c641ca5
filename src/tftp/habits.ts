/**
 * Files that clients ask for by habit and do well without: their absence is no failure and explains no boot. iPXE's
 * `autoexec.ipxe` is one of them on purpose: iPXE runs it before it asks DHCP, so that a script there would be a second
 * decision beside the one that DHCP's script URL carries; a quick "no such file" sends iPXE on to DHCP. The same by
 * HTTP, where the boot file server is passed `askedByHabit`.
 */
import { normaliseName, printableName } from './names.ts';

type Habit = {
  /** Who asks, for sentences. */
  readonly who: string;
  /** Matches the whole normalised name in lower case. */
  readonly names: RegExp;
};

const HABITS: readonly Habit[] = [
  { who: 'iPXE', names: /^autoexec\.ipxe$/ },
  { who: 'an embedded iPXE script', names: /^boot\.ipxe$/ },
  // shim 15.8 and newer look for these beside themselves (shim.c, load_unbundled_trust).
  { who: 'shim', names: /^(.*\/)?(revocations|revocations_(sbat|sku)|shim_certificate(_\d+)?)\.efi$/ },
  // GRUB's modules lists, fonts and languages, and the configurations by MAC and address that it tries in turn.
  { who: 'GRUB', names: /^(.*\/)?(x86_64|i386|arm64)-(efi|pc)\/[\w-]+\.(lst|mod|cfg)$/ },
  { who: 'GRUB', names: /^(.*\/)?(fonts|locale|themes)\/[^/]+(\.pf2|\.mo|\.gmo|\.txt)$/ },
  { who: 'GRUB', names: /^(.*\/)?grub\.cfg-[0-9a-f-]+$/ },
  { who: 'PXELINUX', names: /^(.*\/)?pxelinux\.cfg\/.+$/ },
  // A Raspberry Pi asks for dozens of files, first in a folder named by its serial number or MAC.
  { who: 'a Raspberry Pi', names: /^([0-9a-f]{8}|[0-9a-f]{2}(-[0-9a-f]{2}){5})\/.+$/ },
  {
    who: 'a Raspberry Pi',
    names: /^(bootcode|boot|start\w*|fixup\w*|recovery|pieeprom|vl805)\.(bin|elf|dat|img|sig|upd)$/,
  },
  {
    who: 'a Raspberry Pi',
    names: /^(config|cmdline|timeout|autoboot|recover4?|usercfg|extraconfig)\.(txt|elf)$/,
  },
];

/** Names longer than any of these are not looked at. */
const MAX_NAME = 128;

/** Who asks for that name by habit; null when a boot depends on it, for all we know. */
export function whoAsksByHabit(requested: string): string | null {
  const name = normaliseName(requested).toLowerCase();
  if (name.length > MAX_NAME) return null;
  return HABITS.find((habit) => habit.names.test(name))?.who ?? null;
}

/** What is told of a request for a file that is asked for by habit; null when a boot depends on it, for all we know. */
export function askedByHabit(requested: string, by: 'TFTP' | 'HTTP' | 'HTTPS'): string | null {
  const who = whoAsksByHabit(requested);
  if (who === null) return null;
  return `asked for ${printableName(requested)} by ${by}, which is not there: ${who} asks for it by habit and does without`;
}
