/** The QEMU command of one machine. Pure: what each word is for stands beside it. */

import type { MachinePlan } from '../records.ts';
import { namespaceFile } from '../topology.ts';
import type { BootSettings, BootSource } from './machine.ts';

/** One kind of firmware: its flash images and what the machine type needs for them. */
type FirmwareKind = {
  /** Read-only code image; null: SeaBIOS, which QEMU has built in. */
  readonly code: string | null;
  /** What a fresh machine's variables (boot entries, keys) are copied from. */
  readonly vars: string | null;
  readonly machine: string;
  readonly more: readonly string[];
  /** NIC 1's option ROM: iPXE is QEMU's default; OVMF has its own virtio driver and PXE client. */
  readonly romfile: string;
};

/**
 * Debian's ovmf package. Its code enforces Secure Boot as soon as the variables hold keys: Microsoft's, in `.ms.fd`.
 */
export const FIRMWARE = {
  bios: { code: null, vars: null, machine: 'q35,graphics=off', more: [], romfile: '' },
  uefi: {
    code: '/usr/share/OVMF/OVMF_CODE_4M.fd',
    vars: '/usr/share/OVMF/OVMF_VARS_4M.fd',
    machine: 'q35,graphics=off',
    more: [],
    romfile: ',romfile=',
  },
  'uefi-secure': {
    code: '/usr/share/OVMF/OVMF_CODE_4M.ms.fd',
    vars: '/usr/share/OVMF/OVMF_VARS_4M.ms.fd',
    machine: 'q35,graphics=off,smm=on',
    more: ['-global', 'driver=cfi.pflash01,property=secure,value=on', '-global', 'ICH9-LPC.disable_s3=1'],
    romfile: ',romfile=',
  },
  // Debian's qemu-efi-aarch64.
  'uefi-arm64': {
    code: '/usr/share/AAVMF/AAVMF_CODE.fd',
    vars: '/usr/share/AAVMF/AAVMF_VARS.fd',
    machine: 'virt',
    more: [],
    romfile: ',romfile=',
  },
  'uefi-arm64-secure': {
    code: '/usr/share/AAVMF/AAVMF_CODE.ms.fd',
    vars: '/usr/share/AAVMF/AAVMF_VARS.ms.fd',
    machine: 'virt',
    more: [],
    romfile: ',romfile=',
  },
} as const satisfies Record<string, FirmwareKind>;

export type FirmwareName = keyof typeof FIRMWARE;

/** The flash that a machine starts from. */
export function firmwareOf(start: {
  readonly arch: MachinePlan['arch'];
  readonly mode: BootSettings['mode'];
  readonly secureBoot: boolean;
}): FirmwareName {
  if (start.arch === 'aarch64') return start.secureBoot ? 'uefi-arm64-secure' : 'uefi-arm64';
  if (start.mode === 'Legacy') return 'bios';
  return start.secureBoot ? 'uefi-secure' : 'uefi';
}

/**
 * The machine's own variables for that firmware. With and without Secure Boot it has two sets, as the keys are in them;
 * so a change by its BMC begins with the boot entries of the last time.
 */
export function varsFile(machine: Pick<MachinePlan, 'vars'>, firmware: FirmwareName): string {
  return firmware.endsWith('-secure') ? machine.vars.replace(/(\.fd)?$/, '.secure$1') : machine.vars;
}

const DISK_BOOT_INDEX = 2;

/** QOM path of the booting NIC, and its bootindex for a boot that shall try `first` first. */
export const BOOT_NIC_PATH = '/machine/peripheral/nic-pxe';
export function nicBootIndex(first: BootSource): number {
  return first === 'disk' ? DISK_BOOT_INDEX + 1 : DISK_BOOT_INDEX - 1;
}

/**
 * QEMU's boot order names a card, not a protocol, and OVMF tries PXE over IPv4 and IPv6 on it (110 s) before HTTP.
 * Without PXE it begins with HTTP (OvmfPkg/README, opt/org.tianocore). Read at power-on only.
 */
const HTTP_FIRST: readonly string[] = ['IPv4PXESupport', 'IPv6PXESupport'].flatMap((name) => [
  '-fw_cfg',
  `name=opt/org.tianocore/${name},string=n`,
]);

