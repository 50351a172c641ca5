import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MIB } from '../../src/agent/disk/disk.ts';
import { isEsp, parsePartitionTable } from '../../src/agent/disk/partition-table.ts';
import { placeAtEnd } from '../../src/agent/write/finish-disk.ts';
import { mbrImage } from './support/images.ts';

const DISK = { sectorSize: 512, size: 64 * MIB };

/** A GPT by hand: protective MBR, header at sector 1, one EFI partition in slot 15, sectors 2048 to 4095. */
function gptByHand(): Buffer {
  const start = Buffer.alloc(64 * 1024);
  start.writeUInt8(0xee, 446 + 4);
  start.writeUInt16LE(0xaa55, 510);
  const header = start.subarray(512);
  header.write('EFI PART', 'latin1');
  header.writeBigUInt64LE(34n, 40);
  header.writeBigUInt64LE(131_038n, 48);
  header.writeBigUInt64LE(2n, 72);
  header.writeUInt32LE(128, 80);
  header.writeUInt32LE(128, 84);
  const entry = start.subarray(1024 + 14 * 128);
  // C12A7328-F81F-11D2-BA4B-00A0C93EC93B, first three fields little-endian
  entry.write('28732ac11ff8d211ba4b00a0c93ec93b', 'hex');
  entry.writeBigUInt64LE(2048n, 32);
  entry.writeBigUInt64LE(4095n, 40);
  entry.write('efi', 56, 'utf16le');
  return start;
}

describe('a partition table', () => {
  it('of GPT is read with types, places and names', () => {
    const table = parsePartitionTable(gptByHand(), DISK);
    expect(table).toMatchObject({ scheme: 'gpt', usableStart: 34 * 512, usableEnd: 131_039 * 512 });
    expect(table?.partitions).toEqual([
      { number: 15, offset: MIB, length: MIB, type: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b', name: 'efi' },
    ]);
    expect(table?.partitions.every(isEsp)).toBe(true);
  });

  it('of MBR is read, and ends where its 32 bits end', () => {
    const table = parsePartitionTable(mbrImage(8 * MIB).subarray(0, 65_536), {
      sectorSize: 512,
      size: 8 * 1024 ** 4,
    });
    expect(table).toMatchObject({ scheme: 'mbr', usableEnd: 0xffffffff * 512 });
    expect(table?.partitions).toEqual([{ number: 1, offset: MIB, length: 7 * MIB, type: '0x83', name: '' }]);
  });

  it('of GPT for sectors of 512 bytes is none on a disk with sectors of 4096', () => {
    expect(parsePartitionTable(gptByHand(), { ...DISK, sectorSize: 4096 })).toBeNull();
  });

  it('is never a crash, whatever the bytes are', () => {
    const start = fc.oneof(
      fc.uint8Array({ maxLength: 4096 }),
      // Random bytes where a GPT header has its numbers.
      fc.uint8Array({ minLength: 92, maxLength: 92 }).map((bytes) => {
        const gpt = gptByHand();
        gpt.set(bytes.subarray(8), 520);
        return gpt;
      }),
    );
    fc.assert(
      fc.property(start, (bytes) => {
        const table = parsePartitionTable(Buffer.from(bytes), DISK);
        expect(table === null || Array.isArray(table.partitions)).toBe(true);
      }),
    );
  });
});

describe('the place of the config drive', () => {
  it('is whole MiB at the end of what partitions may use', () => {
    const table = parsePartitionTable(gptByHand(), DISK);
    expect(table === null ? null : placeAtEnd(table, 100_000)).toEqual({ offset: 62 * MIB, length: MIB });
  });

  it('is refused behind four MBR partitions', () => {
    const image = mbrImage(8 * MIB);
    for (const slot of [1, 2, 3]) image.copy(image, 446 + slot * 16, 446, 462);
    const table = parsePartitionTable(image.subarray(0, 65_536), DISK);
    expect(table).not.toBeNull();
    if (table !== null) expect(() => placeAtEnd(table, 1000)).toThrow(/four MBR partitions already/);
  });
});
