/** What an operator may name as the source and checksum of an image. Pure. */
import { createHash } from 'node:crypto';
import { IngotError } from '../errors.ts';
import { HASH_DIGITS, type ImageRequest } from './images.ts';

/** Stable id of an image: what it is (checksum, format), not where it comes from. */
export function imageId({ checksum, format }: ImageRequest): string {
  const { algorithm, value } = checksum;
  return createHash('sha256')
    .update(`${algorithm}:${value.toLowerCase()}:${format}`)
    .digest('hex')
    .slice(0, 32);
}

/** The source as a log line or an error may show it: without user, password and query. */
export function shownSource(source: string): string {
  const url = URL.parse(source);
  if (url === null) return source.slice(0, 200);
  return `${url.protocol}//${url.host}${url.pathname}`.slice(0, 500);
}

/** The source as a URL. Throws `image_invalid` for a request that cannot be served at all. */
export function checkedSource({ source, checksum }: ImageRequest): URL {
  const url = URL.parse(source);
  if (url === null || !['http:', 'https:', 'file:'].includes(url.protocol)) {
    throw new IngotError(
      'image_invalid',
      `image source ${shownSource(source)} is not a URL that ingot can read`,
      {
        hint: 'Use http://, https:// or file:/// with an absolute path.',
      },
    );
  }
  const digits = HASH_DIGITS[checksum.algorithm];
  if (!new RegExp(`^[0-9a-fA-F]{${digits}}$`).test(checksum.value)) {
    throw new IngotError(
      'image_invalid',
      `the ${checksum.algorithm} checksum of ${shownSource(source)} is not ${digits} hexadecimal digits`,
      { hint: `Take it from ${checksum.algorithm}sum of the file that the source names.` },
    );
  }
  return url;
}
