import { describe, expect, test } from 'vitest';
import { ownSeconds } from '../../src/boot/own-seconds.ts';

const MOST = 15;

describe('the seconds of a machine', () => {
  test('are always the same ones', () => {
    expect(ownSeconds('52:54:00:12:34:56', MOST)).toBe(ownSeconds('52:54:00:12:34:56', MOST));
  });

  test.each([1, 2, 4, 8, 16, 256])('are spread over a rack whose MACs follow each other by %i', (stride) => {
    const macs = Array.from({ length: 320 }, (_, index) =>
      (0x525400123400 + index * stride).toString(16).replace(/..(?!$)/g, '$&:'),
    );
    const shares = Map.groupBy(macs, (mac) => ownSeconds(mac, MOST));
    expect([...shares.keys()].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: MOST + 1 }, (_, s) => s),
    );
    // Twenty each, if it were perfect.
    for (const [second, share] of shares) expect(share.length, `second ${second}`).toBeLessThan(45);
  });
});
