import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, type Frame, readFrames } from '../../../../src/dhcp/leases/journal/frames.ts';

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
        expect(plain(readFrames(written(frames)).frames)).toEqual(plain(frames));
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
          expect(readFrames(bytes.subarray(0, cut))).toMatchObject({ frames: { length: whole }, holes: [] });
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
          const { frames: found, holes } = readFrames(segment, 10_000);
          expect(holes).toEqual([]);
          const fresh = found.filter(({ sequence }) => sequence > 10_000);
          expect(plain(fresh)).toEqual(plain(frames.slice(0, fresh.length)));
          if (fresh.length > 0) expect(found).toHaveLength(fresh.length);
        }
        expect(plain(readFrames(written(frames, stale)).frames)).toEqual(plain(frames));
      }),
      { numRuns: 30 },
    );
  });

  it('loses the frame with a changed bit and no other, and says where', () => {
    fc.assert(
      fc.property(framesFrom(0), fc.nat(), (frames, at) => {
        const bytes = Buffer.concat(frames.map(encodeFrame));
        const bit = at % (bytes.length * 8);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const starts = frames.map((_, i) => Buffer.concat(frames.slice(0, i).map(encodeFrame)).length);
        const hit = starts.findLastIndex((start) => start <= bit >> 3);
        const { frames: found, holes } = readFrames(bytes);
        expect(plain(found)).toEqual(plain(frames.toSpliced(hit, 1)));
        const [start = 0, end] = starts.slice(hit);
        expect(holes).toEqual(
          end === undefined ? [] : [expect.objectContaining({ at: start, bytes: end - start })],
        );
      }),
    );
  });

  it('finds the frames behind a damaged one among those of its earlier use', () => {
    fc.assert(
      fc.property(framesFrom(0), framesFrom(10_000), fc.nat(), (earlier, frames, at) => {
        const hit = frames[at % frames.length];
        const segment = Uint8Array.from(written(earlier));
        segment.set(
          Buffer.concat(frames.map((frame) => encodeFrame(frame).fill(0xff, 0, frame === hit ? 8 : 0))),
        );
        const others = frames.filter((frame) => frame !== hit);
        expect(plain(readFrames(segment, 10_000).frames)).toEqual(plain(others));
      }),
    );
  });

  it('misses nothing of frames that were folded before they were damaged', () => {
    fc.assert(
      fc.property(framesFrom(0), fc.nat(), (frames, at) => {
        const hit = frames[at % frames.length];
        const bytes = Buffer.concat(
          frames.map((frame) => (frame === hit ? encodeFrame(frame).fill(0xff) : encodeFrame(frame))),
        );
        const folded = hit?.sequence ?? 0;
        const newer = ({ sequence }: Frame): boolean => sequence > folded;
        const { frames: found } = readFrames(bytes, folded);
        expect(plain(found.filter(newer))).toEqual(plain(frames.filter(newer)));
      }),
    );
  });

  it('is looked through in a moment, though each byte may begin a frame', () => {
    const text = Buffer.alloc(8 * 1024 * 1024, '[["pxe","10.77.1.1","52:54:00:00:00:01",null,1,2,null]]');
    const began = performance.now();
    expect(readFrames(text)).toEqual({ frames: [], holes: [] });
    // A reader that made a sum from each byte on would take hours.
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  it('never throws, whatever it holds', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void readFrames(bytes, 3)));
  });
});
