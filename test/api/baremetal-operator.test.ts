/**
 * The calls of Metal3's baremetal-operator (pkg/provisioner/ironic) in its order, with the status that it wants of
 * each; between them the node is where the lifecycle would have brought it.
 */
import { expect, test } from 'vitest';
import type { ProvisionState } from '../../src/store/words.ts';
import { apiFixture, NODE } from './fixtures.ts';

const VERSION = '1.95';
const SHA = 'a'.repeat(64);

test('baremetal-operator registers, inspects, provisions and deletes a host', async () => {
  const { ask, store, lifecycle } = await apiFixture();
  const call = async (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    { status, body }: { readonly status: number; readonly body?: unknown },
  ) => {
    const answer = await ask(method, url, { version: VERSION, ...(body === undefined ? {} : { body }) });
    expect([url, answer.status, answer.status === status ? '' : answer.body]).toEqual([url, status, '']);
    return answer.body;
  };
  const at = `/v1/nodes/${NODE}`;
  const reach = (provision_state: ProvisionState) => store.nodes.update(NODE, { provision_state });

  const root = await call('GET', '/v1/', { status: 200 });
  expect(Number(root.version.version.split('.')[1])).toBeGreaterThanOrEqual(89);
  expect((await call('GET', '/v1/drivers', { status: 200 })).drivers.length).toBeGreaterThan(0);

  await call('GET', '/v1/nodes/metal3~host-0', { status: 404 });
  const address = '52:54:00:aa:bb:01';
  await call('GET', `/v1/ports?address=${address}&fields=node_uuid,uuid,address`, { status: 200 });
  const host = {
    ...{
      uuid: NODE,
      name: 'metal3~host-0',
      driver: 'redfish',
      boot_interface: 'ipxe',
      inspect_interface: 'agent',
    },
    ...{ management_interface: 'redfish', power_interface: 'redfish', disable_power_off: false },
    driver_info: {
      ...{ redfish_address: 'https://10.30.0.7', redfish_system_id: '/redfish/v1/Systems/1' },
      ...{ redfish_username: 'admin', redfish_password: 'hunter2', redfish_verify_ca: false },
    },
    properties: { capabilities: 'boot_mode:uefi', cpu_arch: 'x86_64' },
  };
  const made = await call('POST', '/v1/nodes', { status: 201, body: host });
  expect(made.driver_info.redfish_password).toBe('******');
  await call('POST', '/v1/ports', { status: 201, body: { node_uuid: NODE, address, pxe_enabled: true } });

  await call('PATCH', at, { status: 200, body: [{ op: 'add', path: '/automated_clean', value: true }] });
  expect(await call('GET', `${at}/validate`, { status: 200 })).toMatchObject({
    power: { result: true },
    management: { result: true },
  });
  await call('PUT', `${at}/states/provision`, { status: 202, body: { target: 'manage' } });
  await reach('manageable');

  await call('GET', `${at}/inventory`, { status: 404 });
  await call('PUT', `${at}/states/provision`, { status: 202, body: { target: 'inspect' } });
  await store.inventories.put(NODE, { cpu: { count: 4 } }, {});
  expect((await call('GET', `${at}/inventory`, { status: 200 })).inventory).toEqual({ cpu: { count: 4 } });
  await call('GET', `${at}/bios?detail=true`, { status: 200 });
  await call('GET', `${at}/firmware`, { status: 200 });
  await call('PUT', `${at}/states/provision`, { status: 202, body: { target: 'provide' } });
  await reach('available');

  const image = {
    image_source: 'http://images/os.raw',
    image_disk_format: 'raw',
    image_os_hash_algo: 'sha256',
  };
  const instance = { ...image, image_os_hash_value: SHA, root_device: { name: 's== /dev/sda' } };
  await call('PATCH', at, {
    status: 200,
    body: [
      ...Object.entries(instance).map(([name, value]) => ({
        op: 'add',
        path: `/instance_info/${name}`,
        value,
      })),
      { op: 'add', path: '/instance_uuid', value: NODE },
    ],
  });
  const configdrive = { meta_data: { name: 'host-0' }, user_data: '#cloud-config', network_data: {} };
  await call('PUT', `${at}/states/provision`, { status: 202, body: { target: 'active', configdrive } });
  await reach('active');

  await call('PUT', `${at}/states/power`, { status: 202, body: { target: 'soft power off', timeout: 180 } });
  await call('PUT', `${at}/maintenance`, { status: 202, body: { reason: 'detached' } });
  await call('DELETE', `${at}/maintenance`, { status: 202 });
  await call('GET', '/v1/nodes?fields=uuid,name,provision_state,boot_interface', { status: 200 });

  await call('PUT', `${at}/states/provision`, { status: 202, body: { target: 'deleted' } });
  await reach('available');
  await call('PATCH', at, { status: 200, body: [{ op: 'remove', path: '/instance_uuid' }] });
  await call('DELETE', at, { status: 204 });
  expect(lifecycle.asked.map(({ method, arguments: [, request] }) => [method, request])).toEqual([
    ['requestVerb', { verb: 'manage' }],
    ['requestVerb', { verb: 'inspect' }],
    ['requestVerb', { verb: 'provide' }],
    ['requestVerb', { verb: 'active', configdrive }],
    ['requestPower', 'soft power off'],
    ['requestVerb', { verb: 'deleted' }],
  ]);
});
