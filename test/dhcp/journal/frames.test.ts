import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, type Frame, readFrames } from '../../../src/dhcp/journal/frames.ts';

const SEGMENT_BYTES = 4096;

/** Frames as the log writes them: sequences grow, gaps are where a write failed. */
const framesFrom = (first: number): fc.Arbitrary<readonly Frame[]> =>
  fc
    .array(fc.record({ step: fc.integer({ min: 1, max: 9 }), payload: fc.uint8Array({ maxLength: 200 }) }), {
      minLength: 1,
      maxLength: 15,
    })
    .map((parts) => {
      let sequence = first;
      return parts.map(({ step, payload }) => {
        sequence += step;
        return { sequence, payload };
      });
    });

function written(frames: readonly Frame[], before: Uint8Array = new Uint8Array(SEGMENT_BYTES)): Uint8Array {
  const segment = Uint8Array.from(before);
  segment.set(Buffer.concat(frames.map(encodeFrame)));
  return segment;
}

const plain = (frames: readonly Frame[]) =>
  frames.map(({ sequence, payload }) => ({ sequence, payload: [...payload] }));

describe('a segment of the lease log', () => {
  it('gives back the frames that were written, and nothing of the zeros behind them', () => {
    fc.assert(
      fc.property(framesFrom(0), (frames) => {
        expect(plain(readFrames(written(frames)))).toEqual(plain(frames));
      }),
    );
  });

  it('gives back the whole frames before a cut, wherever the cut is', () => {
    fc.assert(
      fc.property(framesFrom(0), (frames) => {
        const bytes = Buffer.concat(frames.map(encodeFrame));
        let whole = 0;
        let end = 0;
        for (let cut = 0; cut <= bytes.length; cut++) {
          const next = frames[whole];
          if (next !== undefined && cut === end + encodeFrame(next).length) {
            whole++;
            end = cut;
          }
          expect(readFrames(bytes.subarray(0, cut))).toHaveLength(whole);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('counts nothing of what its earlier use left behind the last frame, wherever a power cut tore that one', () => {
    fc.assert(
      fc.property(framesFrom(0), framesFrom(10_000), (earlier, frames) => {
        const stale = written(earlier);
        const torn = Buffer.concat(frames.map(encodeFrame));
        for (let cut = 0; cut <= torn.length; cut += 7) {
          const segment = Uint8Array.from(stale);
          segment.set(torn.subarray(0, cut));
          const found = readFrames(segment);
          const fresh = found.filter(({ sequence }) => sequence > 10_000);
          expect(plain(fresh)).toEqual(plain(frames.slice(0, fresh.length)));
          if (fresh.length > 0) expect(found).toHaveLength(fresh.length);
        }
        expect(plain(readFrames(written(frames, stale)))).toEqual(plain(frames));
      }),
      { numRuns: 30 },
    );
  });

  it('ends at the first frame with a changed bit', () => {
    fc.assert(
      fc.property(framesFrom(0), fc.nat(), (frames, at) => {
        const bytes = Buffer.concat(frames.map(encodeFrame));
        const bit = at % (bytes.length * 8);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        let start = 0;
        const hit = frames.findIndex((frame) => {
          start += encodeFrame(frame).length;
          return bit >> 3 < start;
        });
        expect(plain(readFrames(bytes))).toEqual(plain(frames.slice(0, hit)));
      }),
    );
  });

  it('never throws, whatever it holds', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void readFrames(bytes)));
  });
});
