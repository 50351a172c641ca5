import { describe, expect, it } from 'vitest';
import { parseCpu } from '../../src/agent/hardware/cpu.ts';
import { listDisks } from '../../src/agent/hardware/disks.ts';
import { collectInventory } from '../../src/agent/hardware/inventory.ts';
import { dimmMib, parseMemory } from '../../src/agent/hardware/memory.ts';
import { partitionNode } from '../../src/agent/hardware/partition-node.ts';
import { createSysfs } from '../../src/agent/hardware/sysfs.ts';
import { buildTree, SERVER, type Tree, VIRTUAL } from './support/sysfs-tree.ts';

function inventoryOf(tree: Tree, bootMac: string | null = null): ReturnType<typeof collectInventory> {
  return collectInventory({
    sysfs: createSysfs(buildTree(tree)),
    addresses: new Map([['eno1', { ipv4: '10.20.1.5', ipv6: null }]]),
    lldp: new Map(),
    bootMac,
    hostname: 'ramdisk',
    nodeArch: 'x64',
  });
}

/** SMBIOS type 17 with a size word and, for large modules, the extended size. */
function memoryDevice(size: number, extended = 0): Buffer {
  const structure = Buffer.alloc(0x28);
  structure.writeUInt8(17, 0);
  structure.writeUInt16LE(size, 0x0c);
  structure.writeUInt32LE(extended, 0x1c);
  return structure;
}

describe('the inventory of a server', () => {
  it('has its disk with everything that a root device hint may name', () => {
    expect(inventoryOf(SERVER).disks).toEqual([
      {
        name: '/dev/sda',
        model: 'SAMSUNG MZ7LH480',
        size: 480_103_981_056,
        rotational: false,
        wwn: '0x5002538e1',
        serial: 'S45NNA0M1',
        vendor: 'ATA',
        wwn_with_extension: '0x5002538e10000001',
        wwn_vendor_extension: '0x10000001',
        hctl: '0:0:0:0',
        by_path: '/dev/disk/by-path/pci-0000:00:1f.2-ata-1',
      },
    ]);
  });

  it('has its hardware NICs and not the loopback', () => {
    expect(inventoryOf(SERVER).interfaces).toEqual([
      {
        name: 'eno1',
        mac_address: '3c:ec:ef:00:00:01',
        ipv4_address: '10.20.1.5',
        ipv6_address: null,
        has_carrier: true,
        lldp: null,
        vendor: '0x8086',
        product: '0x1572',
        speed_mbps: 10_000,
        pci_address: '0000:01:00.0',
        driver: 'i40e',
      },
    ]);
  });

  it('has processors, memory, DMI and boot mode', () => {
    expect(inventoryOf(SERVER, '3c:ec:ef:00:00:01')).toMatchObject({
      cpu: {
        model_name: 'Intel(R) Xeon(R) Silver 4210 CPU @ 2.20GHz',
        frequency: '2200.000',
        count: 2,
        architecture: 'x86_64',
        flags: ['fpu', 'vme', 'sse2', 'vmx'],
        socket_count: 2,
      },
      memory: { total: 67_230_916_608, physical_mb: 64_116 },
      system_vendor: {
        product_name: 'SYS-1029P',
        serial_number: 'S123456X',
        manufacturer: 'Supermicro',
        firmware: { vendor: 'American Megatrends Inc.', version: '3.4', build_date: '11/03/2020' },
      },
      boot: { current_boot_mode: 'uefi', pxe_interface: '3c:ec:ef:00:00:01' },
      hostname: 'ramdisk',
    });
  });
});

describe('the inventory of a virtual machine without udev', () => {
  it('has the virtio disk with its serial number', () => {
    expect(listDisks(createSysfs(buildTree(VIRTUAL)))).toMatchObject([
      {
        name: '/dev/vda',
        size: 21_474_836_480,
        serial: 'ingot-0001',
        wwn: null,
        hctl: null,
        zeroesOffloaded: true,
      },
    ]);
  });

  it('has the virtio NIC with the address of its PCI function, and no speed without a link', () => {
    expect(inventoryOf(VIRTUAL)).toMatchObject({
      interfaces: [
        {
          name: 'ens3',
          product: '0x0001',
          pci_address: '0000:00:03.0',
          speed_mbps: null,
          has_carrier: false,
        },
      ],
      boot: { current_boot_mode: 'bios' },
    });
  });
});

it('a machine that tells nothing at all still has an inventory', () => {
  expect(inventoryOf({})).toMatchObject({
    disks: [],
    interfaces: [],
    memory: { total: 0 },
    cpu: { count: 0 },
  });
});

it('an ARM processor is named by its part when the kernel gives no name', () => {
  const cpuinfo = 'processor\t: 0\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n';
  expect(parseCpu({ cpuinfo, maxKhz: 3_000_000, nodeArch: 'arm64' })).toMatchObject({
    model_name: 'ARM 0x41 part 0xd0c',
    architecture: 'aarch64',
    frequency: '3000',
    flags: ['fp', 'asimd'],
  });
});

describe('the size of a memory module', () => {
  it.each<[string, Buffer, number]>([
    ['in MiB', memoryDevice(16_384), 16_384],
    ['in KiB', memoryDevice(0x8000 | 2048), 2],
    ['of 32 GiB and more, in the extended field', memoryDevice(0x7fff, 65_536), 65_536],
    ['of an empty slot is 0', memoryDevice(0), 0],
    ['that is unknown is 0', memoryDevice(0xffff), 0],
    ['of a cut structure is 0', memoryDevice(16_384).subarray(0, 8), 0],
  ])('%s', (_, structure, mib) => {
    expect(dimmMib(structure)).toBe(mib);
  });

  it('adds up over all modules', () => {
    expect(
      parseMemory('MemTotal: 1000 kB', [memoryDevice(8192), memoryDevice(0), memoryDevice(8192)]),
    ).toEqual({
      total: 1_024_000,
      physical_mb: 16_384,
    });
  });
});

it('the kernel names the node of a partition', () => {
  const sysfs = createSysfs(buildTree(SERVER));
  expect([15, 2].map((number) => partitionNode(sysfs, '/dev/sda', number))).toEqual(['/dev/sda15', null]);
});
