/**
 * The client architectures of DHCP option 93 (IANA "Processor Architecture Types", RFC 4578, RFC 5970) as one
 * table, and the boot programs for each kind of firmware. A new architecture is a new line here.
 */
import type { Mac } from '../net/mac.ts';
import type { IpxeProgram } from '../store/words.ts';
import type { Firmware } from './decision.ts';

export type Architecture = {
  /** What people call it, for sentences. */
  readonly name: string;
  readonly firmware: Firmware;
  /** How it loads; the codes of UEFI HTTP boot are twins of the PXE codes. */
  readonly transport: 'tftp' | 'http';
};

const pxe = (name: string, firmware: Firmware = 'unknown'): Architecture => ({
  name,
  firmware,
  transport: 'tftp',
});
const http = (name: string, firmware: Firmware = 'unknown'): Architecture => ({
  name: `${name} HTTP boot`,
  firmware,
  transport: 'http',
});

/** By code. RFC 4578 swapped 7 and 9 in its text: in practice both mean x64. */
export const ARCHITECTURES: ReadonlyMap<number, Architecture> = new Map([
  [0, pxe('BIOS x86', 'bios')],
  [1, pxe('NEC PC-98')],
  [2, pxe('EFI Itanium')],
  [3, pxe('DEC Alpha')],
  [4, pxe('Arc x86')],
  [5, pxe('Intel Lean Client')],
  [6, pxe('EFI IA32', 'efi-ia32')],
  [7, pxe('EFI x64', 'efi-x64')],
  [8, pxe('EFI XScale')],
  [9, pxe('EFI x64', 'efi-x64')],
  [10, pxe('EFI ARM32', 'efi-arm32')],
  [11, pxe('EFI ARM64', 'efi-arm64')],
  [12, pxe('PowerPC Open Firmware')],
  [13, pxe('PowerPC ePAPR')],
  [14, pxe('POWER OPAL v3')],
  [15, http('EFI IA32', 'efi-ia32')],
  [16, http('EFI x64', 'efi-x64')],
  [17, http('EFI x64', 'efi-x64')],
  [18, http('EFI ARM32', 'efi-arm32')],
  [19, http('EFI ARM64', 'efi-arm64')],
  [20, http('BIOS x86', 'bios')],
  [21, pxe('U-Boot ARM32')],
  [22, pxe('U-Boot ARM64')],
  [23, http('U-Boot ARM32')],
  [24, http('U-Boot ARM64')],
  [25, pxe('EFI RISC-V 32')],
  [26, http('EFI RISC-V 32')],
  [27, pxe('EFI RISC-V 64', 'efi-riscv64')],
  [28, http('EFI RISC-V 64', 'efi-riscv64')],
  [29, pxe('EFI RISC-V 128')],
  [30, http('EFI RISC-V 128')],
  [31, pxe('s390 basic')],
  [32, pxe('s390 extended')],
  [37, pxe('EFI LoongArch 32')],
  [38, http('EFI LoongArch 32')],
  [39, pxe('EFI LoongArch 64', 'efi-loong64')],
  [40, http('EFI LoongArch 64', 'efi-loong64')],
  [41, pxe('Raspberry Pi', 'raspberry-pi')],
]);

/**
 * The boot programs that a firmware can run, best first; the first that is installed is taken. `snponly.efi` keeps the
 * firmware's own network driver and link, `undionly.kpxe` the ROM's.
 */
export const FIRST_STAGES: { readonly [firmware in Firmware]: readonly string[] } = {
  bios: ['undionly.kpxe', 'ipxe.pxe'],
  'efi-x64': ['snponly.efi', 'ipxe.efi'],
  'efi-ia32': ['i386/snponly.efi', 'i386/ipxe.efi'],
  // In folders builds of one's own; the names with the processor are those of Debian 13's package.
  'efi-arm64': ['arm64/snponly.efi', 'arm64/ipxe.efi', 'ipxe-arm64.efi'],
  'efi-arm32': ['arm32/snponly.efi', 'arm32/ipxe.efi'],
  'efi-riscv64': ['riscv64/snponly.efi', 'riscv64/ipxe.efi', 'ipxe-riscv64.efi'],
  'efi-loong64': ['loong64/snponly.efi', 'loong64/ipxe.efi', 'ipxe-loong64.efi'],
  'raspberry-pi': [],
  unknown: [],
};

/** Of the models before the Pi 4: their ROM cannot be mended. */
const OLD_RASPBERRY_PI = 'b8:27:eb';

/** Makers' prefixes of Raspberry Pis, whose ROM says that it is BIOS x86 (IEEE registry). */
export const RASPBERRY_PI_PREFIXES: readonly string[] = [
  OLD_RASPBERRY_PI,
  'dc:a6:32',
  'e4:5f:01',
  '28:cd:c1',
  'd8:3a:dd',
  '2c:cf:67',
  '88:a2:9e',
];

/**
 * The entry that a Raspberry Pi's ROM looks for in an offer's boot menu (Raspberry Pi documentation, "Network
 * booting"); that of a Pi 3 only finds it with three blanks behind it (raspberrypi/firmware#941).
 */
export function raspberryPiEntry(mac: Mac): string {
  return mac.startsWith(OLD_RASPBERRY_PI) ? 'Raspberry Pi Boot   ' : 'Raspberry Pi Boot';
}

/**
 * The builds that a node may ask for, where the usual one does not get on with its NIC: names, best first. A build that
 * does not run on a kind of firmware says nothing about it: there the usual one is taken.
 */
export const IPXE_BUILDS: {
  readonly [program in IpxeProgram]: { readonly [firmware in Firmware]?: readonly string[] };
} = {
  /** Only the NIC that booted, by the firmware's own driver. */
  snponly: {
    'efi-x64': ['snponly.efi'],
    'efi-ia32': ['i386/snponly.efi'],
    'efi-arm64': ['arm64/snponly.efi'],
  },
  /** Every NIC that the firmware has a driver for. */
  snp: { 'efi-x64': ['snp.efi'], 'efi-ia32': ['i386/snp.efi'], 'efi-arm64': ['arm64/snp.efi'] },
  /** iPXE's own drivers: for firmware whose driver is broken; resets the link. */
  ipxe: {
    bios: ['ipxe.pxe'],
    'efi-x64': ['ipxe.efi'],
    'efi-ia32': ['i386/ipxe.efi'],
    'efi-arm64': ['arm64/ipxe.efi', 'ipxe-arm64.efi'],
  },
  'ipxe.pxe': { bios: ['ipxe.pxe'] },
  undionly: { bios: ['undionly.kpxe'] },
  /** Keeps the ROM's network driver also when iPXE ends, for ROMs that cannot do without. */
  'undionly.kkpxe': { bios: ['undionly.kkpxe'] },
};
