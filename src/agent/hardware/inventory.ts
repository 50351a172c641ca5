/** The whole inventory, in the shape that inspection posts (`Inventory` in protocol.ts). */
import type { Inventory } from '../protocol.ts';
import { parseCpu } from './cpu.ts';
import { listDisks } from './disks.ts';
import { type InterfaceBooks, listInterfaces } from './interfaces.ts';
import { parseMemory } from './memory.ts';
import type { Sysfs } from './sysfs.ts';

export type InventoryFacts = InterfaceBooks & {
  readonly sysfs: Sysfs;
  readonly bootMac: string | null;
  readonly hostname: string;
  /** `process.arch`. */
  readonly nodeArch: string;
};

function bootMode(sysfs: Sysfs): 'uefi' | 'bios' {
  return sysfs.exists('/sys/firmware/efi') ? 'uefi' : 'bios';
}

function systemVendor(sysfs: Sysfs): Inventory['system_vendor'] {
  const dmi = (name: string): string => sysfs.text(`/sys/class/dmi/id/${name}`) ?? '';
  return {
    product_name: dmi('product_name'),
    serial_number: dmi('product_serial'),
    manufacturer: dmi('sys_vendor'),
    firmware: { vendor: dmi('bios_vendor'), version: dmi('bios_version'), build_date: dmi('bios_date') },
  };
}

function smbiosMemory(sysfs: Sysfs): readonly Buffer[] {
  const entries = '/sys/firmware/dmi/entries';
  return sysfs
    .names(entries)
    .filter((name) => name.startsWith('17-'))
    .map((name) => sysfs.bytes(`${entries}/${name}/raw`))
    .filter((structure) => structure !== null);
}

export function collectInventory(facts: InventoryFacts): Inventory {
  const { sysfs } = facts;
  return {
    interfaces: listInterfaces(sysfs, facts),
    cpu: parseCpu({
      cpuinfo: sysfs.text('/proc/cpuinfo') ?? '',
      maxKhz: sysfs.number('/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq'),
      nodeArch: facts.nodeArch,
    }),
    disks: listDisks(sysfs).map(({ sectorSize, readOnly, zeroesOffloaded, ...disk }) => disk),
    memory: parseMemory(sysfs.text('/proc/meminfo') ?? '', smbiosMemory(sysfs)),
    bmc_address: null,
    system_vendor: systemVendor(sysfs),
    boot: { current_boot_mode: bootMode(sysfs), pxe_interface: facts.bootMac },
    hostname: facts.hostname,
  };
}
