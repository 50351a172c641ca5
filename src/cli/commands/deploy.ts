/** `ingot node deploy` and `rebuild`: which image, which config drive. */
import { HOSTNAME } from '../../net/hostname.ts';
import type { JsonObject } from '../answers.ts';
import { text, texts, usage, type Values, WAIT_OPTIONS } from '../arguments.ts';
import { type Call, type Command, nameOf } from '../command.ts';
import { buildConfigDrive } from '../config-drive.ts';
import { CHECKSUM_FORMS, FORMAT_HELP, readChecksum, readImage } from '../image.ts';
import { isSecretUrl, readUrl } from '../secret-file.ts';
import { readSteps } from '../steps-file.ts';
import { follow, timeoutOf, WAIT_HELP } from './verbs.ts';

/** Ironic's root device hints (doc/source/install/advanced.rst), as the agent knows them. */
const ROOT_DEVICE_HINTS = [
  'name',
  'serial',
  'wwn',
  'wwn_with_extension',
  'wwn_vendor_extension',
  'model',
  'vendor',
  'size',
  'rotational',
  'hctl',
  'by_path',
];

const OPTIONS: Command['options'] = {
  image: { type: 'string' },
  checksum: { type: 'string' },
  format: { type: 'string' },
  kernel: { type: 'string' },
  ramdisk: { type: 'string' },
  'kernel-args': { type: 'string' },
  'boot-iso': { type: 'string' },
  'root-device': { type: 'string', multiple: true },
  'config-drive': { type: 'string' },
  'user-data': { type: 'string' },
  hostname: { type: 'string' },
  'ssh-key': { type: 'string', multiple: true },
  steps: { type: 'string' },
  ...WAIT_OPTIONS,
};

const DETAILS = `
  --image URL|FILE|@FILE  http://, https://, or a file on the daemon's machine (see images.source_dirs);
                          @FILE: a file that holds the URL, for one with a login or a signature (@-: standard input)
  --checksum ALGO:HEX|URL|@FILE
                          sha256:… or sha512:… of the image, or the http(s) URL of a list of them (SHA256SUMS)
${FORMAT_HELP}  --kernel URL --ramdisk URL [--kernel-args WORDS], or --boot-iso URL
                          for nodes of deploy_interface ramdisk: what the machine boots by iPXE, at each boot;
                          without a login or a signature, for its boot script is open to the PXE network
  --root-device KEY=HINT  which disk: serial=…, wwn=…, name=/dev/sda, size=…; may be repeated
  --config-drive PATH     a folder with meta_data.json, user_data, network_data.json, or one JSON file
  --user-data FILE        cloud-init user data
  --hostname NAME         the OS's host name
  --ssh-key FILE          public key for the OS's first user; may be repeated
  --steps FILE            more deploy steps: a JSON list of {"interface": …, "step": …, "args": {…}, "priority": …};
                          the ramdisk takes those of priority 99 to 41
${WAIT_HELP}`;

export const deploy: Command = {
  usage: 'ingot node deploy NAME --image URL|FILE --checksum sha256:HEX|URL [options]',
  summary: 'Writes an OS image to the node and starts it.',
  details: DETAILS,
  options: OPTIONS,
  least: 1,
  most: 1,
  run: (call) => deployWith(call, 'active'),
};

export const rebuild: Command = {
  usage: 'ingot node rebuild NAME [--image URL|FILE --checksum sha256:HEX|URL] [options]',
  summary: 'Deploys an active node once more, with the same image or another.',
  details: DETAILS,
  options: OPTIONS,
  least: 1,
  most: 1,
  run: (call) => deployWith(call, 'rebuild'),
};

type Verb = 'active' | 'rebuild';

