/** The boot decision in iPXE's own language: the script of one MAC. Pure. */
import type { Mac } from '../net/mac.ts';
import { type BootEntry, type BootSite, type InstanceBoot, siteUrl } from './decision.ts';
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
  /** How the script was fetched, and what it names is, too; `plain` unless told. */
  readonly channel?: 'tls' | 'plain';
  /** Why the ramdisk, and with it the ticket, is not for who asks: the end of a sentence. */
  readonly stranger?: string | null;
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
      return facts.stranger == null
        ? ramdiskScript(facts, oneWord(entry.nodeName))
        : strangerScript(oneWord(entry.nodeName), facts.stranger);
    case 'instance':
      return instanceScript(facts, entry.instance, oneWord(entry.nodeName));
    case 'disk':
      return diskScript(oneWord(entry.nodeName));
  }
}

/** `initrd=` is for the kernel's EFI stub, which looks the ramdisk up by name. */
function ramdiskScript(facts: ScriptFacts, node: string): Lines {
  const url = siteUrl(facts.site, facts.channel);
  const { kernel, initrd } = RAMDISK_FILES;
  const words = [`initrd=${initrd}`, ...kernelArguments(facts)];
  return withTries(facts.mac, {
    node,
    what: 'its ramdisk',
    // A processor with a ramdisk of its own; else the setting is not there, which reads as nothing.
    first: [`iseq \${buildarch} arm64 && set folder ${ARM64_FOLDER} ||`],
    load: [
      `kernel ${url}/files/\${folder}${kernel} ${words.join(' ')} || goto again`,
      `initrd ${url}/files/\${folder}${initrd} || goto again`,
      'boot || goto again',
    ],
  });
}

/** The name of the instance's ramdisk, whatever its URL ends with. */
const INSTANCE_INITRD = 'instance-initrd';

function instanceScript({ mac }: ScriptFacts, boot: InstanceBoot | null, node: string): Lines {
  if (boot === null)
    return [
      `echo ingot: ${node} shall boot what its instance_info names, and that names nothing usable`,
      'echo See: ingot node show',
      'sleep 10',
      'exit 1',
    ];
  if (boot.kind === 'iso') {
    const load = [`sanboot --no-describe ${boot.url} || goto again`];
    return withTries(mac, { node, what: 'its ISO', first: [], load });
  }
  const words = [`initrd=${INSTANCE_INITRD}`, ...boot.words];
  return withTries(mac, {
    node,
    what: 'its own kernel and ramdisk',
    first: [],
    load: [
      `kernel ${boot.kernel} ${words.join(' ')} || goto again`,
      `initrd --name ${INSTANCE_INITRD} ${boot.ramdisk} || goto again`,
      'boot || goto again',
    ],
  });
}

type Loading = {
  readonly node: string;
  readonly what: string;
  readonly first: Lines;
  /** Goes to `again` where it fails. */
  readonly load: Lines;
};

/**
 * Waits grow by five seconds a try and start at a number of the MAC's own, so that a rack that is told "not
 * now" does not come back as one.
 */
function withTries(mac: Mac, { node, what, first, load }: Loading): Lines {
  return [
    `echo ingot: ${node} loads ${what}`,
    `set tries:int32 ${TRIES}`,
    'set try:int32 0',
    `set pause:int32 ${firstPauseS(mac)}`,
    ...first,
    ':load',
    'imgfree',
    ...load,
    ':again',
    'inc try',
    `iseq \${try} \${tries} && goto fail ||`,
    `echo ingot: ${node} could not load ${what}, try \${try} of \${tries}, next in \${pause} s`,
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

/** Whether it is the machine, nobody can tell; so what is the machine's own is not in it. */
function strangerScript(node: string, why: string): Lines {
  return [
    `echo ingot: this is not taken for ${node}: ${why}`,
    'echo See: ingot node why',
    'sleep 10',
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
