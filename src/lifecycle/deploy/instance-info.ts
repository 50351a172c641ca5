/** `instance_info` as Ironic's users write it: what each deploy interface needs of it. Pure. */
import { IngotError } from '../../errors.ts';
import { type AskedImage, HASH_DIGITS, type HashAlgorithm } from '../../images/images.ts';
import type { Json } from '../../json.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import { usesSecureBoot } from '../capabilities.ts';
import { interfaceOf } from '../interfaces.ts';
import { readInstanceBoot } from './instance-boot.ts';

type Deployable = Pick<NodeRecord, 'uuid' | 'instance_info'>;

type Checked = Deployable &
  Pick<NodeRecord, 'driver' | 'interfaces' | 'properties' | 'boot_mode' | 'secure_boot'>;

/** What each deploy interface asks of the node; those that ask for nothing are not here. */
const CHECKS: Readonly<Record<string, (node: Checked) => void>> = {
  direct: (node) => {
    refusePartitionImage(node);
    imageRequestOf(node);
  },
  ramdisk: (node) => {
    const boot = readInstanceBoot(node.instance_info);
    if ('problem' in boot) throw incomplete(node, boot.problem, boot.fields);
    refuseConfigDrive(node);
    if (!usesSecureBoot(node)) return;
    throw new IngotError(
      'invalid_input',
      `Node ${node.uuid} cannot be deployed: it uses Secure Boot, and its deploy_interface ramdisk needs iPXE, which Secure Boot refuses.`,
      { hint: 'Choose another deploy_interface, or set the capability secure_boot to false.' },
    );
  },
};

/** Throws `invalid_input` when the node cannot be deployed by its deploy interface as `instance_info` stands. */
export function checkInstanceInfo(node: Checked): void {
  CHECKS[interfaceOf(node, 'deploy')]?.(node);
}

/** What is asked for and would reach nobody: such a system has no disk that ingot writes to. */
function refuseConfigDrive(node: Deployable): void {
  const given = node.instance_info.configdrive ?? null;
  if (given === null || (typeof given === 'object' && Object.keys(given).length === 0)) return;
  throw refused(
    node,
    'its deploy_interface ramdisk writes to no disk, so a config drive would not reach its system',
    'Take configdrive out of the request and of instance_info. User data may come from a server of yours that kernel_append_params names (cloud-init: ds=nocloud;s=https://...), or by another deploy_interface.',
  );
}

/** ingot writes whole disks: what only a partition image could have is refused, not ignored. */
function refusePartitionImage(node: Deployable): void {
  const { image_type: type = null, kernel = null, ramdisk = null, boot_iso = null } = node.instance_info;
  const { preserve_ephemeral: preserve = false } = node.instance_info;
  if (boot_iso !== null)
    throw refused(
      node,
      'boot_iso is for deploy_interface ramdisk',
      'Take boot_iso out, or change deploy_interface.',
    );
  if (type !== null && type !== 'whole-disk') {
    const problem = `image_type ${JSON.stringify(type)} is not whole-disk, and ingot writes images of whole disks only`;
    throw refused(
      node,
      problem,
      'Give an image of a whole disk, and leave image_type out or say whole-disk.',
    );
  }
  if (type === null && (kernel !== null || ramdisk !== null)) {
    const problem =
      'kernel and ramdisk make its image one of a partition, and ingot writes images of whole disks only';
    const hint =
      'Take kernel and ramdisk out, set image_type to whole-disk, or boot them by deploy_interface ramdisk.';
    throw refused(node, problem, hint);
  }
  if (preserve !== null && !['false', 'no', 'off', '0', ''].includes(String(preserve).toLowerCase())) {
    const problem =
      'preserve_ephemeral cannot be honoured: an image of a whole disk takes the place of all partitions';
    throw refused(
      node,
      problem,
      'Save what is to be kept, then take preserve_ephemeral out of instance_info.',
    );
  }
}

function refused(node: Deployable, problem: string, hint: string): IngotError {
  return new IngotError('invalid_input', `Node ${node.uuid} cannot be deployed: ${problem}.`, { hint });
}

/**
 * Reads `image_source`, `image_os_hash_algo` with `image_os_hash_value` (or `image_checksum`, its kind told by
 * its length; either may be the URL of a list of checksums), and `image_disk_format` (absent: by the ending of the
 * name). Throws `invalid_input` with the field to set.
 */
export function imageRequestOf(node: Deployable): AskedImage {
  const info = node.instance_info;
  const source = info.image_source;
  if (typeof source !== 'string' || !/^(https?|file):\/\/\S+$/i.test(source) || !URL.canParse(source)) {
    throw incomplete(node, 'image_source must be an http://, https:// or file:// URL', 'image_source');
  }
  return { source, checksum: checksumOf(node), format: formatOf(node, source) };
}

function checksumOf(node: Deployable): AskedImage['checksum'] {
  const { image_os_hash_value: value, image_os_hash_algo: algo, image_checksum: plain } = node.instance_info;
  const text = value ?? plain;
  if (typeof text !== 'string' || text === '') {
    throw incomplete(
      node,
      'a checksum is missing: no image is written unchecked',
      'image_os_hash_algo (sha256 or sha512) and image_os_hash_value',
    );
  }
  const byLength = value === undefined || value === null;
  const algorithm = byLength ? algorithmByLength(text) : algorithmNamed(algo);
  if (isListUrl(text) && (byLength || algorithm !== null)) return { url: text, algorithm };
  if (byLength && /^[0-9a-f]{32}$/i.test(text)) {
    throw incomplete(
      node,
      'its image_checksum is an MD5, which anybody can forge',
      'image_checksum to a SHA-256 or SHA-512, or image_os_hash_algo and image_os_hash_value',
    );
  }
  if (algorithm === null || !new RegExp(`^[0-9a-f]{${HASH_DIGITS[algorithm]}}$`, 'i').test(text)) {
    throw incomplete(
      node,
      'the checksum is no SHA-256 (64 hexadecimal digits) or SHA-512 (128), and no http(s) URL of a list of them',
      'image_os_hash_algo (sha256 or sha512) and image_os_hash_value',
    );
  }
  return { algorithm, value: text.toLowerCase() };
}

function isListUrl(text: string): boolean {
  return /^https?:\/\/\S+$/.test(text) && URL.canParse(text);
}

function algorithmNamed(name: Json | undefined): HashAlgorithm | null {
  return name === 'sha256' || name === 'sha512' ? name : null;
}

function algorithmByLength(text: string): HashAlgorithm | null {
  if (text.length === HASH_DIGITS.sha256) return 'sha256';
  return text.length === HASH_DIGITS.sha512 ? 'sha512' : null;
}

function formatOf(node: Deployable, source: string): AskedImage['format'] {
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
