/** Reading partition tables: MBR and GPT (UEFI 2.10, section 5), pure over bytes. */

export type Partition = {
  /** Slot in the table, from 1: `sda3` is 3. */
  readonly number: number;
  /** Bytes from the start of the disk. */
  readonly offset: number;
  readonly length: number;
  /** GPT: type GUID in lower case; MBR: `0x83`. */
  readonly type: string;
  readonly name: string;
};

export type PartitionTable = {
  readonly scheme: 'gpt' | 'mbr';
  readonly sectorSize: number;
  /** Bytes `[first, end)` that partitions may use. */
  readonly usableStart: number;
  readonly usableEnd: number;
  readonly partitions: readonly Partition[];
};

/** Enough of a disk's start for every table that `parsePartitionTable` reads, with 4096-byte sectors. */
export const TABLE_BYTES = 64 * 1024;

const ESP_TYPE = 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b';
const ESP_MBR_TYPE = '0xef';
const PROTECTIVE_MBR = 0xee;
const MBR_ENTRIES = 446;

export function isEsp(partition: Partition): boolean {
  return partition.type === ESP_TYPE || partition.type === ESP_MBR_TYPE;
}

/** The table in the first `TABLE_BYTES` of a disk; null when there is none (or only a broken one). */
export function parsePartitionTable(
  start: Buffer,
  disk: { readonly sectorSize: number; readonly size: number },
): PartitionTable | null {
  if (start.length < disk.sectorSize * 2 || start.readUInt16LE(510) !== 0xaa55) return null;
  const entries = [0, 1, 2, 3].map((slot) =>
    start.subarray(MBR_ENTRIES + slot * 16, MBR_ENTRIES + slot * 16 + 16),
  );
  if (entries.some((entry) => entry[4] === PROTECTIVE_MBR)) return parseGpt(start, disk.sectorSize);
  const partitions = entries.flatMap((entry, slot) => mbrPartition(entry, slot, disk.sectorSize));
  if (partitions.length === 0) return null;
  // MBR counts sectors in 32 bits.
  const usableEnd = Math.min(disk.size, 0xffffffff * disk.sectorSize);
  return { scheme: 'mbr', sectorSize: disk.sectorSize, usableStart: disk.sectorSize, usableEnd, partitions };
}

function mbrPartition(entry: Buffer, slot: number, sectorSize: number): readonly Partition[] {
  const type = entry.readUInt8(4);
  const sectors = entry.readUInt32LE(12);
  if (type === 0 || sectors === 0) return [];
  return [
    {
      number: slot + 1,
      offset: entry.readUInt32LE(8) * sectorSize,
      length: sectors * sectorSize,
      type: `0x${type.toString(16).padStart(2, '0')}`,
      name: '',
    },
  ];
}

function parseGpt(start: Buffer, sectorSize: number): PartitionTable | null {
  const header = start.subarray(sectorSize, sectorSize * 2);
  if (header.toString('latin1', 0, 8) !== 'EFI PART') return null;
  const entriesAt = Number(header.readBigUInt64LE(72)) * sectorSize;
  const count = header.readUInt32LE(80);
  const entrySize = header.readUInt32LE(84);
  if (entrySize < 128 || entrySize > 4096 || count > 1024) return null;
  const partitions: Partition[] = [];
  for (let slot = 0; slot < count; slot += 1) {
    const at = entriesAt + slot * entrySize;
    if (at + 128 > start.length) break;
    partitions.push(...gptPartition(start.subarray(at, at + 128), slot, sectorSize));
  }
  return {
    scheme: 'gpt',
    sectorSize,
    usableStart: Number(header.readBigUInt64LE(40)) * sectorSize,
    usableEnd: (Number(header.readBigUInt64LE(48)) + 1) * sectorSize,
    partitions,
  };
}

function gptPartition(entry: Buffer, slot: number, sectorSize: number): readonly Partition[] {
  const type = guid(entry);
  if (/^[0-]+$/.test(type)) return [];
  const first = Number(entry.readBigUInt64LE(32));
  const last = Number(entry.readBigUInt64LE(40));
  if (last < first) return [];
  return [
    {
      number: slot + 1,
      offset: first * sectorSize,
      length: (last - first + 1) * sectorSize,
      type,
      name: entry.toString('utf16le', 56, 128).replace(/\0.*$/s, ''),
    },
  ];
}

/** The first three fields of a GUID are little-endian on disk (UEFI appendix A). */
function guid(bytes: Buffer): string {
  const hex = (from: number, to: number): string => bytes.toString('hex', from, to);
  const swapped = (from: number, to: number): string =>
    Buffer.from(bytes.subarray(from, to)).reverse().toString('hex');
  return [swapped(0, 4), swapped(4, 6), swapped(6, 8), hex(8, 10), hex(10, 16)].join('-');
}
