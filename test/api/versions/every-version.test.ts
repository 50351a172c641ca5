import { expect, test } from 'vitest';
import { aNode, apiFixture, NODE } from '../fixtures.ts';

/** The first microversion of each field of a node, from ironic/api/controllers/v1/utils.py and versions.py. */
const SINCE: Readonly<Record<number, readonly string[]>> = {
  1: [
    'uuid',
    'created_at',
    'updated_at',
    'console_enabled',
    'driver',
    'driver_info',
    'extra',
    'instance_info',
    'instance_uuid',
    'last_error',
    'maintenance',
    'maintenance_reason',
    'power_state',
    'properties',
    'provision_state',
    'provision_updated_at',
    'reservation',
    'target_power_state',
    'target_provision_state',
    'links',
    'chassis_uuid',
    'ports',
  ],
  3: ['driver_internal_info'],
  5: ['name'],
  6: ['inspection_finished_at', 'inspection_started_at'],
  7: ['clean_step'],
  12: ['raid_config', 'target_raid_config'],
  14: ['states'],
  20: ['network_interface'],
  21: ['resource_class'],
  24: ['portgroups'],
  31: [
    'boot_interface',
    'console_interface',
    'deploy_interface',
    'inspect_interface',
    'management_interface',
    'power_interface',
    'raid_interface',
    'vendor_interface',
  ],
  32: ['volume'],
  33: ['storage_interface'],
  37: ['traits'],
  38: ['rescue_interface'],
  40: ['bios_interface'],
  42: ['fault'],
  44: ['deploy_step'],
  46: ['conductor_group'],
  47: ['automated_clean'],
  48: ['protected', 'protected_reason'],
  49: ['conductor'],
  50: ['owner'],
  51: ['description'],
  52: ['allocation_uuid'],
  61: ['retired', 'retired_reason'],
  65: ['lessee'],
  66: ['network_data'],
  75: ['boot_mode', 'secure_boot'],
  82: ['shard'],
  83: ['parent_node'],
  86: ['firmware_interface'],
  87: ['service_step'],
  95: ['disable_power_off'],
};

const fieldsAt = (minor: number): readonly string[] =>
  Object.entries(SINCE)
    .filter(([since]) => Number(since) <= minor)
    .flatMap(([, fields]) => fields)
    .toSorted();

test('a node shows at each of the 96 versions the fields that version has, alone and in the detailed list', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  for (let minor = 1; minor <= 96; minor++) {
    const version = `1.${minor}`;
    const alone = await ask('GET', `/v1/nodes/${NODE}`, { version });
    expect(alone.headers['x-openstack-ironic-api-version'], version).toBe(version);
    expect(Object.keys(alone.body).toSorted(), version).toEqual(fieldsAt(minor));
    const { body } = await ask('GET', '/v1/nodes/detail', { version });
    expect(Object.keys(body.nodes[0]).toSorted(), version).toEqual(fieldsAt(minor));
  }
});

test('a field can be asked for and written from its first version on, and not before', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  for (const [since, fields] of Object.entries(SINCE)) {
    // `fields` itself came with 1.8.
    if (Number(since) <= 8) continue;
    for (const field of fields) {
      const at = async (version: string): Promise<number> =>
        (await ask('GET', `/v1/nodes/${NODE}?fields=${field}`, { version })).status;
      expect([await at(`1.${Number(since) - 1}`), await at(`1.${since}`)], field).toEqual([406, 200]);
      const old = await ask('PATCH', `/v1/nodes/${NODE}`, {
        body: [{ op: 'add', path: `/${field}`, value: 'x' }],
        version: `1.${Number(since) - 1}`,
      });
      expect([400, 406], field).toContain(old.status);
    }
  }
});

/** States that older versions call by another name: the first version of the name, and the name before. */
const LATER_NAMES = [
  { state: 'available', since: 2, before: null },
  { state: 'inspect wait', since: 39, before: 'inspecting' },
  { state: 'enroll', since: 1, before: null },
] as const;

test.each(LATER_NAMES)(
  '"$state" has that name since 1.$since, in every answer that shows a state',
  async (later) => {
    const { ask, store } = await apiFixture();
    await store.nodes.insert(aNode({ provision_state: later.state }));
    for (let minor = 1; minor <= 96; minor++) {
      const version = `1.${minor}`;
      const expected = minor < later.since ? later.before : later.state;
      const { body: alone } = await ask('GET', `/v1/nodes/${NODE}`, { version });
      const { body: states } = await ask('GET', `/v1/nodes/${NODE}/states`, { version });
      const { body: list } = await ask('GET', '/v1/nodes', { version });
      const { body: patched } = await ask('PATCH', `/v1/nodes/${NODE}`, {
        version,
        body: [{ op: 'add', path: '/extra/seen', value: version }],
      });
      const shown = [alone, states, list.nodes[0], patched].map(({ provision_state }) => provision_state);
      expect(shown, version).toEqual(Array(4).fill(expected));
    }
  },
);

test('a node that is created before 1.11 begins available, later in enroll; by `ingot node enroll` always so', async () => {
  const { ask, store } = await apiFixture();
  const begins = async (path: string, version: string): Promise<string | undefined> => {
    const { body } = await ask('POST', path, { body: { driver: 'redfish' }, version });
    return (await store.nodes.get((body.node ?? body).uuid))?.provision_state;
  };
  expect(await begins('/v1/nodes', '1.1')).toBe('available');
  expect(await begins('/v1/nodes', '1.10')).toBe('available');
  expect(await begins('/v1/nodes', '1.11')).toBe('enroll');
  expect(await begins('/v1/nodes', '1.96')).toBe('enroll');
  expect(await begins('/ingot/v1/nodes', '1.1')).toBe('enroll');
});
