import { describe, expect, test } from 'vitest';
import { bench, errorOf } from './bench.ts';
import { SYSTEM } from './fake-bmc.ts';

const SYSTEMS = '/redfish/v1/Systems';

describe('finding the system', () => {
  test('redfish_system_id names it', async () => {
    const { fake, bmc } = await bench({ info: { redfish_system_id: SYSTEM } });
    expect(await bmc.power()).toBe('off');
    expect(fake.seen.some(({ path }) => path === SYSTEMS)).toBe(false);
  });

  test('a wrong redfish_system_id is answered with those there are', async () => {
    const { bmc } = await bench({ info: { redfish_system_id: `${SYSTEMS}/7` } });
    const error = await errorOf(bmc.power());
    expect(error.code).toBe('bmc_refused');
    expect(error.message).toContain(`has no system ${SYSTEMS}/7`);
    expect(error.hint).toContain(`It lists: ${SYSTEM}.`);
  });

  test('without it, the only system that can be reset is taken', async () => {
    const { fake, bmc } = await bench();
    fake.state.resources[`${SYSTEMS}/HGX_Baseboard_0`] = { PowerState: 'On' };
    fake.state.resources[SYSTEMS] = {
      Members: [{ '@odata.id': `${SYSTEMS}/HGX_Baseboard_0` }, { '@odata.id': SYSTEM }],
    };
    expect(await bmc.power()).toBe('off');
  });

  test('two of them make a choice necessary', async () => {
    const { fake, bmc } = await bench();
    fake.state.resources[`${SYSTEMS}/2`] = fake.state.system;
    fake.state.resources[SYSTEMS] = { Members: [{ '@odata.id': SYSTEM }, { '@odata.id': `${SYSTEMS}/2` }] };
    const error = await errorOf(bmc.power());
    expect(error.message).toContain('offers 2 systems');
    expect(error.hint).toContain(`${SYSTEM}, ${SYSTEMS}/2`);
  });

  test('the list may come in pages, and members may be null', async () => {
    const { fake, bmc } = await bench();
    fake.state.resources[SYSTEMS] = { Members: null, 'Members@odata.nextLink': `${SYSTEMS}?$skip=1` };
    fake.state.resources[`${SYSTEMS}?$skip=1`] = { Members: [{ '@odata.id': SYSTEM }] };
    expect(await bmc.power()).toBe('off');
  });

  test('pages that go round in a circle end', async () => {
    const { fake, bmc } = await bench();
    fake.state.resources[SYSTEMS] = { Members: [], 'Members@odata.nextLink': SYSTEMS };
    expect((await errorOf(bmc.power())).message).toContain('offers no system');
  });
});

describe('the inventory of a BMC', () => {
  test('holds what the system says, MACs in canonical form, without the NIC towards the BMC', async () => {
    const { bmc } = await bench();
    expect(await bmc.systemInfo()).toEqual({
      manufacturer: 'Contoso',
      model: 'X1',
      serial: 'S123',
      uuid: '38947555-7742-3448-3784-823347823834',
      bios_version: '1.2',
      cpu_count: 2,
      memory_mib: 1536,
      power: 'off',
      boot_mode: 'uefi',
    });
    expect(await bmc.nicMacs()).toEqual(['52:54:00:aa:bb:01', '52:54:00:aa:bb:02']);
  });

  test('lacks what firmware leaves out or fills with words for nothing', async () => {
    const { fake, bmc } = await bench();
    Object.assign(fake.state.system, {
      Manufacturer: '',
      Model: 'To be filled by O.E.M.',
      SerialNumber: null,
      UUID: ['odd'],
      BiosVersion: 'N/A',
      ProcessorSummary: null,
      MemorySummary: { TotalSystemMemoryGiB: '64' },
      EthernetInterfaces: { '@odata.id': '/redfish/v1/nowhere' },
    });
    expect(await bmc.systemInfo()).toMatchObject({
      manufacturer: null,
      model: null,
      serial: null,
      uuid: null,
      bios_version: null,
      cpu_count: null,
      memory_mib: 65_536,
    });
    expect(await bmc.nicMacs()).toEqual([]);
  });

  test("Dell's serial number is the service tag", async () => {
    const { fake, bmc } = await bench();
    fake.state.root.Vendor = 'Dell';
    fake.state.system.SKU = 'ABC1234';
    expect((await bmc.systemInfo()).serial).toBe('ABC1234');
  });
});
