/** `image_info` of the deploy step `write_image`, checked (shape: `ImageInfo` in protocol.ts). */
import { AgentError } from '../base/agent-error.ts';
import { isRecord, type JsonRecord, numberField, stringField } from '../base/json.ts';
import type { ExtentPair } from '../disk/extents.ts';

/** `sha256` and `sha512` as OpenSSL names them; hex value in lower case. */
export type Digest = { readonly algorithm: string; readonly value: string };

export type Image = {
  readonly id: string;
  readonly urls: readonly string[];
  /** Bytes; null when only the server of the image knows. */
  readonly size: number | null;
  /** Of the whole raw image. */
  readonly digest: Digest;
  readonly extents: readonly ExtentPair[] | null;
  /** Of the extents' bytes one after the other: saves hashing the zeros between them. */
  readonly dataDigest: Digest | null;
};

const HEX_LENGTH: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
]);

/** Throws `invalid_params` with the field and what to do. */
export function parseImageInfo(info: JsonRecord): Image {
  const format = stringField(info, 'disk_format') ?? 'raw';
  if (format !== 'raw') {
    throw refuse(`disk_format "${format}" cannot be streamed; convert the image to raw on the server first`);
  }
  const urls = Array.isArray(info.urls) ? info.urls.filter((url) => typeof url === 'string') : [];
  if (urls.length === 0 || urls.some((url) => !/^https?:\/\//.test(url) || !URL.canParse(url))) {
    throw refuse('urls must be a list of http or https URLs');
  }
  const size = numberField(info, 'ingot_size');
  if (size !== null && (!Number.isSafeInteger(size) || size < 1))
    throw refuse('ingot_size must be a count of bytes');
  const extents = info.ingot_extents === undefined ? null : parseExtents(info.ingot_extents);
  if (extents !== null && size === null) throw refuse('ingot_extents needs ingot_size');
  const data = stringField(info, 'ingot_data_sha256');
  return {
    id: stringField(info, 'id') ?? 'image',
    urls,
    size,
    digest: parseDigest(info),
    extents,
    dataDigest: data === null || extents === null ? null : digestOf('sha256', data),
  };
}

function parseDigest(info: JsonRecord): Digest {
  const value = stringField(info, 'os_hash_value');
  if (value !== null) return digestOf(stringField(info, 'os_hash_algo') ?? 'sha256', value);
  const checksum = stringField(info, 'checksum') ?? '';
  const byLength = [...HEX_LENGTH].find(([, length]) => length === checksum.length);
  if (byLength !== undefined) return digestOf(byLength[0], checksum);
  throw refuse('os_hash_algo and os_hash_value are missing: an image is never written unchecked');
}

function digestOf(algorithm: string, value: string): Digest {
  const length = HEX_LENGTH.get(algorithm);
  if (length === undefined)
    throw refuse(`os_hash_algo "${algorithm}" is none of ${[...HEX_LENGTH.keys()].join(', ')}`);
  if (!new RegExp(`^[0-9a-fA-F]{${length}}$`).test(value)) {
    throw refuse(`the ${algorithm} checksum must have ${length} hexadecimal digits`);
  }
  return { algorithm, value: value.toLowerCase() };
}

function parseExtents(value: unknown): readonly ExtentPair[] {
  if (!Array.isArray(value)) throw refuse('ingot_extents must be a list of [offset, length]');
  return value.map((pair: unknown): ExtentPair => {
    if (!Array.isArray(pair)) throw refuse('ingot_extents must be a list of [offset, length]');
    const [offset, length]: readonly unknown[] = pair;
    if (typeof offset === 'number' && typeof length === 'number') return [offset, length];
    throw refuse('ingot_extents must hold pairs of numbers');
  });
}

/** `image_info` from the step's arguments. */
export function imageInfoOf(args: JsonRecord): JsonRecord {
  if (isRecord(args.image_info)) return args.image_info;
  throw refuse('the step write_image needs args.image_info');
}

function refuse(why: string): AgentError {
  return new AgentError('invalid_params', `image_info: ${why}`);
}
