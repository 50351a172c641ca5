/** `instance_info` as Ironic's users write it, turned into what the image store wants. Pure. */
import { IngotError } from '../errors.ts';
import type { ImageRequest } from '../images/images.ts';
import type { Json, NodeRecord } from '../store/records.ts';

type Deployable = Pick<NodeRecord, 'uuid' | 'instance_info'>;

const HEX_LENGTH = { sha256: 64, sha512: 128 } as const;
type Algorithm = keyof typeof HEX_LENGTH;

/**
 * Reads `image_source`, `image_os_hash_algo` with `image_os_hash_value` (or `image_checksum`, its kind told by
 * its length), and `image_disk_format` (absent: by the ending of the name). Throws `invalid_input` with the field to set.
 */
export function imageRequestOf(node: Deployable): ImageRequest {
  const info = node.instance_info;
  const source = info.image_source;
  if (typeof source !== 'string' || !/^(https?|file):\/\/\S+$/.test(source)) {
    throw incomplete(node, 'image_source must be an http://, https:// or file:// URL', 'image_source');
  }
  return { source, checksum: checksumOf(node), format: formatOf(node, source) };
}

function checksumOf(node: Deployable): ImageRequest['checksum'] {
  const { image_os_hash_value: value, image_os_hash_algo: algo, image_checksum: plain } = node.instance_info;
  const text = value ?? plain;
  if (typeof text !== 'string' || text === '') {
    throw incomplete(
      node,
      'a checksum is missing: no image is written unchecked',
      'image_os_hash_algo (sha256 or sha512) and image_os_hash_value',
    );
  }
  const algorithm = value === undefined || value === null ? algorithmByLength(text) : algorithmNamed(algo);
  if (algorithm === null || !new RegExp(`^[0-9a-f]{${HEX_LENGTH[algorithm]}}$`, 'i').test(text)) {
    throw incomplete(
      node,
      'the checksum is no SHA-256 (64 hexadecimal digits) or SHA-512 (128)',
      'image_os_hash_algo (sha256 or sha512) and image_os_hash_value',
    );
  }
  return { algorithm, value: text.toLowerCase() };
}

function algorithmNamed(name: Json | undefined): Algorithm | null {
  return name === 'sha256' || name === 'sha512' ? name : null;
}

function algorithmByLength(text: string): Algorithm | null {
  if (text.length === HEX_LENGTH.sha256) return 'sha256';
  return text.length === HEX_LENGTH.sha512 ? 'sha512' : null;
}

function formatOf(node: Deployable, source: string): ImageRequest['format'] {
  const format = node.instance_info.image_disk_format;
  if (format === 'raw' || format === 'qcow2') return format;
  if (format !== undefined && format !== null) {
    throw incomplete(
      node,
      `image_disk_format ${JSON.stringify(format)} is not raw or qcow2`,
      'image_disk_format',
    );
  }
  return /\.(qcow2|img)$/i.test(new URL(source).pathname) && !/\.raw(\.img)?$/i.test(source)
    ? 'qcow2'
    : 'raw';
}

function incomplete(node: Deployable, problem: string, fields: string): IngotError {
  return new IngotError('invalid_input', `Node ${node.uuid} cannot be deployed: ${problem}.`, {
    hint: `Set ${fields} in the node's instance_info, then deploy again.`,
  });
}
