/** Where the MACs of a host are found on BMCs that do not tell them in the usual place. */
import { expect, test } from 'vitest';
import { bench } from './bench.ts';
import { SYSTEM } from './fake-bmc.ts';

const link = (path: string) => ({ '@odata.id': path });
const list = (...paths: readonly string[]) => ({ Members: paths.map(link) });

const ADAPTER = '/redfish/v1/Chassis/1/NetworkAdapters/A';
const [FUNCTIONS, PORTS] = [`${ADAPTER}/NetworkDeviceFunctions`, `${ADAPTER}/Ports`];
const INTERFACES = `${SYSTEM}/NetworkInterfaces`;
/** By the system's NetworkInterfaces to an adapter with functions and ports. */
const BY_INTERFACES = {
  system: { NetworkInterfaces: link(INTERFACES) },
  resources: {
    [INTERFACES]: list(`${INTERFACES}/A`),
    [`${INTERFACES}/A`]: { Links: { NetworkAdapter: link(ADAPTER) } },
    [ADAPTER]: { NetworkDeviceFunctions: link(FUNCTIONS), Ports: link(PORTS) },
    [FUNCTIONS]: list(`${FUNCTIONS}/1`, `${FUNCTIONS}/2`),
    [`${FUNCTIONS}/1`]: { Ethernet: { MACAddress: '3C:EC:EF:00:00:01' } },
    [`${FUNCTIONS}/2`]: { Ethernet: { MACAddress: null, PermanentMACAddress: '3cecef000002' } },
    [PORTS]: list(`${PORTS}/1`),
    [`${PORTS}/1`]: { Ethernet: { AssociatedMACAddresses: ['3C:EC:EF:00:00:03', '00:00:00:00:00:00'] } },
  },
};
const CHASSIS = '/redfish/v1/Chassis/1';

test.each([
  { tree: 'NetworkInterfaces and their functions', ...BY_INTERFACES, macs: ['01', '02'] },
  {
    tree: 'the ports, where functions tell nothing',
    system: BY_INTERFACES.system,
    resources: { ...BY_INTERFACES.resources, [`${FUNCTIONS}/1`]: {}, [`${FUNCTIONS}/2`]: {} },
    macs: ['03'],
  },
  {
    tree: "the chassis' NetworkAdapters",
    system: { Links: { Chassis: [link(CHASSIS)] } },
    resources: {
      ...BY_INTERFACES.resources,
      [CHASSIS]: { NetworkAdapters: link(`${CHASSIS}/NetworkAdapters`) },
      [`${CHASSIS}/NetworkAdapters`]: list(ADAPTER),
    },
    macs: ['01', '02'],
  },
  {
    tree: 'the boot options',
    system: { Boot: { BootOptions: link(`${SYSTEM}/BootOptions`) } },
    resources: {
      [`${SYSTEM}/BootOptions`]: list(`${SYSTEM}/BootOptions/1`, `${SYSTEM}/BootOptions/2`),
      [`${SYSTEM}/BootOptions/1`]: {
        UefiDevicePath: 'PciRoot(0x0)/Pci(0x2,0x0)/MAC(3CECEF000004,0x1)/IPv4(0.0.0.0)',
      },
      [`${SYSTEM}/BootOptions/2`]: { UefiDevicePath: 'PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0x0,0x0)' },
    },
    macs: ['04'],
  },
])('MACs come from $tree', async ({ system, resources, macs }) => {
  const { fake, bmc } = await bench();
  Object.assign(fake.state.system, { EthernetInterfaces: undefined, ...system });
  Object.assign(fake.state.resources, resources);
  expect(await bmc.nicMacs()).toEqual(macs.map((last) => `3c:ec:ef:00:00:${last}`));
});

test('other trees are not asked where the EthernetInterfaces tell MACs', async () => {
  const { fake, bmc } = await bench();
  Object.assign(fake.state.system, BY_INTERFACES.system);
  Object.assign(fake.state.resources, BY_INTERFACES.resources);
  expect(await bmc.nicMacs()).toEqual(['52:54:00:aa:bb:01', '52:54:00:aa:bb:02']);
  expect(fake.seen.filter(({ path }) => path.startsWith(INTERFACES))).toEqual([]);
});

test('a tree that goes round is left after a bounded number of requests', async () => {
  const { fake, bmc } = await bench();
  const many = Array.from({ length: 500 }, (_, index) => `${INTERFACES}/${index}`);
  Object.assign(fake.state.system, { EthernetInterfaces: undefined, ...BY_INTERFACES.system });
  Object.assign(fake.state.resources, { [INTERFACES]: list(...many) });
  for (const path of many) Object.assign(fake.state.resources, { [path]: list(...many) });
  expect(await bmc.nicMacs()).toEqual([]);
  expect(fake.seen.length).toBeLessThan(100);
});
