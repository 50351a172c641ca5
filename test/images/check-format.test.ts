import { describe, expect, test } from 'vitest';
import { qcow2Complaint } from '../../src/images/check-format.ts';

/** A version 3 header of a disk of 1 GiB (QEMU, docs/interop/qcow2.txt), with these 32-bit fields changed. */
function header(changes: Record<number, number> = {}): Buffer {
  const bytes = Buffer.alloc(104);
  const fields = { 0: 0x514649fb, 4: 3, 20: 16, 28: 0x40000000, 96: 4, 100: 104, ...changes };
  for (const [offset, value] of Object.entries(fields)) bytes.writeUInt32BE(value, Number(offset));
  return bytes;
}

describe('a qcow2 header', () => {
  test.each([
    ['a plain one of version 3 is taken', {}, null],
    ['a plain one of version 2 is taken, whatever follows its 72 bytes', { 4: 2, 76: 0xffff }, null],
    ['a dirty bit alone is no reason to refuse', { 76: 1 }, null],
    ['another magic is no qcow2', { 0: 0x514649fc }, 'not'],
    ['a later version is not known', { 4: 4 }, 'not'],
    ['a backing file beyond 4 GiB of the file is seen', { 8: 1 }, 'backing file'],
    ['a backing file is seen', { 12: 0x1d0 }, 'backing file'],
    ['an external data file is seen', { 76: 4 }, 'another file'],
    ['a corrupt mark is seen', { 76: 2 }, 'corrupt'],
    ['encryption is seen', { 32: 2 }, 'encrypted'],
    ['a disk of no bytes is refused', { 28: 0 }, '0 bytes'],
    ['a disk of 16 TiB is refused', { 24: 0x1000 }, '4 TiB'],
  ])('%s', (_name, changes, because) => {
    const complaint = qcow2Complaint(header(changes));
    if (because === null) expect(complaint).toBeNull();
    else expect(complaint?.because).toContain(because);
  });
});
