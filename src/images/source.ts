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

const PROTOCOLS: readonly string[] = ['http:', 'https:', 'file:'];

/** The source as a URL. Throws `image_invalid` for a request that cannot be served at all. */
export function checkedSource({ source, checksum }: ImageRequest): URL {
  const url = URL.parse(source);
  if (url === null || !PROTOCOLS.includes(url.protocol)) {
    const which = url === null ? 'is no URL' : `has ${url.protocol}//, which ingot does not speak`;
    throw new IngotError(
      'image_invalid',
      `image source ${shownSource(source)} ${which}: it takes http://, https:// and file:///`,
      { hint: 'Put the image on a web server, or on the seed node into one of images.source_dirs.' },
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
