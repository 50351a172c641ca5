import { describe, expect, test } from 'vitest';
import { negotiate } from '../../src/tftp/negotiate.ts';

const LIMITS = { maxBlockSize: 1468, maxWindowSize: 64 };
const asked = (options: Record<string, string>) =>
  Object.entries(options).map(([name, value]) => ({ name, value }));
const settle = (options: Record<string, string>) =>
  negotiate(asked(options), { fileSize: 173_792, limits: LIMITS });

describe('option negotiation', () => {
  test.each([
    ['nothing asked, nothing answered', {}, {}, 512, 1, null],
    ['blksize as asked', { blksize: '1432' }, { blksize: '1432' }, 1432, 1, null],
    ['blksize at its least', { blksize: '8' }, { blksize: '8' }, 8, 1, null],
    ['blksize below its least is ignored', { blksize: '7' }, {}, 512, 1, null],
    ['blksize at our most', { blksize: '1468' }, { blksize: '1468' }, 1468, 1, null],
    ['blksize too big is clamped', { blksize: '65464' }, { blksize: '1468' }, 1468, 1, null],
    ['blksize beyond the RFC is clamped too', { blksize: '70000' }, { blksize: '1468' }, 1468, 1, null],
    ['blksize that is no number is ignored', { blksize: '12x' }, {}, 512, 1, null],
    ['a number without end is ignored', { blksize: '9'.repeat(400) }, {}, 512, 1, null],
    ['a negative number is ignored', { windowsize: '-1' }, {}, 512, 1, null],
    ['tsize is the size of the file', { tsize: '0' }, { tsize: '173792' }, 512, 1, null],
    ['tsize other than 0 means the same', { tsize: '5' }, { tsize: '173792' }, 512, 1, null],
    ['timeout as asked', { timeout: '3' }, { timeout: '3' }, 512, 1, 3000],
    ['timeout 0 is ignored', { timeout: '0' }, {}, 512, 1, null],
    ['a timeout of minutes is ignored, never changed', { timeout: '255' }, {}, 512, 1, null],
    ['windowsize as asked', { windowsize: '4' }, { windowsize: '4' }, 512, 4, null],
    ['windowsize too big is clamped', { windowsize: '65535' }, { windowsize: '64' }, 512, 64, null],
    ['windowsize 0 is ignored', { windowsize: '0' }, {}, 512, 1, null],
    [
      'names in any case, answered as spelled',
      { BlkSize: '1024', TSIZE: '0' },
      { BlkSize: '1024', TSIZE: '173792' },
      1024,
      1,
      null,
    ],
    ['unknown options are ignored', { multicast: '', utimeout: '9', constructor: '1' }, {}, 512, 1, null],
  ] as const)('%s', (_name, request, oack, blockSize, windowSize, timeoutMs) => {
    expect(settle(request)).toEqual({ accepted: asked(oack), blockSize, windowSize, timeoutMs });
  });

  test('an option asked twice counts once, the first time', () => {
    const twice = [
      { name: 'blksize', value: '1024' },
      { name: 'BLKSIZE', value: '8' },
    ];
    expect(negotiate(twice, { fileSize: 1, limits: LIMITS })).toMatchObject({
      blockSize: 1024,
      accepted: [{ name: 'blksize', value: '1024' }],
    });
  });
});
