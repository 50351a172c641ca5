import { expect, test } from 'vitest';
import { aNode, apiFixture, fault, NODE } from '../fixtures.ts';

const AT = `/v1/nodes/${NODE}`;

async function withNode(driver = 'redfish') {
  const fixture = await apiFixture({ drivers: ['redfish', 'fake-hardware'] });
  await fixture.store.nodes.insert(aNode({ driver }));
  return fixture;
}

test('the boot device is read from the BMC, and carried to it, in Ironic’s words', async () => {
  const { ask, lifecycle } = await withNode();
  const device = `${AT}/management/boot_device`;
  expect((await ask('GET', device)).body).toEqual({ boot_device: 'disk', persistent: true });
  expect((await ask('GET', `${device}/supported`)).body).toEqual({
    supported_boot_devices: ['pxe', 'disk', 'cdrom', 'bios', 'uefihttp'],
  });
  const set = await ask('PUT', device, { body: { boot_device: 'uefihttp', persistent: 'true' } });
  expect(set.status).toBe(204);
  expect(lifecycle.asked).toEqual([
    { method: 'setBootDevice', arguments: [NODE, { device: 'http', persistent: true }] },
  ]);
});

test.each([
  { body: { boot_device: 'moon' }, text: 'Invalid boot device moon specified.' },
  { body: {}, text: 'Missing mandatory parameter: boot_device' },
  { body: [], text: 'Missing mandatory parameter: boot_device' },
  { body: { boot_device: 'pxe', bogus: 1 }, text: 'Unexpected arguments: bogus' },
  { body: { boot_device: 'pxe', persistent: 'perhaps' }, text: /^Invalid persistent: Unrecognized value/ },
])('a boot device asked for with $body is refused', async ({ body, text }) => {
  const { ask } = await withNode();
  const answer = await ask('PUT', `${AT}/management/boot_device`, { body });
  expect([answer.status, fault(answer)]).toEqual([
    400,
    typeof text === 'string' ? text : expect.stringMatching(text),
  ]);
});

test('an NMI and Secure Boot go to the BMC', async () => {
  const { ask, lifecycle } = await withNode();
  expect((await ask('PUT', `${AT}/management/inject_nmi`, { body: {} })).status).toBe(204);
  expect((await ask('PUT', `${AT}/states/secure_boot`, { body: { target: 'on' } })).status).toBe(202);
  expect(lifecycle.asked.map(({ method }) => method)).toEqual(['injectNmi', 'setSecureBoot']);
});

test('RAID that is not there may be unset; what the node names and is not built yet, tells so', async () => {
  const { ask, store } = await withNode();
  expect((await ask('PUT', `${AT}/states/raid`, { body: {} })).status).toBe(204);
  await store.nodes.update(NODE, { interfaces: { raid: 'redfish' } });
  const asked = await ask('PUT', `${AT}/states/raid`, { body: { logical_disks: [{ raid_level: '1' }] } });
  expect([asked.status, fault(asked)]).toEqual([404, expect.stringContaining('does not support raid')]);
  expect(JSON.parse(asked.body.error_message).hint).toMatch(
    /its raid_interface redfish sets up RAID volumes, which ingot cannot do yet/,
  );
});

