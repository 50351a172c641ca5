/** `ingot node deploy` and `rebuild`: which image, which config drive. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { IngotError } from '../../errors.ts';
import { text, texts, usage, type Values, WAIT_OPTIONS } from '../arguments.ts';
import type { PatchOp } from '../client.ts';
import { type Call, type Command, nameOf } from '../command.ts';
import { buildConfigDrive } from '../config-drive.ts';
import { request, WAIT_HELP } from './verbs.ts';

const FORMATS = ['raw', 'qcow2'];
const CHECKSUM = /^(sha256|sha512):([0-9a-f]{64}|[0-9a-f]{128})$/i;

const OPTIONS: Command['options'] = {
  image: { type: 'string' },
  checksum: { type: 'string' },
  format: { type: 'string' },
  'root-device': { type: 'string', multiple: true },
  'config-drive': { type: 'string' },
  'user-data': { type: 'string' },
  hostname: { type: 'string' },
  'ssh-key': { type: 'string', multiple: true },
  ...WAIT_OPTIONS,
};

const DETAILS = `
  --image URL|FILE        http://, https://, or a file on the daemon's machine (see images.source_dirs)
  --checksum ALGO:HEX     sha256:… or sha512:… of that file
  --format FORMAT         raw or qcow2 (default: by the name's ending, else raw)
  --root-device KEY=HINT  which disk: serial=…, wwn=…, name=/dev/sda, size=…; may be repeated
  --config-drive PATH     a folder with meta_data.json, user_data, network_data.json, or one JSON file
  --user-data FILE        cloud-init user data
  --hostname NAME         the OS's host name
  --ssh-key FILE          public key for the OS's first user; may be repeated
${WAIT_HELP}`;

export const deploy: Command = {
  usage: 'ingot node deploy NAME --image URL|FILE --checksum sha256:HEX [options]',
  summary: 'Writes an OS image to the node and starts it.',
  details: DETAILS,
  options: OPTIONS,
  least: 1,
  most: 1,
  run: (call) => deployWith(call, 'active'),
};

export const rebuild: Command = {
  usage: 'ingot node rebuild NAME [--image URL|FILE --checksum sha256:HEX] [options]',
  summary: 'Deploys an active node once more, with the same image or another.',
  details: DETAILS,
  options: OPTIONS,
  least: 1,
  most: 1,
  run: (call) => deployWith(call, 'rebuild'),
};

async function deployWith(call: Call, verb: 'active' | 'rebuild'): Promise<number> {
  const { client, values } = call;
  const operations = imageOperations(values, call.usage, verb === 'active');
  const configdrive = await buildConfigDrive({
    source: text(values, 'config-drive'),
    userData: text(values, 'user-data'),
    hostname: text(values, 'hostname'),
    sshKeys: texts(values, 'ssh-key'),
  });
  if (operations.length > 0) await client.nodes.patch(nameOf(call), operations);
  return request(call, { verb, ...(configdrive === null ? {} : { configdrive }) });
}

/** The image as Ironic's `instance_info` has it. Throws `usage`. */
function imageOperations(values: Values, usageLine: string, needed: boolean): readonly PatchOp[] {
  const image = text(values, 'image');
  const checksum = text(values, 'checksum');
  const hints = rootDevice(texts(values, 'root-device'), usageLine);
  if (image === null && checksum === null && !needed) return hints;
  if (image === null || checksum === null) throw usage('Give both --image and --checksum', usageLine);
  const [, algorithm = '', value = ''] = CHECKSUM.exec(checksum) ?? [];
  if (value.length !== (algorithm.toLowerCase() === 'sha512' ? 128 : 64)) {
    throw usage('--checksum is sha256: and 64 hexadecimal digits, or sha512: and 128', usageLine);
  }
  const format = text(values, 'format') ?? (/\.qcow2?$/.test(image) ? 'qcow2' : 'raw');
  if (!FORMATS.includes(format)) throw usage(`--format is one of ${FORMATS.join(', ')}`, usageLine);
  return [
    set('image_source', imageSource(image)),
    set('image_disk_format', format),
    set('image_os_hash_algo', algorithm.toLowerCase()),
    set('image_os_hash_value', value.toLowerCase()),
    ...hints,
  ];
}

function imageSource(image: string): string {
  if (/^(https?|file):\/\//.test(image)) return image;
  if (existsSync(image)) return `file://${resolve(image)}`;
  throw new IngotError('invalid_input', `There is no image file ${image}`, {
    hint: "Give a URL, or a file that the daemon's machine has.",
  });
}

function rootDevice(given: readonly string[], usageLine: string): readonly PatchOp[] {
  if (given.length === 0) return [];
  const hints = given.map((hint) => {
    const [, key, value] = /^(\w+)=(.+)$/.exec(hint) ?? [];
    if (key === undefined || value === undefined)
      throw usage(`--root-device ${hint} is not KEY=HINT`, usageLine);
    return [key, value] as const;
  });
  return [set('root_device', Object.fromEntries(hints))];
}

function set(key: string, value: unknown): PatchOp {
  return { op: 'add', path: `/instance_info/${key}`, value };
}
