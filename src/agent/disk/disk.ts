/** A disk as the agent sees it: what the inventory tells, and what root device hints are matched against. */
import type { InventoryDisk } from '../protocol.ts';

export type Disk = InventoryDisk & {
  /** Bytes in a logical sector: 512 or 4096. */
  readonly sectorSize: number;
  readonly readOnly: boolean;
  /** The kernel can write zeros without sending them (WRITE SAME, NVMe Write Zeroes, ...). */
  readonly zeroesOffloaded: boolean;
};

export const GIB = 1024 ** 3;
export const MIB = 1024 ** 2;

/** `/dev/sda (480 GiB, model "X", serial "Y")`: how errors name a disk. */
export function describeDisk(disk: InventoryDisk): string {
  const facts = [
    `${(disk.size / GIB).toFixed(disk.size < 10 * GIB ? 2 : 0)} GiB`,
    disk.vendor === null ? null : `vendor "${disk.vendor}"`,
    disk.model === null ? null : `model "${disk.model}"`,
    disk.serial === null ? null : `serial "${disk.serial}"`,
    disk.wwn === null ? null : `wwn ${disk.wwn}`,
    disk.hctl === null ? null : `hctl ${disk.hctl}`,
  ];
  return `${disk.name} (${facts.filter((fact) => fact !== null).join(', ')})`;
}

/** All disks in one sentence, for an error's details. */
export function describeDisks(disks: readonly InventoryDisk[]): string {
  if (disks.length === 0) return 'no disks at all: a storage driver or the controller may be missing';
  return disks.map(describeDisk).join('; ');
}