async function deployWith(call: Call, verb: Verb): Promise<number> {
  const { client, values } = call;
  const timeoutMs = timeoutOf(call);
  // Without a system of its own a deployment may be made of steps (deploy_interface custom-agent).
  const needed = verb === 'active' && text(values, 'steps') === null;
  const image = netbootFields(values, call.usage) ?? (await imageFields(values, call.usage, needed));
  const rootDevice = rootDeviceField(texts(values, 'root-device'), call.usage);
  const configdrive = await buildConfigDrive({
    source: text(values, 'config-drive'),
    userData: text(values, 'user-data'),
    hostname: hostname(values, call.usage),
    sshKeys: texts(values, 'ssh-key'),
  });
  const stepsFile = text(values, 'steps');
  const steps = stepsFile === null ? null : await readSteps(stepsFile);
  const { uuid } = await client.nodes.get(nameOf(call));
  // A rebuild keeps image and config drive where none is given; a new deployment has nothing but its own.
  const drive = configdrive ?? (verb === 'active' ? {} : null);
  await client.nodes.deploy(uuid, {
    target: verb,
    instance_info: { ...image, ...rootDevice },
    ...(drive === null ? {} : { configdrive: drive }),
    ...(steps === null ? {} : { deploy_steps: steps }),
  });
  return follow(call, { uuid, verb, timeoutMs });
}

/** The image as Ironic's `instance_info` has it; null when none is named. Throws `usage`. */
async function imageFields(values: Values, usageLine: string, needed: boolean): Promise<JsonObject | null> {
  const source = text(values, 'image');
  const checksum = text(values, 'checksum');
  if (source === null && checksum === null && !needed) return null;
  if (source === null || checksum === null) throw usage('Give both --image and --checksum', usageLine);
  const named = { source, format: text(values, 'format'), asFile: '--image @FILE' };
  const image = await readImage(named, usageLine);
  return {
    image_source: image.source,
    image_disk_format: image.format,
    ...(await checksumFields(checksum, usageLine)),
  };
}

/** A list's URL stands where Ironic has it, and whichever kind the list has counts. */
async function checksumFields(given: string, usageLine: string): Promise<JsonObject> {
  const checksum = await readUrl(given, { asFile: '--checksum @FILE', usageLine });
  if (/^https?:\/\//.test(checksum)) return { image_checksum: checksum };
  const forms = `${CHECKSUM_FORMS}; or the http(s) URL of a list`;
  const { algorithm, value } = readChecksum(checksum, { forms, usageLine });
  return { image_os_hash_algo: algorithm, image_os_hash_value: value };
}

/**
 * What a machine boots from the network, as Ironic's `instance_info` has it; null when nothing is named. Throws `usage`
 * for a URL with a secret, which would be refused later: from no file either may it come into a boot script.
 */
function netbootFields(values: Values, usageLine: string): JsonObject | null {
  for (const option of ['kernel', 'ramdisk', 'boot-iso']) {
    const given = text(values, option) ?? '';
    if (given.startsWith('@'))
      throw usage(`--${option} takes no @FILE: give the URL, which holds no secret`, usageLine);
    if (isSecretUrl(given))
      throw usage(
        `--${option} holds a login, token or signature, which anybody on the PXE network could read in the machine’s ` +
          `boot script: put the file where it takes none`,
        usageLine,
      );
  }
  if ((text(values, 'kernel') === null) !== (text(values, 'ramdisk') === null))
    throw usage('--kernel and --ramdisk go together', usageLine);
  const fields = {
    kernel: text(values, 'kernel'),
    ramdisk: text(values, 'ramdisk'),
    kernel_append_params: text(values, 'kernel-args'),
    boot_iso: text(values, 'boot-iso'),
  };
  const given = Object.entries(fields).filter(([, value]) => value !== null);
  return given.length === 0 ? null : Object.fromEntries(given);
}

function rootDeviceField(given: readonly string[], usageLine: string): JsonObject | null {
  if (given.length === 0) return null;
  const hints = given.map((hint) => {
    const [, key, value] = /^(\w+)=(.+)$/.exec(hint) ?? [];
    if (key === undefined || value === undefined)
      throw usage(`--root-device ${hint} is not KEY=HINT`, usageLine);
    if (!ROOT_DEVICE_HINTS.includes(key)) {
      throw usage(`--root-device ${key}: the keys are ${ROOT_DEVICE_HINTS.join(', ')}`, usageLine);
    }
    return [key, value] as const;
  });
  return { root_device: Object.fromEntries(hints) };
}

function hostname(values: Values, usageLine: string): string | null {
  const name = text(values, 'hostname');
  if (name === null || HOSTNAME.test(name)) return name;
  throw usage(`--hostname "${name}" is no host name: letters, digits, inner hyphens and dots`, usageLine);
}
