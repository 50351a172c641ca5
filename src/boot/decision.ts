/**
 * The one place where it is decided what a machine boots. DHCP, TFTP, the iPXE script and HTTP boot all
 * render the decision made here, so they cannot disagree. Pure: facts in, decision out.
 */
import type { Ipv4 } from '../net/ipv4.ts';
import { type Mac, macWithHyphens } from '../net/mac.ts';
import type { BootIntent, IpxeProgram } from '../store/words.ts';
import { FIRST_STAGES, IPXE_BUILDS, raspberryPiEntry } from './architectures.ts';
import { LOOP_WINDOW_MS, MOST_ROUNDS } from './loop-guard.ts';
import { GRUB_FIRST_STAGES, neededForSecureBoot, SECURE_FIRST_STAGES, SECURE_GRUBS } from './secure-boot.ts';

/** Which dialect the client speaks; derived from DHCP options 60, 77, 93 and 175 in `boot/client.ts`. */
export type BootClient =
  | { readonly kind: 'not-booting' }
  | { readonly kind: 'firmware'; readonly firmware: Firmware; readonly transport: 'tftp' | 'http' }
  | { readonly kind: 'ipxe'; readonly firmware: Firmware; readonly http: boolean; readonly https: boolean };

/** What runs the boot program. `unknown` is an architecture code that we have no program for. */
export type Firmware =
  | 'bios'
  | 'efi-ia32'
  | 'efi-x64'
  | 'efi-arm32'
  | 'efi-arm64'
  | 'efi-riscv64'
  | 'efi-loong64'
  /** The ROM of a Raspberry Pi, which is no firmware for programs: it loads its own by TFTP. */
  | 'raspberry-pi'
  | 'unknown';

/** What a machine boots that has its system from the network: fetched by iPXE from where the operator keeps it. */
export type InstanceBoot =
  | {
      readonly kind: 'kernel';
      /** http:// or https:// */
      readonly kernel: string;
      readonly ramdisk: string;
      /** Words for the kernel. */
      readonly words: readonly string[];
    }
  | { readonly kind: 'iso'; readonly url: string };

/** What ingot knows of the machine behind a MAC: one row of the boot table. */
export type BootEntry = {
  readonly mac: Mac;
  readonly nodeUuid: string;
  readonly nodeName: string;
  readonly intent: BootIntent;
  /** What the intent `instance` boots; null where the node says nothing usable. */
  readonly instance: InstanceBoot | null;
  /** Grows with each boot that ingot asks for, so that one boot can be told from the next. */
  readonly generation: number;
  /** An operating system that ingot wrote is on the disk, or on its way there. */
  readonly deployed: boolean;
  /** The iPXE build that the operator chose for the node; null: the usual one. */
  readonly program: IpxeProgram | null;
  /** Whether the node uses Secure Boot: then UEFI firmware is led to shim and GRUB instead of iPXE. */
  readonly secureBoot: boolean;
  /** The mainboard's UUID (SMBIOS) where it is known: some firmware tells it instead of the MAC. */
  readonly systemUuid: string | null;
  readonly hostname: string | null;
  /** Of this boot of the ramdisk, for its agent: secret (`ticket.ts`). Null: it boots none. */
  readonly ticket: string | null;
};

/** How the boot files of one network are reached. */
export type BootSite = {
  /** Our address on that network: TFTP server, HTTP server, DHCP server identifier. */
  readonly serverAddress: Ipv4;
  readonly httpPort: number;
  /** Our address takes syslog (UDP 514). */
  readonly syslog: boolean;
  /** UEFI HTTP boot is led to https:// on this port; null: to http://. */
  readonly uefiHttpsPort: number | null;
  /**
   * HTTPS is served on this port, by this certificate or authority (SHA-256, hex), and agents call there; null: it is
   * not.
   */
  readonly tls: { readonly port: number; readonly fingerprint: string } | null;
  /** An iPXE that can is led to https://, for it holds the authority (`boot.https.ipxe`). */
  readonly ipxeByTls: boolean;
  /** The ramdisk may hold ironic-python-agent as it is, which knows no fingerprint (`boot.upstream_agents`). */
  readonly upstreamAgents: boolean;
};

export type BootDecision =
  /** Load iPXE or shim: `file` is a name in the TFTP manifest and under `/boot/` over HTTP. */
  | { readonly action: 'first-stage'; readonly file: string; readonly transport: 'tftp' | 'http' }
  /** Its ROM fetches files of its own choice by TFTP, once it has seen that entry in a boot menu. */
  | { readonly action: 'own-files'; readonly entry: string }
  /** iPXE fetches its script from `url`. */
  | { readonly action: 'script'; readonly url: string }
  /** An address and nothing to boot. */
  | { readonly action: 'none'; readonly reason: string };

/**
 * Decides what a client boots.
 *
 * Every machine that can is led to iPXE and its script, also one that shall boot its disk and one that we do not
 * know: there the script says so and hands over to the disk. Giving such a machine an address and no boot program
 * instead is no kindness: firmware then waits for other offers (EDK2 4 + 8 + 16 + 32 s, then PXE-E16) before it
 * tries its disk, and nobody sees why. An iPXE without HTTP is given ours, which has it; once, for an iPXE that
 * comes back without HTTP is ours and lacks it.
 */
