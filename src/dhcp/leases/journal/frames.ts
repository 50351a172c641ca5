/**
 * The frames of the lease log. One frame is what was made durable at once:
 *
 *     0        4        8                16
 *     +--------+--------+----------------+- - - - - - - -+
 *     | CRC-32 | length |    sequence    |    payload    |   little endian; the CRC is of all that follows it
 *     +--------+--------+----------------+- - - - - - - -+
 *
 * A segment is written over and over. What counts are the whole frames whose sequence grows from its start: a frame
 * torn by a power cut has the wrong CRC, a frame of the segment's earlier use has a smaller sequence. Behind a frame
 * that was damaged later (a bad sector, an editor) the others are found by looking for their headers.
 */
import { crc32 } from 'node:zlib';

export type Frame = {
  /** Greater than that of every frame written before it, in whichever segment. */
  readonly sequence: number;
  readonly payload: Uint8Array;
};

export const HEADER_BYTES = 16;
const LENGTH_AT = 4;
const SEQUENCE_AT = 8;

/** In memory of its own, so that a message to another thread carries no more than the frame. */
export function encodeFrame({ sequence, payload }: Frame): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(HEADER_BYTES + payload.length);
  bytes.writeUInt32LE(payload.length, LENGTH_AT);
  bytes.writeBigUInt64LE(BigInt(sequence), SEQUENCE_AT);
  bytes.set(payload, HEADER_BYTES);
  bytes.writeUInt32LE(crc32(bytes.subarray(LENGTH_AT)), 0);
  return bytes;
}

/** Bytes that hold no whole frame though a newer one stands behind them: what was durable once is damaged. */
export type Hole = {
  readonly at: number;
  readonly bytes: number;
  /** Frames that it held, at most: failed writes leave gaps in the sequence, too. */
  readonly frames: number;
  /** Sequence of the frame behind it. */
  readonly before: number;
};

export type SegmentContents = {
  /** Those that count, in the order of writing. Payloads are views of the segment. */
  readonly frames: readonly Frame[];
  /** Where frames newer than those that are folded are lost. */
  readonly holes: readonly Hole[];
};

/** `folded`: sequence of the last frame that counts no more, so that its loss is none. Never throws. */
export function readFrames(segment: Uint8Array, folded = 0): SegmentContents {
  const bytes = Buffer.from(segment.buffer, segment.byteOffset, segment.byteLength);
  const frames: Frame[] = [];
  const holes: Hole[] = [];
  let last = 0;
  for (let at = 0; ; ) {
    const known = Math.max(last, folded);
    const here = frameAt(bytes, at, last);
    // Usually nothing more: zeros, the segment's earlier use, or what a power cut tore.
    const found = here ?? nextFrame(bytes, at + 1, known);
    if (found === null) return { frames, holes };
    const missing = found.frame.sequence - known - 1;
    if (here === null && missing > 0)
      holes.push({ at, bytes: found.at - at, frames: missing, before: found.frame.sequence });
    frames.push(found.frame);
    last = found.frame.sequence;
    at = found.end;
  }
}

type Found = { readonly at: number; readonly end: number; readonly frame: Frame };

/** At each start and each fold some megabytes of zeros or of the segment's earlier use are looked through. */
function nextFrame(bytes: Buffer, from: number, after: number): Found | null {
  let end = bytes.length;
  while (end > from && bytes[end - 1] === 0) end--;
  for (let at = from; at < end; at++) {
    // No sequence is so great that its first byte counts; text has none of zero.
    if (bytes[at + SEQUENCE_AT + 7] !== 0) continue;
    const found = frameAt(bytes, at, 0);
    if (found === null) continue;
    if (found.frame.sequence > after) return found;
    // A whole frame of the earlier use: no newer one was written into it.
    at = found.end - 1;
  }
  return null;
}

/** A whole frame at that byte, of a greater sequence than `after`. */
function frameAt(bytes: Buffer, at: number, after: number): Found | null {
  if (at + HEADER_BYTES > bytes.length) return null;
  // Looked at first, since each byte of a segment may be asked about: a sum over the rest of it takes longer.
  const sequence = bytes.readUInt32LE(at + SEQUENCE_AT + 4) * 2 ** 32 + bytes.readUInt32LE(at + SEQUENCE_AT);
  if (sequence <= after || sequence > Number.MAX_SAFE_INTEGER) return null;
  const end = at + HEADER_BYTES + bytes.readUInt32LE(at + LENGTH_AT);
  if (end > bytes.length || crc32(bytes.subarray(at + LENGTH_AT, end)) !== bytes.readUInt32LE(at))
    return null;
  return { at, end, frame: { sequence, payload: bytes.subarray(at + HEADER_BYTES, end) } };
}
