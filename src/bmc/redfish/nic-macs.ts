/**
 * The MACs of the host's NICs. DSP0266 services keep them in several trees, and firmware fills now this one, now
 * that: they are asked in the order of the table, until one tells a MAC.
 */
import { isNicMac, type Mac, parseMac } from '../../net/mac.ts';
import type { RedfishClient, Resource } from './client.ts';
import { type Dict, dictField, linkField, linksField, stringsField, textField } from './decode.ts';
import { collectionLinks } from './system.ts';

/** Requests for one tree at most: a BMC answers slowly, and no server has so many NICs. */
const MOST_REQUESTS = 64;
/** Lenovo's USB link between host and BMC: no NIC that boots. */
export const BMC_SIDE_NIC = /ToManager/;
/** A node of a UEFI device path: the MAC and the kind of network (UEFI 2.10, 10.6). */
const UEFI_MAC = /MAC\(([0-9a-f]{12})/i;

/** Reads with what is left of the tree's requests; null when the BMC gives nothing, or all are used. */
type Read = (link: string) => Promise<Resource | null>;
type Tree = (read: Read, system: Dict) => Promise<readonly Mac[]>;

const TREES: readonly Tree[] = [ethernetInterfaces, networkAdapters, bootOptions];

/** Each once, in the BMC's order; empty when no tree tells any. */
export async function readNicMacs(client: RedfishClient, system: Dict): Promise<readonly Mac[]> {
  for (const tree of TREES) {
    let left = MOST_REQUESTS;
    const read: Read = async (link) => (left-- > 0 ? await client.tryGet(link) : null);
    const macs = await tree(read, system);
    if (macs.length > 0) return [...new Set(macs)];
  }
  return [];
}

/** System → EthernetInterfaces: what most servers have. */
async function ethernetInterfaces(read: Read, system: Dict): Promise<readonly Mac[]> {
  const links = await membersOf(read, linkField(system, 'EthernetInterfaces'));
  const nics = await readAll(
    read,
    links.filter((link) => !BMC_SIDE_NIC.test(link)),
  );
  return nics.flatMap(({ body }) => macsIn(body));
}

/**
 * System → NetworkInterfaces → adapter, or system → chassis → NetworkAdapters, as old Cisco CIMCs have it; then the
 * adapter's functions, and where they tell nothing its ports.
 */
async function networkAdapters(read: Read, system: Dict): Promise<readonly Mac[]> {
  const links = new Set<string>();
  for (const { body } of await readAll(read, await membersOf(read, linkField(system, 'NetworkInterfaces')))) {
    const adapter = linkField(dictField(body, 'Links'), 'NetworkAdapter');
    if (adapter !== null) links.add(adapter);
  }
  const chassis = links.size > 0 ? [] : linksField(dictField(system, 'Links'), 'Chassis');
  for (const { body } of await readAll(read, chassis))
    for (const link of await membersOf(read, linkField(body, 'NetworkAdapters'))) links.add(link);

  const macs: Mac[] = [];
  for (const { body } of await readAll(read, [...links])) macs.push(...(await macsOfAdapter(read, body)));
  return macs;
}

/** Collections of an adapter that tell MACs: `NetworkPorts` is what `Ports` was called until 2020. */
const ADAPTER_TREES = ['NetworkDeviceFunctions', 'Ports', 'NetworkPorts'] as const;

async function macsOfAdapter(read: Read, adapter: Dict): Promise<readonly Mac[]> {
  for (const name of ADAPTER_TREES) {
    const parts = await readAll(read, await membersOf(read, linkField(adapter, name)));
    const macs = parts.flatMap(({ body }) => [...macsIn(dictField(body, 'Ethernet')), ...associated(body)]);
    if (macs.length > 0) return macs;
  }
  return [];
}

/** System → BootOptions: a firmware that boots from a NIC names it by its MAC. */
async function bootOptions(read: Read, system: Dict): Promise<readonly Mac[]> {
  const links = await membersOf(read, linkField(dictField(system, 'Boot'), 'BootOptions'));
  return (await readAll(read, links)).flatMap(({ body }) => {
    const path = textField(body, 'UefiDevicePath') ?? '';
    return toMacs([UEFI_MAC.exec(path)?.[1] ?? null]);
  });
}

function macsIn(nic: Dict): readonly Mac[] {
  return toMacs([textField(nic, 'MACAddress') ?? textField(nic, 'PermanentMACAddress')]);
}

function associated(port: Dict): readonly Mac[] {
  return toMacs([
    ...(stringsField(dictField(port, 'Ethernet'), 'AssociatedMACAddresses') ?? []),
    ...(stringsField(port, 'AssociatedNetworkAddresses') ?? []),
  ]);
}

function toMacs(texts: readonly (string | null)[]): readonly Mac[] {
  return texts.flatMap((text) => (text === null ? [] : (parseMac(text) ?? []))).filter(isNicMac);
}

async function membersOf(read: Read, collection: string | null): Promise<readonly string[]> {
  return collection === null ? [] : await collectionLinks(collection, read);
}

/** One after the other: small BMCs die under parallel requests. */
async function readAll(read: Read, links: readonly string[]): Promise<readonly Resource[]> {
  const found: Resource[] = [];
  for (const link of links) {
    const resource = await read(link);
    if (resource !== null) found.push(resource);
  }
  return found;
}
