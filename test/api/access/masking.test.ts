import { expect, it } from 'vitest';
import { holdsMask, maskInstanceInfo } from '../../../src/api/masking.ts';

it.each([
  ['http://u:p@h/i.raw', 'http://u:******@h/i.raw'],
  ['https://h/i.raw?sig=abc&part=2', 'https://h/i.raw?sig=******&part=2'],
  [
    'https://h/i?X-Amz-Credential=a%2Fb&X-Amz-Signature=c#d',
    'https://h/i?X-Amz-Credential=******&X-Amz-Signature=******#d',
  ],
  ['https://h/i.raw?part=2', 'https://h/i.raw?part=2'],
  ['https://h/token=1/i.raw', 'https://h/token=1/i.raw'],
  ['a note: ?token=abc', 'a note: ?token=abc'],
])('an image source %s is answered as %s', (image_source, shown) => {
  expect(maskInstanceInfo({ image_source })).toEqual({ image_source: shown });
  expect(holdsMask(shown)).toBe(shown.includes('*'));
});

it('a URL of a megabyte that is all question marks is masked at once', () => {
  const image_source = `http://h/${'?key'.repeat(250_000)}`;
  expect(maskInstanceInfo({ image_source })).toEqual({ image_source });
});
