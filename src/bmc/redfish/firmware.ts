/** Versions of what is built in, under Ironic's names: BIOS, BMC, and network adapters by their serial number. */
import type { FirmwareComponent } from '../../store/records/firmware.ts';
import type { Reader, Resource } from './client.ts';
import { type Dict, dictField, dictsField, linkField, linksField, textField } from './decode.ts';
import { collectionLinks } from './system.ts';

/** Requests for one host at most. */
const MOST_REQUESTS = 64;

type Read = (link: string) => Promise<Resource | null>;

export async function readFirmwareComponents(
  client: Reader,
  system: Dict,
): Promise<readonly FirmwareComponent[]> {
  let left = MOST_REQUESTS;
  const read: Read = async (link) => (left-- > 0 ? await client.tryGet(link) : null);
  const links = dictField(system, 'Links');
  const [managerLink] = linksField(links, 'ManagedBy');
  const manager = managerLink === undefined ? null : await read(managerLink);
  return [
    ...componentOf('bios', textField(system, 'BiosVersion')),
    ...componentOf('bmc', textField(manager?.body ?? {}, 'FirmwareVersion')),
    ...(await adapters(read, links)),
  ];
}

function componentOf(component: string, version: string | null): readonly FirmwareComponent[] {
  return version === null ? [] : [{ component, current_version: version }];
}

/** System → chassis → NetworkAdapters → each one's controllers; of several of one name the first counts. */
async function adapters(read: Read, systemLinks: Dict): Promise<readonly FirmwareComponent[]> {
  const found = new Map<string, FirmwareComponent>();
  const [chassisLink] = linksField(systemLinks, 'Chassis');
  const chassis = chassisLink === undefined ? null : await read(chassisLink);
  const collection = chassis === null ? null : linkField(chassis.body, 'NetworkAdapters');
  const members = collection === null ? [] : await collectionLinks(collection, read);
  for (const link of members) {
    const adapter = await read(link);
    if (adapter === null) continue;
    const { body } = adapter;
    const id = textField(body, 'SerialNumber') ?? textField(body, 'Id') ?? link;
    for (const controller of dictsField(body, 'Controllers'))
      for (const one of componentOf(`nic:${id}`, textField(controller, 'FirmwarePackageVersion')))
        if (!found.has(one.component)) found.set(one.component, one);
  }
  return [...found.values()];
}
