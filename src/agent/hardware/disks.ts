/** The machine's disks, from sysfs and udev's database. */
import type { Disk } from '../disk/disk.ts';
import type { Sysfs } from './sysfs.ts';
import { parseUdevRecord, type UdevRecord } from './udev.ts';

/**
 * Block devices that are no disks of the machine: loops, RAM, optical and floppy drives, stacked and network devices.
 */
const NO_DISK = /^(loop|ram|zram|sr|fd|dm-|md|nbd|drbd|rbd|mtdblock)/;
/** sysfs counts sizes in these, whatever the disk's own sectors are (Documentation/ABI/stable/sysfs-block). */
const SYSFS_SECTOR = 512;

export function listDisks(sysfs: Sysfs): readonly Disk[] {
  return sysfs
    .names('/sys/block')
    .filter((name) => !NO_DISK.test(name) && sysfs.number(`/sys/block/${name}/removable`) !== 1)
    .map((name) => readDisk(sysfs, name))
    .filter((disk) => disk.size > 0);
}

function readDisk(sysfs: Sysfs, name: string): Disk {
  const at = `/sys/block/${name}`;
  const udev = parseUdevRecord(sysfs.text(`/run/udev/data/b${sysfs.text(`${at}/dev`) ?? ''}`) ?? '');
  const property = (key: string): string | null => udev.properties.get(key) ?? null;
  const hctl = sysfs.targetName(`${at}/device`);
  return {
    // The kernel writes '!' where a name has a '/' (cciss!c0d0).
    name: `/dev/${name.replaceAll('!', '/')}`,
    model: sysfs.text(`${at}/device/model`) ?? property('ID_MODEL')?.replaceAll('_', ' ') ?? null,
    size: (sysfs.number(`${at}/size`) ?? 0) * SYSFS_SECTOR,
    rotational: sysfs.number(`${at}/queue/rotational`) === 1,
    wwn: property('ID_WWN') ?? wwidOf(sysfs, at),
    serial:
      property('ID_SERIAL_SHORT') ??
      sysfs.text(`${at}/serial`) ??
      sysfs.text(`${at}/device/serial`) ??
      vpdSerial(sysfs.bytes(`${at}/device/vpd_pg80`)),
    vendor: sysfs.text(`${at}/device/vendor`),
    wwn_with_extension: property('ID_WWN_WITH_EXTENSION') ?? wwidOf(sysfs, at),
    wwn_vendor_extension: property('ID_WWN_VENDOR_EXTENSION'),
    hctl: hctl !== null && /^\d+:\d+:\d+:\d+$/.test(hctl) ? hctl : null,
    by_path: byPath(udev),
    sectorSize: sysfs.number(`${at}/queue/logical_block_size`) ?? SYSFS_SECTOR,
    readOnly: sysfs.number(`${at}/ro`) === 1,
    zeroesOffloaded: (sysfs.number(`${at}/queue/write_zeroes_max_bytes`) ?? 0) > 0,
  };
}

function byPath(udev: UdevRecord): string | null {
  return udev.links.find((link) => link.startsWith('/dev/disk/by-path/')) ?? null;
}

/** `naa.5000c500a1b2c3d4` as udev's `0x5000...`; NVMe's `eui.` and `uuid.` forms as they are. */
function wwidOf(sysfs: Sysfs, at: string): string | null {
  const wwid = sysfs.text(`${at}/device/wwid`) ?? sysfs.text(`${at}/wwid`);
  if (wwid === null || wwid.startsWith('t10.')) return null;
  return wwid.startsWith('naa.') ? `0x${wwid.slice(4)}` : wwid;
}

/** Vital product data page 0x80 (SPC-4, 7.8.17): four bytes of header, then the serial number. */
function vpdSerial(page: Buffer | null): string | null {
  if (page === null || page.length < 5) return null;
  return (
    page
      .toString('latin1', 4, 4 + page.readUInt16BE(2))
      .replaceAll('\0', '')
      .trim() || null
  );
}
