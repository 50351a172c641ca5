/** What the BMC knows about its host. Everything is optional: firmware leaves out what it likes. */
import { type Mac, parseMac } from '../../net/mac.ts';
import type { SystemInfo } from '../bmc.ts';
import type { RedfishClient, Resource } from './client.ts';
import { type Dict, dictField, linkField, numberField, textField } from './decode.ts';
import type { Habits } from './quirks.ts';
import { readSecureBoot } from './secure-boot.ts';
import { bootModeOf, collectionLinks, powerOf } from './system.ts';

const MAX_NICS = 64;
/** Lenovo's USB link between host and BMC: no NIC that boots. */
const BMC_SIDE_NIC = /ToManager/;

export async function readSystemInfo(
  client: RedfishClient,
  system: Resource,
  habits: Habits,
): Promise<SystemInfo> {
  const { body } = system;
  const memoryGib = numberField(dictField(body, 'MemorySummary'), 'TotalSystemMemoryGiB');
  return {
    manufacturer: textField(body, 'Manufacturer'),
    model: textField(body, 'Model'),
    serial: textField(body, habits.serialField) ?? textField(body, 'SerialNumber'),
    uuid: textField(body, 'UUID'),
    bios_version: textField(body, 'BiosVersion'),
    cpu_count: numberField(dictField(body, 'ProcessorSummary'), 'Count'),
    memory_mib: memoryGib === null ? null : Math.round(memoryGib * 1024),
    power: powerOf(body),
    boot_mode: bootModeOf(body),
    secure_boot: await readSecureBoot(client, system),
    macs: await readMacs(client, body),
  };
}

/** MACs of the system's EthernetInterfaces, each once, in the BMC's order. */
async function readMacs(client: RedfishClient, system: Dict): Promise<readonly Mac[]> {
  const collection = linkField(system, 'EthernetInterfaces');
  if (collection === null) return [];
  const links = await collectionLinks(collection, client.tryGet);
  const macs = new Set<Mac>();
  for (const link of links.filter((nic) => !BMC_SIDE_NIC.test(nic)).slice(0, MAX_NICS)) {
    const nic = await client.tryGet(link);
    const mac = nic === null ? null : macOf(nic.body);
    if (mac !== null) macs.add(mac);
  }
  return [...macs];
}

function macOf(nic: Dict): Mac | null {
  const text = textField(nic, 'MACAddress') ?? textField(nic, 'PermanentMACAddress');
  const mac = text === null ? null : parseMac(text);
  return mac === '00:00:00:00:00:00' ? null : mac;
}
