/** Whether a fetched file is what its format says, and safe to read. */
import { open } from 'node:fs/promises';
import { IngotError } from '../errors.ts';

/** A virtual disk beyond this is refused: its checksum alone would take hours. */
const MAX_VIRTUAL_BYTES = 4 * 1024 ** 4;

/** First bytes of files that are certainly no raw disk image. */
const NOT_RAW = [
  { magic: '514649fb', is: 'a qcow2 image', hint: 'Name its format: qcow2.' },
  {
    magic: '1f8b',
    is: 'compressed (gzip)',
    hint: 'Decompress it first; the checksum is that of the decompressed file.',
  },
  {
    magic: 'fd377a585a00',
    is: 'compressed (xz)',
    hint: 'Decompress it first; the checksum is that of the decompressed file.',
  },
  {
    magic: '28b52ffd',
    is: 'compressed (zstd)',
    hint: 'Decompress it first; the checksum is that of the decompressed file.',
  },
  { magic: '4b444d56', is: 'a VMDK image', hint: 'Convert it: qemu-img convert -O qcow2.' },
  { magic: '7668647866696c65', is: 'a VHDX image', hint: 'Convert it: qemu-img convert -O qcow2.' },
  {
    magic: '3c21444f4354595045',
    is: 'an HTML page',
    hint: 'The URL leads to a page, not to the image itself.',
  },
] as const;

/** Rejects with `image_invalid` for an empty file or one that shows itself to be something else. */
export async function checkRaw(path: string, shown: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    if (bytesRead === 0) throw invalid(shown, 'is empty', 'Check the source of the image.');
    const head = buffer.toString('hex');
    const other = NOT_RAW.find(({ magic }) => head.startsWith(magic));
    if (other !== undefined) throw invalid(shown, `was said to be raw but is ${other.is}`, other.hint);
  } finally {
    await handle.close();
  }
}

/**
 * Rejects with `image_invalid` for a qcow2 file that reads other files (by a backing file or an external data
 * file its author could read any file of the seed node), that is encrypted, corrupt, or absurdly large. Judged
 * by the header alone, before any qemu-img runs: that would open those other files first.
 */
export async function checkQcow2(path: string, shown: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    const complaint = qcow2Complaint(buffer);
    if (complaint !== null) throw invalid(shown, complaint.because, complaint.hint);
  } finally {
    await handle.close();
  }
}

const HEADER_BYTES = 104;
const MAGIC = 0x514649fb;
const FLATTEN = 'Flatten it: qemu-img convert -O qcow2 OLD NEW.';

/** What speaks against a qcow2 header (QEMU, docs/interop/qcow2.txt, "Header"); all fields are big-endian. */
export function qcow2Complaint(header: Buffer): { readonly because: string; readonly hint: string } | null {
  const version = header.readUInt32BE(4);
  if (header.readUInt32BE(0) !== MAGIC || (version !== 2 && version !== 3)) {
    return { because: 'was said to be qcow2 but is not', hint: 'Name its format: raw.' };
  }
  // Bits of incompatible_features, which version 2 lacks: 1 corrupt, 2 external data file.
  const incompatible = version === 3 ? header.readUInt32BE(76) : 0;
  const size = header.readBigUInt64BE(24);
  if (header.readBigUInt64BE(8) !== 0n)
    return { because: 'needs a backing file, which ingot does not follow', hint: FLATTEN };
  if ((incompatible & 4) !== 0) return { because: 'keeps its data in another file', hint: FLATTEN };
  if ((incompatible & 2) !== 0)
    return { because: 'is marked as corrupt', hint: 'Repair or rebuild it: qemu-img check.' };
  if (header.readUInt32BE(32) !== 0) return { because: 'is encrypted', hint: 'Provide it unencrypted.' };
  if (size === 0n) return { because: 'is a disk of 0 bytes', hint: 'Check how it was made.' };
  if (size > BigInt(MAX_VIRTUAL_BYTES))
    return { because: `is a disk of ${size} bytes, more than ingot takes (4 TiB)`, hint: FLATTEN };
  return null;
}

function invalid(shown: string, because: string, hint: string): IngotError {
  return new IngotError('image_invalid', `image ${shown} ${because}`, { hint });
}
