import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, EXTENT_GRID, mergeExtents } from '../../src/images/extents.ts';

const KIB = 1024;
const data = (start: number, length: number) => ({ start, length, zero: false });
const hole = (start: number, length: number) => ({ start, length, zero: true });

describe('the extents of an image', () => {
  test.each([
    ['an image of zeros has none', [hole(0, 1024 * KIB)], 1024 * KIB, []],
    [
      'a run is widened to the grid',
      [hole(0, 70 * KIB), data(70 * KIB, 4 * KIB), hole(74 * KIB, 500 * KIB)],
      574 * KIB,
      [[64, 64]],
    ],
    [
      'runs in neighbouring cells become one',
      [data(0, 4 * KIB), hole(4 * KIB, 60 * KIB), data(64 * KIB, 1)],
      200 * KIB,
      [[0, 128]],
    ],
    [
      'a hole of a whole cell splits',
      [data(0, 64 * KIB), hole(64 * KIB, 64 * KIB), data(128 * KIB, 64 * KIB)],
      192 * KIB,
      [
        [0, 64],
        [128, 64],
      ],
    ],
    ['the last run ends with the image', [hole(0, 64 * KIB), data(64 * KIB, 1 * KIB)], 65 * KIB, [[64, 1]]],
  ])('%s', (_name, map, size, expected) => {
    const extents = mergeExtents(map, size);
    expect(extents).toEqual(
      expected.map(([offset = 0, length = 0]) => ({ offset: offset * KIB, length: length * KIB })),
    );
  });

  test('cover all data, are in order, do not touch and stay inside of the image', () => {
    const runs = fc.array(fc.record({ length: fc.integer({ min: 1, max: 300 * KIB }), zero: fc.boolean() }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(runs, (parts) => {
        let size = 0;
        const map = parts.map((part) => {
          const start = size;
          size += part.length;
          return { start, ...part };
        });
        const extents = mergeExtents(map, size);
        for (const { start, length, zero } of map) {
          const covered = extents.some(
            (run) => run.offset <= start && start + length <= run.offset + run.length,
          );
          if (!zero) expect(covered).toBe(true);
        }
        for (const [index, run] of extents.entries()) {
          const next = extents[index + 1];
          const end = run.offset + run.length;
          expect(end).toBeLessThanOrEqual(next === undefined ? size : next.offset - EXTENT_GRID);
          expect(end === size || run.length >= EXTENT_GRID).toBe(true);
        }
        expect(bytesOf(extents)).toBeLessThanOrEqual(size);
      }),
    );
  });
});
