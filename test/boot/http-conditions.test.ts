import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerFor, type ConditionHeaders } from '../../src/boot/http-conditions.ts';

const FILE = { size: 1000, etag: '"abc"', modified: new Date('2026-11-22T20:00:00.700Z') };
const SAME = 'Sun, 22 Nov 2026 20:00:00 GMT';
const EARLIER = 'Sun, 22 Nov 2026 19:59:59 GMT';

describe('conditions and ranges', () => {
  test.each<[string, ConditionHeaders, object]>([
    ['nothing asked', {}, { status: 200 }],
    ['the first bytes', { range: 'bytes=0-99' }, { status: 206, from: 0, to: 100 }],
    ['from the middle to the end', { range: 'bytes=900-' }, { status: 206, from: 900, to: 1000 }],
    ['the last bytes', { range: 'bytes=-10' }, { status: 206, from: 990, to: 1000 }],
    ['more last bytes than there are', { range: 'bytes=-5000' }, { status: 206, from: 0, to: 1000 }],
    ['an end beyond the end', { range: 'bytes=990-5000' }, { status: 206, from: 990, to: 1000 }],
    ['one byte', { range: 'bytes=999-999' }, { status: 206, from: 999, to: 1000 }],
    ['a start behind the end', { range: 'bytes=1000-' }, { status: 416 }],
    ['no last bytes', { range: 'bytes=-0' }, { status: 416 }],
    ['a range that ends before it starts is ignored', { range: 'bytes=9-2' }, { status: 200 }],
    ['several ranges are answered with the whole', { range: 'bytes=0-1,5-6' }, { status: 200 }],
    ['another unit is ignored', { range: 'lines=0-1' }, { status: 200 }],
    ['no range at all is ignored', { range: 'bytes=-' }, { status: 200 }],
    ['garbage is ignored', { range: 'bytes=a-b' }, { status: 200 }],
    ['the copy is still good', { 'if-none-match': '"abc"' }, { status: 304 }],
    ['one of several copies is', { 'if-none-match': '"x", W/"abc"' }, { status: 304 }],
    ['any copy', { 'if-none-match': '*' }, { status: 304 }],
    ['the copy is old', { 'if-none-match': '"x"' }, { status: 200 }],
    ['not changed since', { 'if-modified-since': SAME }, { status: 304 }],
    ['changed since', { 'if-modified-since': EARLIER }, { status: 200 }],
    ['no date', { 'if-modified-since': 'yesterday, or so' }, { status: 200 }],
    [
      'the tag counts before the date',
      { 'if-none-match': '"x"', 'if-modified-since': SAME },
      { status: 200 },
    ],
    [
      'EDK2 resumes the same file',
      { range: 'bytes=5-', 'if-match': '"abc"' },
      { status: 206, from: 5, to: 1000 },
    ],
    ['EDK2 resumes another file', { range: 'bytes=5-', 'if-match': '"x"' }, { status: 412 }],
    ['changed under its hands', { range: 'bytes=5-', 'if-unmodified-since': EARLIER }, { status: 412 }],
    [
      'not changed under its hands',
      { range: 'bytes=5-', 'if-unmodified-since': SAME },
      { status: 206, from: 5, to: 1000 },
    ],
    [
      'the rest if it is the same',
      { range: 'bytes=5-', 'if-range': '"abc"' },
      { status: 206, from: 5, to: 1000 },
    ],
    ['the whole if it is not', { range: 'bytes=5-', 'if-range': '"x"' }, { status: 200 }],
    ['a weak tag is never the same', { range: 'bytes=5-', 'if-range': 'W/"abc"' }, { status: 200 }],
    ['the same by date', { range: 'bytes=5-', 'if-range': SAME }, { status: 206, from: 5, to: 1000 }],
  ])('%s', (_name, headers, answer) => {
    expect(answerFor('GET', headers, FILE)).toEqual(answer);
  });

  test('a range of HEAD is ignored', () => {
    expect(answerFor('HEAD', { range: 'bytes=5-' }, FILE)).toEqual({ status: 200 });
  });

  test('an empty file has no ranges', () => {
    expect(answerFor('GET', { range: 'bytes=0-' }, { ...FILE, size: 0 })).toEqual({ status: 416 });
  });

  test('a part is always inside the file, whatever is asked', () => {
    const number = fc.oneof(fc.constant(''), fc.nat().map(String), fc.bigInt({ min: 0n }).map(String));
    fc.assert(
      fc.property(number, number, fc.nat(2000), (first, last, size) => {
        const answer = answerFor('GET', { range: `bytes=${first}-${last}` }, { ...FILE, size });
        if (answer.status !== 206) return;
        expect(answer.from).toBeGreaterThanOrEqual(0);
        expect(answer.from).toBeLessThan(answer.to);
        expect(answer.to).toBeLessThanOrEqual(size);
      }),
    );
  });
});