test.each([
  ['PUT', 'states/boot_mode', { target: 'bios' }, 400, /does not support set_boot_mode/],
  ['PUT', 'states/boot_mode', { target: 'x' }, 400, /^Invalid boot mode x requested for node/],
  ['PUT', 'states/console', { enabled: true }, 400, /does not support console/],
  ['PUT', 'states/raid', { logical_disks: [] }, 404, /does not support raid/],
  ['PUT', 'states/raid', [], 400, /Schema error for target_raid_config/],
  ['POST', 'vendor_passthru/fly', {}, 400, /^No handler for method fly$/],
  ['POST', 'vendor_passthru', {}, 400, /^Missing mandatory parameter: method$/],
  ['POST', 'vifs', {}, 400, /^Schema error for vif: 'id' is a required property$/],
  [
    'POST',
    'vmedia',
    { device_type: 'cdrom', image_url: 'http://i' },
    400,
    /does not support attach_virtual_media/,
  ],
  ['GET', 'bios/none', undefined, 404, /doesn't have a BIOS setting 'none'$/],
  ['GET', 'management/indicators', undefined, 400, /does not support get_supported_indicators/],
] as const)('%s %s with %j is refused: %i', async (method, part, body, status, text) => {
  const { ask } = await withNode();
  const answer = await ask(method, `${AT}/${part}`, body === undefined ? {} : { body });
  expect([answer.status, fault(answer)]).toEqual([status, expect.stringMatching(text)]);
});

test('a VIF is taken and not kept, as by Ironic’s network interface noop', async () => {
  const { ask } = await withNode();
  expect((await ask('POST', `${AT}/vifs`, { body: { id: 'port-1' } })).status).toBe(204);
  expect((await ask('GET', `${AT}/vifs`)).body).toEqual({ vifs: [] });
  expect((await ask('DELETE', `${AT}/vifs/port-1`)).status).toBe(204);
});

test('what a node has not is not there before its microversion either', async () => {
  const { ask } = await withNode();
  const old = async (part: string, version: string) =>
    (await ask('GET', `${AT}/${part}`, { version })).status;
  expect([await old('inventory', '1.80'), await old('vmedia', '1.92')]).toEqual([404, 404]);
});

const RAID = { logical_disks: [{ size_gb: 10, raid_level: '1' }] };

test('pretended hardware has a console that leads nowhere, and keeps that it is on', async () => {
  const { ask, store } = await withNode('fake-hardware');
  const on = await ask('PUT', `${AT}/states/console`, { body: { enabled: 'true' } });
  expect([on.status, on.headers.location]).toEqual([202, expect.stringMatching(/\/states\/console$/)]);
  expect((await ask('GET', `${AT}/states/console`)).body).toEqual({
    console_enabled: true,
    console_info: {},
  });
  expect((await store.nodes.get(NODE))?.console_enabled).toBe(true);
  expect((await ask('PUT', `${AT}/states/console`, { body: { enabled: false } })).status).toBe(202);
  expect((await ask('GET', `${AT}/states/console`)).body).toEqual({
    console_enabled: false,
    console_info: null,
  });
});

test('pretended hardware keeps which RAID volumes it shall have, until they are unset', async () => {
  const { ask } = await withNode('fake-hardware');
  const shown = async () => (await ask('GET', `${AT}?fields=target_raid_config`)).body.target_raid_config;
  expect((await ask('PUT', `${AT}/states/raid`, { body: RAID })).status).toBe(204);
  expect(await shown()).toEqual(RAID);
  expect((await ask('PUT', `${AT}/states/raid`, { body: {} })).status).toBe(204);
  expect(await shown()).toEqual({});
});

test.each([
  ['no disk', { logical_disks: [] }],
  ['an unknown level', { logical_disks: [{ size_gb: 10, raid_level: '7' }] }],
  ['no size', { logical_disks: [{ raid_level: '1' }] }],
  [
    'physical disks of no controller',
    { logical_disks: [{ ...RAID.logical_disks[0], physical_disks: ['1'] }] },
  ],
  [
    'two roots',
    { logical_disks: [1, 2].map((size_gb) => ({ size_gb, raid_level: '1', is_root_volume: true })) },
  ],
])('RAID volumes with %s are refused', async (_, body) => {
  const { ask } = await withNode('fake-hardware');
  expect((await ask('PUT', `${AT}/states/raid`, { body })).status).toBe(400);
});

test.each([
  ['POST', 'third_method_sync', { bar: 'meow' }, 200, true],
  ['POST', 'third_method_sync', { bar: 'woof' }, 200, false],
  ['POST', 'second_method', { bar: 'kazoo' }, 202, ''],
  ['POST', 'fourth_method_shared_lock', { bar: 'x' }, 202, ''],
] as const)(
  '%s of the pretended vendor method %s with %j answers %i',
  async (http, method, body, status, value) => {
    const { ask } = await withNode('fake-hardware');
    const answer = await ask(http, `${AT}/vendor_passthru/${method}`, { body });
    expect([answer.status, answer.body]).toEqual([status, value]);
  },
);

test.each([
  ['POST', 'second_method', {}, /^Parameter 'bar' not passed to method 'second_method'/],
  ['PUT', 'second_method', { bar: 'kazoo' }, /^The method second_method does not support HTTP PUT$/],
  ['POST', 'first_method', { bar: 'baz' }, /^No handler for method first_method$/],
] as const)('%s of the pretended vendor method %s with %j is refused', async (http, method, body, text) => {
  const { ask } = await withNode('fake-hardware');
  const answer = await ask(http, `${AT}/vendor_passthru/${method}`, { body });
  expect([answer.status, fault(answer)]).toEqual([400, expect.stringMatching(text)]);
});

test('pretended hardware has lamps that are always on', async () => {
  const { ask } = await withNode('fake-hardware');
  const { indicators } = (await ask('GET', `${AT}/management/indicators`)).body;
  expect(indicators).toMatchObject([
    { name: 'led-0@chassis', readonly: true, states: ['off', 'on'] },
    { name: 'led@system', readonly: false, states: ['blinking', 'off', 'on'] },
  ]);
  expect((await ask('GET', `${AT}/management/indicators/led@system`)).body).toEqual({ state: 'on' });
});

test.each([
  ['GET', 'led@moon', undefined, /^Invalid component moon specified/],
  ['GET', 'moon@system', undefined, /^Invalid indicator moon specified/],
  ['GET', 'led', undefined, /^Malformed indicator name "led"/],
  ['PUT', 'led@system', { state: 'OFF' }, /does not support set_indicator_state/],
] as const)('%s of the lamp %s is refused', async (method, name, body, text) => {
  const { ask } = await withNode('fake-hardware');
  const answer = await ask(method, `${AT}/management/indicators/${name}`, body === undefined ? {} : { body });
  expect([answer.status, fault(answer)]).toEqual([400, expect.stringMatching(text)]);
});
