/**
 * The frames of the lease log. One frame is what was made durable at once:
 *
 *     0        4        8                16
 *     +--------+--------+----------------+- - - - - - - -+
 *     | CRC-32 | length |    sequence    |    payload    |   little endian; the CRC is of all that follows it
 *     +--------+--------+----------------+- - - - - - - -+
 *
 * A segment is written over and over. What counts is the run of whole frames from its start whose sequence grows:
 * a frame torn by a power cut has the wrong CRC, a frame of the segment's earlier use has a smaller sequence.
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

/** The frames that count, in the order of writing. Payloads are views of `segment`. Never throws. */
export function readFrames(segment: Uint8Array): readonly Frame[] {
  const bytes = Buffer.from(segment.buffer, segment.byteOffset, segment.byteLength);
  const frames: Frame[] = [];
  let last = 0;
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const end = at + HEADER_BYTES + bytes.readUInt32LE(at + LENGTH_AT);
    if (end > bytes.length) break;
    const sequence = Number(bytes.readBigUInt64LE(at + SEQUENCE_AT));
    if (sequence <= last || crc32(bytes.subarray(at + LENGTH_AT, end)) !== bytes.readUInt32LE(at)) break;
    frames.push({ sequence, payload: bytes.subarray(at + HEADER_BYTES, end) });
    last = sequence;
    at = end;
  }
  return frames;
}