export type QemuStart = {
  readonly machine: MachinePlan;
  readonly firmware: FirmwareName;
  readonly first: BootSource;
  /** TCG unless asked: on virtual hosts /dev/kvm may exist and yet hang the firmware. */
  readonly accelerator: 'tcg' | 'kvm';
  /** File of the authorities whose HTTPS servers UEFI firmware trusts (EFI signature lists); absent: none. */
  readonly authorities?: string;
};

/** A comma ends an option's value for QEMU; two of them stand for one. */
const value = (text: string): string => text.replaceAll(',', ',,');

function flash(kind: FirmwareKind, vars: string): string[] {
  if (kind.code === null) return [];
  return [
    '-drive',
    `if=pflash,format=raw,unit=0,readonly=on,file=${kind.code}`,
    '-drive',
    `if=pflash,format=raw,unit=1,file=${value(vars)}`,
  ];
}

/** Arguments of QEMU's `qemu-system-ARCH`. */
export function qemuArgv({
  machine,
  firmware,
  first,
  accelerator,
  authorities,
}: QemuStart): readonly string[] {
  const kind: FirmwareKind = FIRMWARE[firmware];
  return [
    '-name',
    machine.name,
    '-nodefaults',
    '-no-user-config',
    // graphics=off makes SeaBIOS, and iPXE under it, write to the serial console.
    '-machine',
    kind.machine,
    '-accel',
    accelerator === 'kvm' ? 'kvm' : 'tcg,tb-size=256',
    '-cpu',
    'max',
    '-smp',
    String(machine.cpus),
    '-m',
    `${machine.memory_mib}M`,
    '-uuid',
    machine.uuid,
    '-smbios',
    `type=1,manufacturer=Ingot,product=Lab machine,serial=${machine.serial},uuid=${machine.uuid}`,
    ...kind.more,
    ...flash(kind, varsFile(machine, firmware)),
    ...(first === 'http' ? HTTP_FIRST : []),
    // OvmfPkg/Library/TlsAuthConfigLib.
    ...(authorities === undefined
      ? []
      : ['-fw_cfg', `name=etc/edk2/https/cacerts,file=${value(authorities)}`]),
    '-display',
    'none',
    '-vga',
    'none',
    '-chardev',
    `file,id=console,path=${value(machine.console)},append=on`,
    '-serial',
    'chardev:console',
    '-qmp',
    `unix:${value(machine.qmp)},server=on,wait=off`,
    '-netdev',
    `tap,id=pxe,ifname=${machine.pxe.tap},script=no,downscript=no`,
    '-device',
    `virtio-net-pci,id=nic-pxe,netdev=pxe,mac=${machine.pxe.mac},bootindex=${nicBootIndex(first)}${kind.romfile}`,
    '-netdev',
    `tap,id=lcm,ifname=${machine.lcm.tap},script=no,downscript=no`,
    '-device',
    `virtio-net-pci,id=nic-lcm,netdev=lcm,mac=${machine.lcm.mac},romfile=`,
    '-device',
    'virtio-scsi-pci,id=scsi',
    // unsafe: QEMU's end is no power cut for the page cache, and sparse files stay sparse.
    '-drive',
    `if=none,id=disk,file=${value(machine.disk.path)},format=raw,cache=unsafe,discard=unmap,detect-zeroes=unmap`,
    '-device',
    `scsi-hd,bus=scsi.0,drive=disk,serial=${machine.disk.serial},wwn=${machine.disk.wwn},vendor=INGOT,` +
      `product=LABDISK,rotation_rate=1,bootindex=${DISK_BOOT_INDEX}`,
    '-device',
    'virtio-rng-pci',
  ];
}

/** The whole command: QEMU inside the lab's `switch` namespace, where the taps are. Run it in the lab's folder. */
export function qemuCommand(start: QemuStart): readonly string[] {
  return [
    'nsenter',
    `--net=${namespaceFile('switch')}`,
    '--',
    `qemu-system-${start.machine.arch}`,
    ...qemuArgv(start),
  ];
}
