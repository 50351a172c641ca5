/** Builds a tree of files as sysfs, procfs and udev show them: text files, and links (`-> target`). */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempFolder } from './disks.ts';

export type Tree = Readonly<Record<string, string | Buffer>>;

/** The root folder of the tree. `'-> ../x'` makes a symbolic link; a path that ends in `/` makes a folder. */
export function buildTree(tree: Tree): string {
  const root = tempFolder();
  for (const [path, content] of Object.entries(tree)) {
    const at = join(root, path);
    mkdirSync(path.endsWith('/') ? at : dirname(at), { recursive: true });
    if (path.endsWith('/')) continue;
    if (typeof content === 'string' && content.startsWith('-> ')) symlinkSync(content.slice(3), at);
    else writeFileSync(at, content);
  }
  return root;
}

/** A SATA server: one disk with udev's record, one CD drive, one Intel NIC, UEFI. */
export const SERVER: Tree = {
  'sys/devices/pci0000:00/0000:00:1f.2/host0/0:0:0:0/model': 'SAMSUNG MZ7LH480\n',
  'sys/devices/pci0000:00/0000:00:1f.2/host0/0:0:0:0/vendor': 'ATA     \n',
  'sys/block/sda/device': '-> ../../devices/pci0000:00/0000:00:1f.2/host0/0:0:0:0',
  'sys/block/sda/dev': '8:0\n',
  'sys/block/sda/size': '937703088\n',
  'sys/block/sda/ro': '0\n',
  'sys/block/sda/removable': '0\n',
  'sys/block/sda/queue/rotational': '0\n',
  'sys/block/sda/queue/logical_block_size': '512\n',
  'sys/block/sda/queue/write_zeroes_max_bytes': '0\n',
  'sys/block/sda/sda1/partition': '1\n',
  'sys/block/sda/sda15/partition': '15\n',
  'run/udev/data/b8:0': [
    'S:disk/by-id/ata-SAMSUNG_MZ7LH480HAHQ_S45NNA0M1',
    'S:disk/by-path/pci-0000:00:1f.2-ata-1',
    'E:ID_MODEL=SAMSUNG_MZ7LH480HAHQ',
    'E:ID_SERIAL_SHORT=S45NNA0M1',
    'E:ID_WWN=0x5002538e1',
    'E:ID_WWN_WITH_EXTENSION=0x5002538e10000001',
    'E:ID_WWN_VENDOR_EXTENSION=0x10000001',
    'G:systemd',
  ].join('\n'),
  'sys/block/sr0/size': '2097151\n',
  'sys/block/loop0/size': '2048\n',
  'sys/block/sdb/size': '62333952\n',
  'sys/block/sdb/removable': '1\n',
  'sys/block/nvme0n1/size': '0\n',
  'sys/devices/pci0000:00/0000:01:00.0/vendor': '0x8086\n',
  'sys/devices/pci0000:00/0000:01:00.0/device': '0x1572\n',
  'sys/bus/pci/drivers/i40e/': '',
  'sys/devices/pci0000:00/0000:01:00.0/driver': '-> ../../../bus/pci/drivers/i40e',
  'sys/class/net/eno1/device': '-> ../../../devices/pci0000:00/0000:01:00.0',
  'sys/class/net/eno1/address': '3C:EC:EF:00:00:01\n',
  'sys/class/net/eno1/carrier': '1\n',
  'sys/class/net/eno1/speed': '10000\n',
  'sys/class/net/lo/address': '00:00:00:00:00:00\n',
  'sys/class/dmi/id/sys_vendor': 'Supermicro\n',
  'sys/class/dmi/id/product_name': 'SYS-1029P\n',
  'sys/class/dmi/id/product_serial': 'S123456X\n',
  'sys/class/dmi/id/bios_vendor': 'American Megatrends Inc.\n',
  'sys/class/dmi/id/bios_version': '3.4\n',
  'sys/class/dmi/id/bios_date': '11/03/2020\n',
  'sys/firmware/efi/': '',
  'proc/meminfo': 'MemTotal:       65655192 kB\nMemFree:        60000000 kB\n',
  'proc/cpuinfo': [0, 1]
    .map((cpu) =>
      [
        `processor\t: ${cpu}`,
        'model name\t: Intel(R) Xeon(R) Silver 4210 CPU @ 2.20GHz',
        'cpu MHz\t\t: 2200.000',
        `physical id\t: ${cpu}`,
        'flags\t\t: fpu vme sse2 vmx',
      ].join('\n'),
    )
    .join('\n\n'),
};

/** A QEMU machine with BIOS, without udev: a virtio disk and a virtio NIC without link. */
export const VIRTUAL: Tree = {
  'sys/devices/pci0000:00/0000:00:03.0/virtio1/vendor': '0x1af4\n',
  'sys/devices/pci0000:00/0000:00:03.0/virtio1/device': '0x0001\n',
  'sys/class/net/ens3/device': '-> ../../../devices/pci0000:00/0000:00:03.0/virtio1',
  'sys/class/net/ens3/address': '52:54:00:aa:00:01\n',
  'sys/class/net/ens3/speed': '-1\n',
  'sys/devices/pci0000:00/0000:00:04.0/virtio2/vendor': '0x1af4\n',
  'sys/block/vda/device': '-> ../../devices/pci0000:00/0000:00:04.0/virtio2',
  'sys/block/vda/dev': '254:0\n',
  'sys/block/vda/size': '41943040\n',
  'sys/block/vda/serial': 'ingot-0001',
  'sys/block/vda/queue/rotational': '1\n',
  'sys/block/vda/queue/write_zeroes_max_bytes': '2147483136\n',
  'proc/meminfo': 'MemTotal:        2015420 kB\n',
  'proc/cpuinfo': 'processor\t: 0\nmodel name\t: QEMU Virtual CPU version 2.5+\ncpu MHz\t\t: 2095.078\n',
};
