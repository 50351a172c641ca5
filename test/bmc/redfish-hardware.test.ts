/**
 * What BMCs list of processor, drives and NICs, where they have it; the lab's BMC, judged by sushy, lists all of it.
 */
import { expect, test } from 'vitest';
import { startTestBmc } from '../lab/redfish/bmc.ts';
import { bench, client } from './bench.ts';
import { SYSTEM } from './fake-bmc.ts';

const link = (path: string) => ({ '@odata.id': path });
const list = (...paths: readonly string[]) => ({ Members: paths.map(link) });
const [CPUS, STORAGE, SIMPLE] = [`${SYSTEM}/Processors`, `${SYSTEM}/Storage`, `${SYSTEM}/SimpleStorage`];
const NICS = [
  { name: 'A', mac: '52:54:00:aa:bb:01', mbps: 10_000 },
  // This one has no Id.
  { name: '52:54:00:aa:bb:02', mac: '52:54:00:aa:bb:02', mbps: null },
];
const TO_MANAGER = `${SYSTEM}/EthernetInterfaces/ToManager`;

test.each([
  {
    bmc: 'with Storage',
    system: { Processors: link(CPUS), Storage: link(STORAGE), SimpleStorage: link(SIMPLE) },
    resources: {
      [CPUS]: list(`${CPUS}/1`, `${CPUS}/2`),
      [`${CPUS}/1`]: { InstructionSet: 'ARM-A64', Model: 'Neo', MaxSpeedMHz: 3000 },
      [STORAGE]: list(`${STORAGE}/1`),
      [`${STORAGE}/1`]: {
        Drives: [link(`${STORAGE}/1/a`), link(`${STORAGE}/1/gone`), link(`${STORAGE}/1/b`)],
      },
      [`${STORAGE}/1/a`]: { Name: 'Disk 0', CapacityBytes: 960e9, Model: 'M', SerialNumber: 'S' },
      [`${STORAGE}/1/b`]: { Name: 'Empty bay', CapacityBytes: null },
    },
    cpu: { architecture: 'aarch64', model: 'Neo', mhz: 3000 },
    disks: [{ name: 'Disk 0', bytes: 960e9, model: 'M', serial: 'S' }],
  },
  {
    bmc: 'with SimpleStorage alone',
    system: { SimpleStorage: link(SIMPLE) },
    resources: {
      [SIMPLE]: list(`${SIMPLE}/1`),
      [`${SIMPLE}/1`]: { Devices: [{ Name: 'SATA 1', CapacityBytes: 8e9 }, 'nonsense', { Name: 'no size' }] },
    },
    cpu: { architecture: null, model: null, mhz: null },
    disks: [{ name: 'SATA 1', bytes: 8e9, model: null, serial: null }],
  },
  {
    bmc: 'that lists nothing',
    system: {},
    resources: {},
    cpu: { architecture: null, model: null, mhz: null },
    disks: [],
  },
])('a BMC $bmc', async ({ system, resources, cpu, disks }) => {
  const { bmc, fake } = await bench();
  Object.assign(fake.state.system, system);
  Object.assign(fake.state.resources, resources, { [TO_MANAGER]: { MACAddress: '52:54:00:aa:bb:09' } });
  Object.assign(fake.state.resources[`${SYSTEM}/EthernetInterfaces/A`] ?? {}, { Id: 'A', SpeedMbps: 10_000 });
  expect(await bmc.hardware()).toEqual({ cpu, disks, nics: NICS });
});

test("the lab's BMC", async () => {
  const { server, machine } = await startTestBmc();
  const { bmc } = client({ redfish_address: server.url, redfish_password: 'correct horse' });
  expect(await bmc.hardware()).toMatchObject({
    cpu: { architecture: 'x86_64', model: 'Virtual CPU', mhz: 2000 },
    disks: [{ name: 'Disk 1', bytes: machine.info.disk_bytes }],
    nics: machine.info.nics.map(({ id, mac }) => ({ name: id, mac })),
  });
  await server.close();
});
