import { expect, test } from 'vitest';
import type { NewNode } from '../../../src/store/store.ts';
import { aNode, apiFixture, fault, NODE } from '../fixtures.ts';

const URL = `/v1/nodes/${NODE}`;
const set = (path: string, value: unknown) => ({ op: 'add', path: `/${path}`, value });

async function withNode(fields: Partial<NewNode> = {}) {
  const fixture = await apiFixture({ drivers: ['redfish', 'fake-hardware'] });
  await fixture.store.nodes.insert(aNode(fields));
  return fixture;
}

test('a node shows the interfaces that it chose, and its driver’s defaults', async () => {
  const { ask } = await apiFixture({ drivers: ['redfish', 'fake-hardware'] });
  const body = { driver: 'fake-hardware', inspect_interface: 'no-inspect', uuid: NODE };
  const made = await ask('POST', '/v1/nodes', { body });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({
    inspect_interface: 'no-inspect',
    deploy_interface: 'fake',
    power_interface: 'fake',
    network_interface: 'noop',
  });
});

test('an interface that the driver does not have is refused in Ironic’s words', async () => {
  const { ask } = await withNode();
  const answer = await ask('PATCH', URL, { body: [set('deploy_interface', 'fake')] });
  expect(answer.status).toBe(400);
  expect(fault(answer)).toBe(
    "Could not find the following interface in the 'ironic.hardware.interfaces.deploy' entrypoint: fake. " +
      "Valid interfaces are ['direct', 'ramdisk', 'custom-agent'].",
  );
});

test('another driver takes the interfaces along that it has, or begins with its defaults where that is asked for', async () => {
  const { ask } = await withNode({ interfaces: { inspect: 'no-inspect' } });
  const kept = await ask('PATCH', URL, { body: [set('description', 'x')] });
  expect(kept.body.inspect_interface).toBe('no-inspect');
  const driver = set('driver', 'fake-hardware');
  const refused = await ask('PATCH', URL, { body: [driver] });
  expect([refused.status, fault(refused)]).toEqual([
    400,
    "bios interface implementation 'redfish' is not supported by hardware type fake-hardware.",
  ]);
  const moved = await ask('PATCH', `${URL}?reset_interfaces=True`, {
    body: [driver, set('bios_interface', 'no-bios')],
  });
  expect(moved.body).toMatchObject({
    deploy_interface: 'fake',
    inspect_interface: 'fake',
    bios_interface: 'no-bios',
  });
  const removed = await ask('PATCH', URL, { body: [{ op: 'remove', path: '/bios_interface' }] });
  expect(removed.body.bios_interface).toBe('fake');
  const idle = await ask('PATCH', `${URL}?reset_interfaces=True`, { body: [set('description', 'y')] });
  expect([idle.status, fault(idle)]).toEqual([
    400,
    expect.stringContaining("when changing the node's driver"),
  ]);
});

/**
 * What Metal3's baremetal-operator names for each kind of BMC address (pkg/hardwareutils/bmc); redfish:// leaves the
 * rest out.
 */
test.each([
  ['redfish', 'redfish', { boot: 'ipxe', firmware: 'redfish', raid: 'redfish', inspect: 'agent' }],
  [
    'redfish-virtualmedia',
    'redfish',
    { boot: 'redfish-virtual-media', firmware: 'redfish', raid: 'redfish' },
  ],
  [
    'idrac-redfish',
    'idrac',
    {
      bios: 'idrac-redfish',
      boot: 'ipxe',
      firmware: 'redfish',
      inspect: 'agent',
      management: 'idrac-redfish',
      power: 'idrac-redfish',
      raid: 'idrac-redfish',
      vendor: 'idrac-redfish',
    },
  ],
  ['idrac-virtualmedia', 'idrac', { boot: 'idrac-redfish-virtual-media', inspect: 'redfish' }],
])(
  'a host of Metal3 at %s:// is taken with its interfaces, and validate tells what is not built yet',
  async (_, driver, interfaces) => {
    const { ask } = await apiFixture({ drivers: ['redfish', 'idrac'] });
    const fields = Object.fromEntries(
      Object.entries(interfaces).map(([kind, name]) => [`${kind}_interface`, name]),
    );
    const driver_info = { redfish_address: 'https://10.30.0.7' };
    const made = await ask('POST', '/v1/nodes', { body: { uuid: NODE, driver, driver_info, ...fields } });
    expect([made.status, made.body]).toMatchObject([201, fields]);
    const { body } = await ask('GET', `${URL}/validate`);
    const virtual = interfaces.boot !== 'ipxe';
    expect(body).toMatchObject({
      power: { result: true },
      management: { result: true },
      boot: { result: !virtual },
    });
    if (virtual) expect(body.boot.reason).toContain('boots from virtual media, which ingot cannot do yet');
    if ('firmware' in interfaces) expect(body.firmware).toEqual({ result: true });
    if ('raid' in interfaces)
      expect(body.raid).toMatchObject({
        result: false,
        reason: expect.stringContaining('RAID volumes, which ingot cannot do yet'),
      });
  },
);

