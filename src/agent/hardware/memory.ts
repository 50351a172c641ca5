/** Memory: what the kernel may use, and what the DIMMs together have (SMBIOS 3.7, section 7.18). */
import type { Inventory } from '../protocol.ts';

const MEMORY_DEVICE = 17;
const SIZE_AT = 0x0c;
const EXTENDED_SIZE_AT = 0x1c;
const USE_EXTENDED = 0x7fff;
const UNKNOWN = 0xffff;
const IN_KIB = 0x8000;

/** MiB of one "memory device" structure; 0 for an empty slot or another kind of structure. */
export function dimmMib(structure: Buffer): number {
  if (structure.length < SIZE_AT + 2 || structure.readUInt8(0) !== MEMORY_DEVICE) return 0;
  const size = structure.readUInt16LE(SIZE_AT);
  if (size === UNKNOWN) return 0;
  if (size === USE_EXTENDED) {
    return structure.length < EXTENDED_SIZE_AT + 4
      ? 0
      : structure.readUInt32LE(EXTENDED_SIZE_AT) & 0x7fffffff;
  }
  return (size & IN_KIB) === 0 ? size : Math.floor((size & ~IN_KIB) / 1024);
}

/** From the text of `/proc/meminfo` and the raw SMBIOS structures; `total` in bytes. */
export function parseMemory(meminfo: string, structures: readonly Buffer[]): Inventory['memory'] {
  const kib = Number(/^MemTotal:\s+(\d+) kB/m.exec(meminfo)?.[1] ?? 0);
  const physical = structures.reduce((sum, structure) => sum + dimmMib(structure), 0);
  return { total: kib * 1024, physical_mb: physical > 0 ? physical : Math.floor(kib / 1024) };
}
