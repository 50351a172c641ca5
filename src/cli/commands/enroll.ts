/** `ingot node enroll`: from a file, or one node from options. */
import { IngotError } from '../../errors.ts';
import type { JsonObject } from '../answers.ts';
import { type Arguments, flag, text, texts, usage } from '../arguments.ts';
import type { Client } from '../client.ts';
import { type Command, printJson } from '../command.ts';
import { read } from '../config-drive.ts';
import { type Entry, readEnrollFile } from '../enroll-file.ts';
import { EXIT } from '../io.ts';
import { isSecretUrl, readSecret, secretInArguments } from '../secret-file.ts';

const USAGE = 'ingot node enroll FILE | --name NAME --bmc URL [options]';

/** Those that are no driver at all the daemon refuses, with the list of its own. */
const DRIVERS_WITH_BMC = ['redfish', 'idrac'];

type Outcome = {
  readonly entry: string;
  readonly uuid: string | null;
  readonly result: 'enrolled' | 'exists' | 'failed';
  readonly message: string;
  /** What to do about a failure. */
  readonly hint?: string;
};

export const enroll: Command = {
  usage: USAGE,
  summary: 'Makes nodes known to ingot, each with its ports or not at all.',
  details: `
  FILE                  YAML or JSON as \`baremetal create\` takes it
  --name NAME           the node's name
  --driver DRIVER       default redfish
  --bmc URL             the BMC: https://10.30.0.7 (the driver fake-hardware needs none)
  --system-id PATH      which system of that BMC, where it has several
  --username USER       user of the BMC
  --password-file FILE  file with the BMC's password ("-": standard input)
  --verify-ca CA        true (default), false, or the file of the authority that signed the BMC's certificate
  --mac MAC             a NIC that boots; may be repeated
  --network NAME        the network of these NICs
  --boot-mode MODE      uefi or bios
  --secure-boot         it uses Secure Boot: shim and GRUB instead of iPXE
  --boot-interface WAY  ipxe (default: PXE) or http-ipxe (UEFI HTTP boot)
`,
  options: {
    name: { type: 'string' },
    driver: { type: 'string' },
    bmc: { type: 'string' },
    'system-id': { type: 'string' },
    username: { type: 'string' },
    'password-file': { type: 'string' },
    'verify-ca': { type: 'string' },
    mac: { type: 'string', multiple: true },
    network: { type: 'string' },
    'boot-mode': { type: 'string' },
    'secure-boot': { type: 'boolean' },
    'boot-interface': { type: 'string' },
  },
  least: 0,
  most: 1,
  async run({ client, io, json, ...args }) {
    const [file] = args.positionals;
    const entries =
      file === undefined ? [await entryFromOptions(args)] : readEnrollFile(await read(file), file);
    const outcomes: Outcome[] = [];
    for (const entry of entries) {
      const outcome = await enrollOne(client, entry);
      outcomes.push(outcome);
      const lines = [outcome.message, outcome.hint].filter((line) => line !== undefined);
      if (!json) (outcome.result === 'failed' ? io.err : io.out)(`${lines.join('\n')}\n`);
    }
    if (json) printJson(io, { nodes: outcomes });
    return outcomes.some((outcome) => outcome.result === 'failed') ? EXIT.failed : EXIT.ok;
  },
};

async function enrollOne(client: Client, entry: Entry): Promise<Outcome> {
  try {
    const known = await findKnown(client, entry);
    if (known !== null) {
      const message = `${entry.label}: exists already (${known}), left as it is: change it with \`ingot node set\``;
      return { entry: entry.label, uuid: known, result: 'exists', message };
    }
    const { node, ports } = await client.nodes.enroll(entry.body);
    const message = `${entry.label}: enrolled as ${node.uuid} with ${ports.length} port${ports.length === 1 ? '' : 's'}`;
    return { entry: entry.label, uuid: node.uuid, result: 'enrolled', message };
  } catch (thrown) {
    if (!(thrown instanceof IngotError) || thrown.code === 'daemon_unreachable') throw thrown;
    const { message, hint } = thrown;
    return { entry: entry.label, uuid: null, result: 'failed', message: `${entry.label}: ${message}`, hint };
  }
}

/** The uuid of the same node enrolled before. Throws `conflict` when only half of it is the same. */
async function findKnown(client: Client, { name, macs }: Entry): Promise<string | null> {
  const byName = name === null ? null : await client.nodes.find(name);
  if (byName === null && name !== null) return null;
  const owners = await Promise.all(macs.map(async (mac) => (await client.portByAddress(mac))?.node_uuid));
  const uuid = byName?.uuid ?? owners[0];
  if (uuid === undefined) return null;
  const absent = macs.filter((_, index) => owners[index] !== uuid);
  if (absent.length === 0) return uuid;
  throw new IngotError(
    'conflict',
    `a node of this ${byName === null ? 'MAC' : 'name'} exists (${uuid}) without the port ${absent.join(', ')}`,
    { hint: 'Delete that node, choose another name, or add the port with `baremetal port create`.' },
  );
}

async function entryFromOptions({ values }: Arguments): Promise<Entry> {
  const name = text(values, 'name');
  const bmc = text(values, 'bmc');
  const driver = text(values, 'driver') ?? 'redfish';
  if (name === null) throw usage('Give a FILE, or --name and --bmc', USAGE);
  if (bmc === null && DRIVERS_WITH_BMC.includes(driver))
    throw usage(`Give --bmc: the driver ${driver} needs it`, USAGE);
  if (bmc !== null && isSecretUrl(bmc.includes('://') ? bmc : `https://${bmc}`))
    throw secretInArguments('give --username and --password-file', USAGE);
  const macs = texts(values, 'mac');
  const passwordFile = text(values, 'password-file');
  const capabilities = capabilitiesFrom(text(values, 'boot-mode'), flag(values, 'secure-boot'));
  const network = text(values, 'network');
  const driverInfo: JsonObject = {
    ...optional('redfish_address', bmc),
    ...optional('redfish_system_id', text(values, 'system-id')),
    ...optional('redfish_username', text(values, 'username')),
    ...optional('redfish_password', passwordFile === null ? null : await readSecret(passwordFile)),
    ...verifyCa(text(values, 'verify-ca')),
  };
  const body: JsonObject = {
    name,
    driver,
    driver_info: driverInfo,
    properties: optional('capabilities', capabilities),
    ...optional('boot_interface', text(values, 'boot-interface')),
    ports: macs.map((address) => ({ address, ...optional('physical_network', network) })),
  };
  return { label: name, name, macs, body };
}

function optional(key: string, value: string | null): JsonObject {
  return value === null ? {} : { [key]: value };
}

/** Ironic's list; null: nothing is said, and the BMC is asked. */
function capabilitiesFrom(mode: string | null, secureBoot: boolean): string | null {
  const said = [...(mode === null ? [] : [`boot_mode:${mode}`]), ...(secureBoot ? ['secure_boot:true'] : [])];
  return said.length === 0 ? null : said.join(',');
}

function verifyCa(value: string | null): JsonObject {
  if (value === null) return {};
  return { redfish_verify_ca: value === 'true' || value === 'false' ? value === 'true' : value };
}
