/** Which bytes of an image to fetch and which to zero: a plan that covers the whole image once. */
import { AgentError } from '../base/agent-error.ts';

/** A part of the image: fetched, or known to be zeros. */
export type Segment = { readonly kind: 'data' | 'zeros'; readonly offset: number; readonly length: number };
export type ExtentPair = readonly [offset: number, length: number];

/** A gap smaller than this is fetched with its neighbours: a request of its own costs more. */
export const SMALL_GAP = 1024 * 1024;

/**
 * Segments in order, without holes or overlaps, from 0 to `size`. Without extents all is data. Throws
 * `invalid_params` when the extents are out of order, overlap or lie outside the image.
 */
export function planSegments(
  size: number,
  extents: readonly ExtentPair[] | null,
  smallGap: number = SMALL_GAP,
): readonly Segment[] {
  if (size === 0) return [];
  if (extents === null) return [{ kind: 'data', offset: 0, length: size }];
  const segments: Segment[] = [];
  let at = 0;
  for (const run of coalesce(size, extents, smallGap)) {
    if (run.offset > at) segments.push({ kind: 'zeros', offset: at, length: run.offset - at });
    segments.push(run);
    at = run.offset + run.length;
  }
  if (at < size) segments.push({ kind: 'zeros', offset: at, length: size - at });
  return segments;
}

function coalesce(size: number, extents: readonly ExtentPair[], smallGap: number): readonly Segment[] {
  const runs: Segment[] = [];
  let end = 0;
  for (const [offset, length] of extents) {
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < end || length < 1) {
      throw new AgentError(
        'invalid_params',
        `ingot_extents: [${offset}, ${length}] overlaps or is out of order`,
      );
    }
    if (offset + length > size) {
      throw new AgentError(
        'invalid_params',
        `ingot_extents: [${offset}, ${length}] ends behind the image (${size})`,
      );
    }
    const last = runs.at(-1);
    if (last !== undefined && offset - end <= smallGap) {
      runs[runs.length - 1] = { ...last, length: offset + length - last.offset };
    } else {
      runs.push({ kind: 'data', offset, length });
    }
    end = offset + length;
  }
  return runs;
}

/** Bytes that a plan fetches. */
export function dataBytes(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => (segment.kind === 'data' ? sum + segment.length : sum), 0);
}
