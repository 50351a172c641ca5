/** The boot decision in iPXE's own language: the script of one MAC. Pure. */
import type { Mac } from '../net/mac.ts';
import { type BootEntry, type BootSite, siteUrl } from './decision.ts';
import { kernelArguments } from './kernel-arguments.ts';
import { ARM64_FOLDER, RAMDISK_FILES } from './ramdisk-files.ts';
import { firstPauseS, oneWord, TRIES, unknownMachine } from './script-words.ts';

export type ScriptFacts = {
  readonly mac: Mac;
  readonly entry: BootEntry | null;
  readonly site: BootSite;
  /** More words for the kernel (`boot.kernel_args`). */
  readonly kernelArgs: string;
  /** The machine came for this script again and again. */
  readonly stuck?: boolean;
};

export function renderIpxeScript(facts: ScriptFacts): string {
  const { serverAddress, syslog } = facts.site;
  // An iPXE that was built without it does not know the word.
  const log = syslog ? [`set syslog ${serverAddress} ||`] : [];
  return ['#!ipxe', ...log, ...bodyOf(facts), ''].join('\n');
}

type Lines = readonly string[];

function bodyOf(facts: ScriptFacts): Lines {
  const { entry, stuck } = facts;
  if (entry === null)
    return [
      `echo ${unknownMachine(facts.mac)}`,
      'echo Going on to the next boot device',
      'sleep 3',
      'exit 1',
    ];
  if (stuck === true) return stuckScript(oneWord(entry.nodeName));
  switch (entry.intent) {
    case 'ramdisk':
      return ramdiskScript(facts, oneWord(entry.nodeName));
    case 'disk':
      return diskScript(oneWord(entry.nodeName));
  }
}

/**
 * Waits grow by five seconds a try and start at a number of the MAC's own, so that a rack that is told "not
 * now" does not come back as one. `initrd=` is for the kernel's EFI stub, which looks the ramdisk up by name.
 */
function ramdiskScript(facts: ScriptFacts, node: string): Lines {
  const url = siteUrl(facts.site);
  const { kernel, initrd } = RAMDISK_FILES;
  const words = [`initrd=${initrd}`, ...kernelArguments(facts)];
  return [
    `echo ingot: ${node} loads its ramdisk`,
    `set tries:int32 ${TRIES}`,
    'set try:int32 0',
    `set pause:int32 ${firstPauseS(facts.mac)}`,
    // A processor with a ramdisk of its own; else the setting is not there, which reads as nothing.
    `iseq \${buildarch} arm64 && set folder ${ARM64_FOLDER} ||`,
    ':load',
    'imgfree',
    `kernel ${url}/files/\${folder}${kernel} ${words.join(' ')} || goto again`,
    `initrd ${url}/files/\${folder}${initrd} || goto again`,
    'boot || goto again',
    ':again',
    'inc try',
    `iseq \${try} \${tries} && goto fail ||`,
    `echo ingot: ${node} could not load its ramdisk, try \${try} of \${tries}, next in \${pause} s`,
    `sleep \${pause}`,
    'inc pause 5',
    'goto load',
    ':fail',
    `echo ingot: ${node} gives up after \${tries} tries and restarts`,
    'sleep 30',
    'reboot || exit 1',
  ];
}

/**
 * BIOS starts the first disk itself: many ROMs have no way back to the boot order. UEFI goes on to its next boot
 * option, and only after an error: EDK2 ends its boot order at an option that returned success (UEFI 3.1.1).
 */
function diskScript(node: string): Lines {
  return [
    `echo ingot: ${node} boots from its own disk`,
    `iseq \${platform} efi && goto next ||`,
    'sanboot --no-describe --drive 0x80 ||',
    ':next',
    'exit 1',
  ];
}

/** No disk is started from here: what this machine tried so far did not bring it further. */
function stuckScript(node: string): Lines {
  return [
    `echo ingot: ${node} goes round, on to its next boot device`,
    'echo See: ingot node why',
    'sleep 10',
    'exit 1',
  ];
}
