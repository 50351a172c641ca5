import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataBytes, type ExtentPair, planSegments } from '../../src/agent/disk/extents.ts';

/** Extents in order with gaps, and the size of an image that holds them. */
const layout = fc
  .record({
    runs: fc.array(fc.record({ gap: fc.nat(5000), length: fc.integer({ min: 1, max: 5000 }) }), {
      maxLength: 20,
    }),
    tail: fc.nat(5000),
    smallGap: fc.nat(3000),
  })
  .map(({ runs, tail, smallGap }) => {
    let at = 0;
    const extents = runs.map(({ gap, length }): ExtentPair => {
      const offset = at + gap;
      at = offset + length;
      return [offset, length];
    });
    return { extents, size: at + tail, smallGap };
  });

describe('the plan of an image', () => {
  it('covers every byte once, and every extent as data', () => {
    fc.assert(
      fc.property(layout, ({ extents, size, smallGap }) => {
        const segments = planSegments(size, extents, smallGap);
        let at = 0;
        for (const segment of segments) {
          expect(segment.offset).toBe(at);
          expect(segment.length).toBeGreaterThan(0);
          at += segment.length;
        }
        expect(at).toBe(size);
        const data = segments.filter((segment) => segment.kind === 'data');
        for (const [offset, length] of extents) {
          const holder = data.some(
            (run) => run.offset <= offset && run.offset + run.length >= offset + length,
          );
          expect(holder).toBe(true);
        }
      }),
    );
  });

  it('fetches nothing but the extents when no gap counts as small', () => {
    fc.assert(
      fc.property(layout, ({ extents, size }) => {
        const wanted = extents.reduce((sum, [, length]) => sum + length, 0);
        expect(dataBytes(planSegments(size, extents, 0))).toBe(wanted);
      }),
    );
  });

  it('is all data without extents', () => {
    expect(planSegments(10, null)).toEqual([{ kind: 'data', offset: 0, length: 10 }]);
  });

  it.each<[string, readonly ExtentPair[], RegExp]>([
    [
      'overlap',
      [
        [0, 10],
        [5, 10],
      ],
      /\[5, 10\] overlaps or is out of order/,
    ],
    [
      'are out of order',
      [
        [50, 10],
        [0, 10],
      ],
      /\[0, 10\] overlaps/,
    ],
    ['are empty', [[0, 0]], /\[0, 0\]/],
    ['are no whole numbers', [[0.5, 10]], /\[0\.5, 10\]/],
    ['end behind the image', [[95, 10]], /ends behind the image \(100\)/],
  ])('refuses extents that %s', (_, extents, sentence) => {
    expect(() => planSegments(100, extents)).toThrow(sentence);
  });
});
