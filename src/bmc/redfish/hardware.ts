/** What is built into the host, as the BMC lists it: the first processor, the drives, the NICs with their names. */
import { parseMac } from '../../net/mac.ts';
import type { Hardware } from '../bmc.ts';
import type { RedfishClient, Resource } from './client.ts';
import { type Dict, dictsField, linkField, linksField, numberField, textField } from './decode.ts';
import { BMC_SIDE_NIC } from './nic-macs.ts';
import { collectionLinks } from './system.ts';

/** Requests for one host at most: a BMC answers slowly, and each drive is one. */
const MOST_REQUESTS = 128;

/** Processor.InstructionSet, and the older ProcessorArchitecture, in Linux's words. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  'x86-64': 'x86_64',
  x86: 'i686',
  'arm-a64': 'aarch64',
  'arm-a32': 'arm',
  'power isa': 'ppc64le',
};

type Read = (link: string) => Promise<Resource | null>;

export async function readHardware(client: RedfishClient, system: Dict): Promise<Hardware> {
  let left = MOST_REQUESTS;
  const read: Read = async (link) => (left-- > 0 ? await client.tryGet(link) : null);
  const [processor = {}] = await members(read, linkField(system, 'Processors'), 1);
  const drives = await storageDrives(read, system);
  return {
    cpu: {
      architecture: ARCHITECTURES[(textField(processor, 'InstructionSet') ?? '').toLowerCase()] ?? null,
      model: textField(processor, 'Model'),
      mhz: numberField(processor, 'MaxSpeedMHz'),
    },
    disks: drives.length > 0 ? drives : await simpleStorageDevices(read, system),
    nics: await namedNics(read, system),
  };
}

/** System → Storage → each subsystem's drives. */
async function storageDrives(read: Read, system: Dict): Promise<Hardware['disks']> {
  const found: Dict[] = [];
  for (const storage of await members(read, linkField(system, 'Storage')))
    for (const link of linksField(storage, 'Drives')) {
      const drive = await read(link);
      if (drive !== null) found.push(drive.body);
    }
  return found.flatMap(diskOf);
}

/** What there was before Storage: the devices stand in the resource itself. */
async function simpleStorageDevices(read: Read, system: Dict): Promise<Hardware['disks']> {
  const all = await members(read, linkField(system, 'SimpleStorage'));
  return all.flatMap((storage) => dictsField(storage, 'Devices').flatMap(diskOf));
}

/** A bay without a drive has no capacity. */
function diskOf(drive: Dict): Hardware['disks'] {
  const bytes = numberField(drive, 'CapacityBytes');
  if (bytes === null || bytes <= 0) return [];
  return [
    {
      name: textField(drive, 'Name') ?? textField(drive, 'Id') ?? 'disk',
      bytes,
      model: textField(drive, 'Model'),
      serial: textField(drive, 'SerialNumber'),
    },
  ];
}

async function namedNics(read: Read, system: Dict): Promise<Hardware['nics']> {
  const all = await members(read, linkField(system, 'EthernetInterfaces'));
  return all.flatMap((nic) => {
    const mac = parseMac(textField(nic, 'MACAddress') ?? textField(nic, 'PermanentMACAddress') ?? '');
    if (mac === null) return [];
    return [{ name: textField(nic, 'Id') ?? mac, mac, mbps: numberField(nic, 'SpeedMbps') }];
  });
}

/** One after the other: small BMCs die under parallel requests. */
async function members(
  read: Read,
  collection: string | null,
  most = MOST_REQUESTS,
): Promise<readonly Dict[]> {
  if (collection === null) return [];
  const found: Dict[] = [];
  const links = (await collectionLinks(collection, read)).filter((link) => !BMC_SIDE_NIC.test(link));
  for (const link of links.slice(0, most)) {
    const resource = await read(link);
    if (resource !== null) found.push(resource.body);
  }
  return found;
}
