import { describe, expect, test } from 'vitest';
import type { ImageRequest } from '../../src/images/images.ts';
import { checkedSource, imageId, shownSource } from '../../src/images/source.ts';

const value = 'ab'.repeat(32);
const request = (source: string, more: Partial<ImageRequest> = {}): ImageRequest => ({
  source,
  checksum: { algorithm: 'sha256', value },
  format: 'qcow2',
  ...more,
});

test('an image is known by what it is, not by where it comes from', () => {
  const id = imageId(request('http://a/x'));
  expect(imageId(request('https://b/y'))).toBe(id);
  expect(
    imageId(request('http://a/x', { checksum: { algorithm: 'sha256', value: value.toUpperCase() } })),
  ).toBe(id);
  expect(imageId(request('http://a/x', { format: 'raw' }))).not.toBe(id);
});

test('no user, password or signed query of a URL is ever shown', () => {
  expect(shownSource('https://me:secret@store/debian.qcow2?token=secret')).toBe('https://store/debian.qcow2');
});

describe('a request that can never be served is refused at once', () => {
  test.each([
    ['a scheme that is not read', request('ftp://server/image')],
    ['no URL', request('debian.qcow2')],
    ['a checksum of another length', request('http://a/x', { checksum: { algorithm: 'sha512', value } })],
    [
      'a checksum that is not hexadecimal',
      request('http://a/x', { checksum: { algorithm: 'sha256', value: 'z'.repeat(64) } }),
    ],
  ])('%s', (_name, refused) => {
    expect(() => checkedSource(refused)).toThrow(expect.objectContaining({ code: 'image_invalid' }));
  });
});
