/** The partition table that a disk has now. */
import type { Disk } from './disk.ts';
import { readAt } from './disk-io.ts';
import { type PartitionTable, parsePartitionTable, TABLE_BYTES } from './partition-table.ts';

/** Null when there is none, or one for another sector size. */
export async function readTable(disk: Disk): Promise<PartitionTable | null> {
  return parsePartitionTable(await readAt(disk.name, 0, Math.min(TABLE_BYTES, disk.size)), disk);
}
