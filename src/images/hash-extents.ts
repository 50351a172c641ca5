import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Extent } from './images.ts';

/** sha256 (hex) of the bytes in the extents, one after the other. */
export async function hashExtents(
  path: string,
  extents: readonly Extent[],
  signal: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256');
  for (const { offset, length } of extents) {
    const run = { start: offset, end: offset + length - 1, highWaterMark: 1024 * 1024, signal };
    for await (const chunk of createReadStream(path, run)) hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}