test('interfaces are changed only where nothing is deployed', async () => {
  const { ask } = await withNode({ provision_state: 'active' });
  const answer = await ask('PATCH', URL, { body: [set('inspect_interface', 'no-inspect')] });
  expect(answer.status).toBe(409);
  expect(fault(answer)).toContain('can not have inspect_interface updated');
});

test('a driver tells what it is made of, since 1.30', async () => {
  const { ask } = await apiFixture({ drivers: ['redfish', 'fake-hardware'] });
  const { body } = await ask('GET', '/v1/drivers/fake-hardware');
  expect(body).toMatchObject({
    default_deploy_interface: 'fake',
    enabled_inspect_interfaces: ['fake', 'no-inspect'],
  });
  expect((await ask('GET', '/v1/drivers?detail=True')).body.drivers[0]).toHaveProperty(
    'default_boot_interface',
  );
  const old = (await ask('GET', '/v1/drivers/redfish', { version: '1.29' })).body;
  expect(old).not.toHaveProperty('default_boot_interface');
});

test('validate judges a fake node as ready, and names what is switched off', async () => {
  const { ask } = await withNode({ driver: 'fake-hardware', interfaces: { bios: 'no-bios' } });
  const { body } = await ask('GET', `${URL}/validate`);
  expect(body.deploy).toEqual({ result: true });
  expect(body.bios).toEqual({
    result: false,
    reason: 'Driver fake-hardware does not support bios (disabled or not implemented).',
  });
});

test.each([
  ['direct', {}, 'Some parameters were missing in node\'s instance_info. Missing are: ["image_source"]'],
  [
    'direct',
    { image_source: 'http://i/a.raw', image_type: 'partition' },
    /image_type "partition" is not whole-disk/,
  ],
  ['ramdisk', {}, /nothing to boot from the network\. Set kernel and ramdisk, or boot_iso/],
])('validate tells what deploy_interface %s lacks in %o', async (deploy, instance_info, reason) => {
  const { ask } = await withNode({ interfaces: { deploy }, instance_info });
  const { body } = await ask('GET', `${URL}/validate`);
  const told = typeof reason === 'string' ? reason : expect.stringMatching(reason);
  expect(body.deploy).toEqual({ result: false, reason: told });
});

test('validate tells that inspection by the BMC needs its address', async () => {
  const { ask } = await withNode({ interfaces: { inspect: 'redfish' }, driver_info: {} });
  const { body } = await ask('GET', `${URL}/validate`);
  expect(body.inspect).toEqual({
    result: false,
    reason: 'Some parameters were missing in node\'s driver_info. Missing are: ["redfish_address"]',
  });
});

test('deploy_interface anaconda is refused, with what does its work here', async () => {
  const { ask } = await withNode();
  const answer = await ask('PATCH', URL, { body: [set('deploy_interface', 'anaconda')] });
  expect(fault(answer)).toContain("'ironic.hardware.interfaces.deploy' entrypoint: anaconda");
  expect(JSON.parse(answer.body.error_message).hint).toContain('ingot runs no installer by itself');
});

test.each([
  ['the one that it has', 'fake', 200],
  ['another one', 'no-bios', 409],
])('an active node that is told of %s for its BIOS (%s) is answered %d', async (_what, value, status) => {
  const { ask, store } = await apiFixture({ drivers: ['fake-hardware'] });
  await store.nodes.insert(aNode({ driver: 'fake-hardware', provision_state: 'active' }));
  const body = [{ op: 'replace', path: '/bios_interface', value }];
  expect((await ask('PATCH', `/v1/nodes/${NODE}`, { body })).status).toBe(status);
});

test('an image that nobody here can fetch is stored, as in Ironic, and the verdict says which can be', async () => {
  const { ask, store } = await apiFixture();
  const instance_info = { image_checksum: 'a'.repeat(64) };
  await store.nodes.insert(aNode({ instance_info }));
  const verdictOn = async (value: string): Promise<unknown> => {
    const body = [{ op: 'add', path: '/instance_info/image_source', value }];
    expect((await ask('PATCH', URL, { body })).status).toBe(200);
    return (await ask('GET', `${URL}/validate`)).body.deploy;
  };
  for (const source of ['ftp://images/a.raw', 'glance://11111111-2222-4333-8444-555555555555', 'a.raw'])
    expect(await verdictOn(source)).toEqual({
      result: false,
      reason: expect.stringMatching(
        /image_source must be an http:\/\/, https:\/\/ or file:\/\/ URL.*Set image_source/,
      ),
    });
  expect(await verdictOn('https://images/a.raw')).toEqual({ result: true });
  expect(await verdictOn('HTTPS://images/a.raw')).toEqual({ result: true });
});