export function decideBoot(facts: {
  readonly client: BootClient;
  readonly mac: Mac;
  readonly entry: BootEntry | null;
  readonly site: BootSite;
  /** Our iPXE was given to this MAC a moment ago (`chain-memory.ts`). */
  readonly chained?: boolean;
  /** Firmware was led to its boot program again and again, in vain (`program-rounds.ts`). */
  readonly stuck?: boolean;
  /** The boot programs that are installed (names in the manifest), so that DHCP names none that is not there. */
  readonly files: { has(name: string): boolean };
  /** Those of them that are a GRUB which loads over HTTP, too (`manifest.ts`). */
  readonly httpGrubs?: { has(name: string): boolean };
}): BootDecision {
  const { client, mac, site } = facts;
  switch (client.kind) {
    case 'not-booting':
      return { action: 'none', reason: 'it did not ask for a boot program' };
    case 'ipxe':
      if (client.https && site.ipxeByTls && site.tls !== null)
        return { action: 'script', url: scriptUrl(site, mac, 'tls') };
      if (client.http) return { action: 'script', url: scriptUrl(site, mac) };
      return facts.chained === true ? CHAINED_IN_VAIN : firstStage(client.firmware, 'tftp', facts);
    case 'firmware': {
      if (client.firmware === 'raspberry-pi') return { action: 'own-files', entry: raspberryPiEntry(mac) };
      if (facts.stuck === true) return WENT_ROUND;
      const shim = facts.entry?.secureBoot === true ? SECURE_FIRST_STAGES[client.firmware] : undefined;
      return shim === undefined
        ? firstStage(client.firmware, client.transport, facts)
        : secureFirstStage({ ...facts, shim, client });
    }
  }
}

/**
 * `http://10.20.0.1:6180`: iPXE scripts, boot files and agent calls are below it; `tls`: `https://10.20.0.1:6183`,
 * where it is served.
 */
export function siteUrl({ serverAddress, httpPort, tls }: BootSite, by: 'tls' | 'plain' = 'plain'): string {
  return by === 'tls' && tls !== null
    ? `https://${serverAddress}:${tls.port}`
    : `http://${serverAddress}:${httpPort}`;
}

function scriptUrl(site: BootSite, mac: Mac, by: 'tls' | 'plain' = 'plain'): string {
  return `${siteUrl(site, by)}/ipxe/${macWithHyphens(mac)}`;
}

/** The URL of a first-stage program, for UEFI HTTP boot. */
export function bootFileUrl(site: BootSite, file: string): string {
  const { serverAddress, uefiHttpsPort } = site;
  const origin = uefiHttpsPort === null ? siteUrl(site) : `https://${serverAddress}:${uefiHttpsPort}`;
  return `${origin}/boot/${file}`;
}

/** Firmware that is told of nothing to boot goes on to its next boot device. */
const WENT_ROUND: BootDecision = {
  action: 'none',
  reason:
    `its boot program was named to it ${MOST_ROUNDS} times in ${LOOP_WINDOW_MS / 60_000} minutes, and nothing that it loaded asked what to boot. ` +
    'Does a firewall drop TFTP, or does its firmware refuse the program (Secure Boot)? See its console. It may go on to its next boot device',
};

const CHAINED_IN_VAIN: BootDecision = {
  action: 'none',
  reason:
    'it is an iPXE without HTTP, also after ours was given to it: put a build with HTTP into boot.ipxe_dir, or look why ours does not start',
};

type Choice = { readonly entry: BootEntry | null; readonly files: { has(name: string): boolean } };

type SecureChoice = Pick<Choice, 'files'> & {
  readonly httpGrubs?: { has(name: string): boolean };
  readonly shim: string;
  readonly client: Extract<BootClient, { kind: 'firmware' }>;
};

/** Firmware that loads shim over HTTP brings GRUB where it can read nothing, unless that has HTTP: Debian's has not. */
function secureFirstStage({ shim, client, files, httpGrubs }: SecureChoice): BootDecision {
  const { firmware, transport } = client;
  const grub = SECURE_GRUBS[firmware] ?? '';
  if (transport === 'http' && httpGrubs?.has(grub) !== true)
    return {
      action: 'none',
      reason: 'with Secure Boot it has to boot by PXE: the signed GRUB cannot load its files over HTTP',
    };
  if (files.has(shim)) return { action: 'first-stage', file: shim, transport };
  const packages = neededForSecureBoot(firmware).map((program) => program.debianPackage);
  return {
    action: 'none',
    reason: `${shim} for Secure Boot is not installed: install ${packages.join(' and ')}, or name a folder in boot.secure_boot_dir`,
  };
}

function firstStage(firmware: Firmware, transport: 'tftp' | 'http', { entry, files }: Choice): BootDecision {
  const chosen = entry?.program == null ? undefined : IPXE_BUILDS[entry.program][firmware];
  const candidates = chosen ?? FIRST_STAGES[firmware];
  const file = candidates.find((name) => files.has(name));
  if (file !== undefined) return { action: 'first-stage', file, transport };
  const grub = chosen === undefined && transport === 'tftp' ? GRUB_FIRST_STAGES[firmware] : undefined;
  if (grub !== undefined && files.has(grub)) return { action: 'first-stage', file: grub, transport };
  const put = `put ${candidates.join(' or ')} into boot.ipxe_dir and restart ingot`;
  if (chosen !== undefined)
    return {
      action: 'none',
      reason: `its ipxe_program is ${entry?.program}, and ${chosen.join(' or ')} is not installed: ${put}`,
    };
  return {
    action: 'none',
    reason:
      candidates.length === 0
        ? 'ingot has no boot program for its architecture'
        : `no boot program for ${firmware} is installed: ${put}`,
  };
}
