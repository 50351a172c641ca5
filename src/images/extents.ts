/** The block map of an image: which runs of bytes hold data. Pure. */
import type { Extent } from './images.ts';

/** One entry of `qemu-img map --output=json`: a run of the guest's bytes. */
export type MapEntry = {
  readonly start: number;
  readonly length: number;
  /** Reads as zeros. */
  readonly zero: boolean;
};

/** Runs start and end on this grid (bytes): fewer, larger requests by the agent, at the price of some zeros. */
export const EXTENT_GRID = 64 * 1024;

/**
 * The runs to write for an image of `size` bytes, in order, not touching each other, each at least `EXTENT_GRID`
 * long (but for the image's end); everything outside of them is zeros.
 */
export function mergeExtents(map: readonly MapEntry[], size: number): Extent[] {
  const merged: { offset: number; length: number }[] = [];
  for (const { start, length, zero } of map) {
    if (zero || length === 0) continue;
    const from = Math.floor(start / EXTENT_GRID) * EXTENT_GRID;
    // qemu-img rounds an odd size up to a sector; the file ends at `size`.
    const to = Math.min(Math.ceil((start + length) / EXTENT_GRID) * EXTENT_GRID, size);
    const last = merged.at(-1);
    if (last !== undefined && from <= last.offset + last.length) {
      last.length = Math.max(last.length, to - last.offset);
    } else if (to > from) merged.push({ offset: from, length: to - from });
  }
  return merged;
}

export function bytesOf(extents: readonly Extent[]): number {
  return extents.reduce((sum, { length }) => sum + length, 0);
}
