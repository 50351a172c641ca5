/** The machine's network interfaces, from sysfs; virtual ones (bridges, VLANs, loopback) are left out. */
import type { InventoryInterface } from '../protocol.ts';
import type { LldpBook } from './lldp-listener.ts';
import type { Sysfs } from './sysfs.ts';

export type Addresses = {
  readonly ipv4: string | null;
  readonly ipv6: string | null;
};
/** Addresses by interface name, as the operating system tells them. */
export type AddressBook = ReadonlyMap<string, Addresses>;

const PCI_ADDRESS = /^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/;

/** Names of interfaces that are hardware: they have a `device` link. */
export function hardwareInterfaces(sysfs: Sysfs): readonly string[] {
  return sysfs.names('/sys/class/net').filter((name) => sysfs.exists(`/sys/class/net/${name}/device`));
}

/** What is known of interfaces from elsewhere than sysfs. */
export type InterfaceBooks = { readonly addresses: AddressBook; readonly lldp: LldpBook };

export function listInterfaces(sysfs: Sysfs, books: InterfaceBooks): readonly InventoryInterface[] {
  return hardwareInterfaces(sysfs).map((name) => readInterface(sysfs, name, books));
}

function readInterface(sysfs: Sysfs, name: string, books: InterfaceBooks): InventoryInterface {
  const addresses = books.addresses.get(name);
  const at = `/sys/class/net/${name}`;
  const speed = sysfs.number(`${at}/speed`);
  return {
    name,
    mac_address: permanentMac(sysfs, at),
    ipv4_address: addresses?.ipv4 ?? null,
    ipv6_address: addresses?.ipv6 ?? null,
    has_carrier: sysfs.number(`${at}/carrier`) === 1,
    lldp: books.lldp.get(name) ?? null,
    vendor: sysfs.text(`${at}/device/vendor`),
    product: sysfs.text(`${at}/device/device`),
    speed_mbps: speed !== null && speed > 0 ? speed : null,
    pci_address: pciAddress(sysfs.target(`${at}/device`)),
    driver: sysfs.targetName(`${at}/device/driver`),
  };
}

function permanentMac(sysfs: Sysfs, at: string): string {
  return (sysfs.text(`${at}/address`) ?? '').toLowerCase();
}

/** The last PCI address on the device's path: a virtio NIC's device hangs below its PCI function. */
function pciAddress(path: string | null): string | null {
  const parts = path?.split('/') ?? [];
  return parts.findLast((part) => PCI_ADDRESS.test(part)) ?? null;
}
