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
