/**
 * The boot decision in GRUB's language, for machines with Secure Boot and for ARM64. Pure.
 *
 * Debian's signed GRUB has no HTTP, so kernel and ramdisk come by TFTP too; another one may have come by UEFI HTTP
 * boot, and loads all of it so. It asks for `grub/grub.cfg` on the server
 * that it came from; that one is the same for all and leads on by the MAC address, so that the answer depends on
 * what the machine says of itself and not on whose lease its address is (there is none in proxy mode).
 */
import { type Mac, parseMac } from '../net/mac.ts';
import type { BootIntent } from '../store/words.ts';
import type { ScriptFacts } from './ipxe-script.ts';
import { kernelArguments } from './kernel-arguments.ts';
import { ARM64_FOLDER, RAMDISK_FILES } from './ramdisk-files.ts';
import { firstPauseS, oneWord, TRIES, unknownMachine } from './script-words.ts';

/** What GRUB asks for first. */
export const GRUB_CONFIG = 'grub/grub.cfg';
/** What it is led to: the name that GRUB's own network look-up has for a MAC address (01 is Ethernet). */
const GRUB_CONFIG_OF_MAC = 'grub/grub.cfg-01-';

const PAUSES = Array.from({ length: TRIES }, (_, at) => 5 * at);

/** Where systems keep the loader that Secure Boot accepts; the path that every firmware knows comes last. */
const DISK_LOADERS: readonly string[] = [
  ...['debian', 'ubuntu', 'redhat', 'fedora', 'centos', 'rocky', 'almalinux', 'opensuse', 'sles'].map(
    (vendor) => `/EFI/${vendor}/shim$cpu.efi`,
  ),
  '/EFI/Microsoft/Boot/bootmgfw.efi',
  '/EFI/BOOT/boot$cpu.efi',
];

/** The MAC address of `grub/grub.cfg-01-52-54-00-12-34-56` (or with colons, as GRUB has them); null for other names. */
export function macOfGrubConfig(name: string): Mac | null {
  return name.startsWith(GRUB_CONFIG_OF_MAC) ? parseMac(name.slice(GRUB_CONFIG_OF_MAC.length)) : null;
}

/** The one configuration for all. It comes back when the machine's own cannot be had: then the machine starts anew. */
export const GRUB_CONFIG_FOR_ALL = lines([
  'echo "GRUB asks ingot what $net_default_mac shall boot"',
  `for pause in ${PAUSES.map((pause) => pause + 5).join(' ')}; do`,
  `  source /${GRUB_CONFIG_OF_MAC}$net_default_mac`,
  '  echo "GRUB could not load its configuration, next try in $pause s"',
  '  sleep $pause',
  'done',
  'reboot',
]);

/** By what GRUB loads, and where the ramdisk's files are on the server then. */
const WAYS = { tftp: { name: 'TFTP', folder: '/' }, http: { name: 'HTTP', folder: '/files/' } } as const;
export type GrubWay = keyof typeof WAYS;

/** The configuration of one MAC. */
export function renderGrubConfig(facts: ScriptFacts & { readonly by?: GrubWay }): string {
  const { entry } = facts;
  if (entry === null) return diskConfig(unknownMachine(facts.mac));
  const node = oneWord(entry.nodeName);
  if (facts.stuck === true) return stuckConfig(entry.intent, node);
  switch (entry.intent) {
    case 'ramdisk':
      return facts.stranger == null
        ? ramdiskConfig(facts, { node, by: facts.by ?? 'tftp' })
        : strangerConfig(node, facts.stranger);
    case 'instance':
      // Debian's signed GRUB has no HTTP, and what the instance boots is fetched by nothing else.
      return diskConfig(`ingot: ${node} boots its instance by iPXE only, on to its disk`);
    case 'disk':
      return diskConfig(`ingot: ${node} boots from its own disk`);
  }
}

function ramdiskConfig(
  facts: ScriptFacts,
  { by, node }: { readonly node: string; readonly by: GrubWay },
): string {
  const { name, folder } = WAYS[by];
  const first = firstPauseS(facts.mac);
  const words = kernelArguments(facts).map(quoted).join(' ');
  return lines([
    `if [ "$grub_cpu" = arm64 ]; then set folder=${folder}${ARM64_FOLDER}; else set folder=${folder}; fi`,
    `for pause in ${PAUSES.map((pause) => pause + first).join(' ')}; do`,
    `  echo "ingot: ${node} loads its ramdisk by ${name}, which takes a while"`,
    `  if linux \${folder}${RAMDISK_FILES.kernel} ${words}; then`,
    `    if initrd \${folder}${RAMDISK_FILES.initrd}; then`,
    '      boot',
    '    fi',
    '  fi',
    `  echo "ingot: ${node} could not load its ramdisk, next try in $pause s"`,
    '  sleep $pause',
    'done',
    `echo "ingot: ${node} gives up after ${TRIES} tries and restarts"`,
    'reboot',
  ]);
}

/**
 * What the machine tried so far did not bring it further: from the ramdisk to a disk, from the disk back to firmware.
 */
function stuckConfig(tried: BootIntent, node: string): string {
  if (tried === 'ramdisk')
    return diskConfig(`ingot: ${node} goes round, on to its disk. See: ingot node why`);
  return lines([
    `echo "ingot: ${node} goes round, back to its firmware. See: ingot node why"`,
    'sleep 10',
    'exit',
  ]);
}

/** As iPXE's script for somebody who is not the machine. */
function strangerConfig(node: string, why: string): string {
  return lines([
    `echo ${quoted(`ingot: this is not taken for ${node}: ${why}. See: ingot node why`)}`,
    'sleep 10',
    'exit',
  ]);
}

/**
 * Hands over to the loader on the disk instead of going back: GRUB's `exit` tells firmware of success, and EDK2 ends
 * its boot order at an option that was one (UEFI 3.1.1).
 */
function diskConfig(title: string): string {
  return lines([
    `echo ${quoted(title)}`,
    'if [ "$grub_cpu" = arm64 ]; then set cpu=aa64; else set cpu=x64; fi',
    `for loader in ${DISK_LOADERS.join(' ')}; do`,
    // The loader is told to lie on the device in `root`, whatever the path says: shim looks for its GRUB there.
    '  if search --no-floppy --file --set=root $loader; then',
    '    echo "($root)$loader"',
    '    if chainloader $loader; then',
    '      boot',
    '    fi',
    '  fi',
    'done',
    'echo "No disk has a boot loader that is known here. Going on to the next boot device"',
    'sleep 3',
    'exit',
  ]);
}

/** Within single quotes GRUB expands nothing, and only a single quote ends them. */
const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
