/** The device node of a partition, as the kernel names it (`sda1`, `nvme0n1p1`). */
import type { Sysfs } from './sysfs.ts';

/** Null while the kernel shows no such partition. */
export function partitionNode(sysfs: Sysfs, diskName: string, number: number): string | null {
  const disk = diskName.replace(/^\/dev\//, '').replaceAll('/', '!');
  const found = sysfs
    .names(`/sys/block/${disk}`)
    .find((child) => sysfs.number(`/sys/block/${disk}/${child}/partition`) === number);
  return found === undefined ? null : `/dev/${found.replaceAll('!', '/')}`;
}
