/** What BMCs tell of BIOS settings and firmware versions, whole or in part. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { DEFAULT_TIMEOUTS } from '../../src/bmc/redfish/exchange.ts';
import { IngotError } from '../../src/errors.ts';
import { startTestBmc } from '../lab/redfish/bmc.ts';
import { bench, client, errorOf } from './bench.ts';
import { SYSTEM, startFakeBmc } from './fake-bmc.ts';

const link = (path: string) => ({ '@odata.id': path });
const list = (...paths: readonly string[]) => ({ Members: paths.map(link) });
const V1 = '/redfish/v1';
const REGISTRY = 'BiosAttributeRegistryU32.v1_2_0';
const [BIOS, FILE, DOCUMENT] = [`${SYSTEM}/Bios`, `${V1}/Registries/${REGISTRY}`, '/registries/bios.json'];
const NOTHING_KNOWN = {
  attribute_type: null,
  allowable_values: null,
  lower_bound: null,
  upper_bound: null,
  min_length: null,
  max_length: null,
  read_only: null,
  reset_required: null,
  unique: null,
};

test('BIOS settings come with what the attribute registry says of them', async () => {
  const { bmc, fake } = await bench();
  Object.assign(fake.state.system, { Bios: link(BIOS) });
  Object.assign(fake.state.root, { Registries: link(`${V1}/Registries`) });
  Object.assign(fake.state.resources, {
    [BIOS]: {
      AttributeRegistry: REGISTRY,
      Attributes: { ProcVirtualization: 'Enabled', BootRetry: true, Cores: 4, AssetTag: null, 'Odd@x.y': 1 },
    },
    [`${V1}/Registries`]: list(`${V1}/Registries/Base.1.0`, FILE),
    [FILE]: {
      Location: [
        { Language: 'ja', Uri: '/registries/ja.json' },
        { Language: 'en-US', Uri: DOCUMENT },
      ],
    },
    [DOCUMENT]: {
      RegistryEntries: {
        Attributes: [
          {
            AttributeName: 'ProcVirtualization',
            Type: 'Enumeration',
            ReadOnly: false,
            ResetRequired: true,
            Value: [{ ValueName: 'Enabled' }, { ValueDisplayName: 'Off' }, { ValueName: null }],
          },
          { AttributeName: 'Cores', Type: 'Integer', LowerBound: 0, UpperBound: 64 },
          { AttributeName: 'Elsewhere', Type: 'String' },
          'nonsense',
        ],
      },
    },
  });
  expect(await bmc.biosSettings()).toEqual([
    { name: 'AssetTag', value: null, ...NOTHING_KNOWN },
    { name: 'BootRetry', value: 'True', ...NOTHING_KNOWN },
    {
      ...NOTHING_KNOWN,
      name: 'Cores',
      value: '4',
      attribute_type: 'Integer',
      lower_bound: 0,
      upper_bound: 64,
    },
    {
      ...NOTHING_KNOWN,
      name: 'ProcVirtualization',
      value: 'Enabled',
      attribute_type: 'Enumeration',
      allowable_values: ['Enabled', 'Off'],
      read_only: false,
      reset_required: true,
    },
  ]);
});

test.each([
  ['that shows no BIOS', {}, {}, []],
  ['that shows it as something odd', { Bios: link(BIOS) }, { [BIOS]: { Attributes: 'none' } }, []],
  [
    'whose registry is missing',
    { Bios: link(BIOS) },
    { [BIOS]: { AttributeRegistry: REGISTRY, Attributes: { A: 'x' } } },
    [{ name: 'A', value: 'x', ...NOTHING_KNOWN }],
  ],
])('a BMC %s', async (_, system, resources, settings) => {
  const { bmc, fake } = await bench();
  Object.assign(fake.state.system, system);
  Object.assign(fake.state.resources, resources);
  expect(await bmc.biosSettings()).toEqual(settings);
});

test("firmware components have Ironic's names: bios, bmc, and NICs by their serial number", async () => {
  const { bmc, fake } = await bench();
  const [manager, chassis] = [`${V1}/Managers/1`, `${V1}/Chassis/1`];
  Object.assign(fake.state.system, { Links: { ManagedBy: [link(manager)], Chassis: [link(chassis)] } });
  Object.assign(fake.state.resources, {
    [manager]: { FirmwareVersion: '7.10' },
    [chassis]: { NetworkAdapters: link(`${chassis}/NetworkAdapters`) },
    [`${chassis}/NetworkAdapters`]: list(`${chassis}/N/1`, `${chassis}/N/2`, `${chassis}/N/gone`),
    [`${chassis}/N/1`]: {
      SerialNumber: 'MX1',
      Controllers: [{ FirmwarePackageVersion: '22.0' }, { FirmwarePackageVersion: '22.1' }],
    },
    [`${chassis}/N/2`]: { Id: 'Slot2', Controllers: [{}, { FirmwarePackageVersion: '9' }] },
  });
  expect(await bmc.firmwareComponents()).toEqual([
    { component: 'bios', current_version: '1.2' },
    { component: 'bmc', current_version: '7.10' },
    { component: 'nic:MX1', current_version: '22.0' },
    { component: 'nic:Slot2', current_version: '9' },
  ]);
});

test('a BMC that tells the version of its BIOS alone', async () => {
  const { bmc } = await bench();
  expect(await bmc.firmwareComponents()).toEqual([{ component: 'bios', current_version: '1.2' }]);
});

test('a BIOS that the BMC is too busy to show is not taken for one without settings', async () => {
  const { bmc, fake } = await bench();
  Object.assign(fake.state.system, { Bios: link(BIOS) });
  fake.fault({ on: ({ path }) => path === BIOS, answer: { status: 503 } });
  expect((await errorOf(bmc.biosSettings())).code).toBe('bmc_refused');
});

test('adapters that the BMC is too busy to tell of are asked for twice each, and left out', async () => {
  const { bmc, fake, clock } = await bench();
  const [chassis, all] = [`${V1}/Chassis/1`, `${V1}/Chassis/1/N`];
  const adapters = Array.from({ length: 20 }, (_, index) => `${all}/${index}`);
  Object.assign(fake.state.system, { Links: { Chassis: [link(chassis)] } });
  Object.assign(fake.state.resources, {
    [chassis]: { NetworkAdapters: link(all) },
    [all]: list(...adapters),
  });
  fake.fault({ on: ({ path }) => adapters.includes(path), times: 1_000, answer: { status: 503 } });
  expect(await bmc.firmwareComponents()).toEqual([{ component: 'bios', current_version: '1.2' }]);
  expect(adapters.map((one) => fake.seen.filter(({ path }) => path === one).length)).toEqual(
    adapters.map(() => 2),
  );
  expect(clock.slept.filter((ms) => ms >= 500)).toEqual(adapters.map(() => 1_000));
});

describe('a caller that gives the reading up', () => {
  const given = new IngotError('timeout', 'enough', { hint: '' });
  const hanging = async (path: string) => {
    const fake = await startFakeBmc();
    onTestFinished(() => fake.close());
    Object.assign(fake.state.system, { Bios: link(BIOS) });
    Object.assign(fake.state.resources, { [BIOS]: { Attributes: { A: 'x' } } });
    fake.fault({ on: (seen) => seen.path === path, times: 1, answer: 'hang' });
    // No time-out of the client's own frees the queue within this test.
    const { bmc } = client({ redfish_address: fake.url }, { timeouts: DEFAULT_TIMEOUTS });
    const asked = (): number => fake.seen.filter((seen) => seen.path === path).length;
    return { fake, bmc, asked };
  };

  test('cuts off the request that hangs, and the BMC is free for others', async () => {
    const { bmc, asked } = await hanging(BIOS);
    const enough = new AbortController();
    const reading = errorOf(bmc.biosSettings(enough.signal));
    await expect.poll(asked).toBe(1);
    enough.abort(given);
    expect(await reading).toBe(given);
    expect(await bmc.power()).toBe('off');
    expect(asked()).toBe(1);
  });

  test("does not wait for its turn behind another's request, and asks nothing when that comes", async () => {
    const { fake, bmc, asked } = await hanging(SYSTEM);
    const power = errorOf(bmc.power());
    await expect.poll(asked).toBe(1);
    const enough = new AbortController();
    const reading = errorOf(bmc.biosSettings(enough.signal));
    enough.abort(given);
    expect(await reading).toBe(given);
    await bmc.close();
    expect((await power).code).toBe('bmc_unreachable');
    expect(fake.seen.filter(({ path }) => path === BIOS)).toEqual([]);
  });

  test('that has done so before it began asks nothing at all', async () => {
    const { fake, bmc } = await hanging(BIOS);
    expect(await errorOf(bmc.firmwareComponents(AbortSignal.abort(given)))).toBe(given);
    expect(fake.seen).toEqual([]);
  });
});

test("the lab's BMC", async () => {
  const { server, machine } = await startTestBmc();
  const { bmc } = client({ redfish_address: server.url, redfish_password: 'correct horse' });
  expect(await bmc.firmwareComponents()).toEqual([
    { component: 'bios', current_version: machine.info.bios_version },
    { component: 'bmc', current_version: '1.0' },
  ]);
  expect(await bmc.biosSettings()).toMatchObject([
    { name: 'BootMode', value: 'Uefi', attribute_type: 'Enumeration', read_only: true },
    { name: 'NumCores', value: String(machine.info.cpu_count), attribute_type: 'Integer', lower_bound: 1 },
  ]);
  await server.close();
});
