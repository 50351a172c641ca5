/** What `baremetal` has besides nodes: port groups and their kin, by Ironic's own client. */
import { expect, test } from 'vitest';
import { aNode, NODE } from '../fixtures.ts';
import { MANY_CALLS, withClient } from './baremetal-client.ts';

test(
  'baremetal port group create, list, show, set, unset, delete and port --port-group work unmodified',
  MANY_CALLS,
  async () => {
    const { baremetal, store } = await withClient();
    await store.nodes.insert(aNode());
    const group = JSON.parse(
      await baremetal(
        ...['port', 'group', 'create', '--node', NODE, '--name', 'bond', '--mode', '802.3ad'],
        ...['--property', 'miimon=100', '--unsupport-standalone-ports', '-f', 'json'],
      ),
    );
    expect(group).toMatchObject({
      name: 'bond',
      mode: '802.3ad',
      properties: { miimon: 100 },
      standalone_ports_supported: false,
    });
    const mac = '52:54:00:00:00:01';
    await baremetal(
      ...['port', 'create', mac, '--node', NODE, '--port-group', group.uuid, '--pxe-enabled', 'false'],
    );
    const [port] = JSON.parse(await baremetal('port', 'list', '--port-group', 'bond', '-f', 'json'));
    expect(port).toMatchObject({ Address: mac });
    await expect(baremetal('port', 'group', 'delete', 'bond')).rejects.toThrow('contains ports');

    await baremetal('port', 'group', 'set', 'bond', '--address', '52:54:00:00:00:ff', '--extra', 'rack=7');
    const [row] = JSON.parse(
      await baremetal('port', 'group', 'list', '--node', NODE, '--long', '-f', 'json'),
    );
    expect(row).toMatchObject({ Address: '52:54:00:00:00:ff', Extra: { rack: 7 } });
    await baremetal('port', 'unset', '--port-group', port.UUID);
    await baremetal('port', 'group', 'unset', 'bond', '--address', '--property', 'miimon');
    expect(JSON.parse(await baremetal('port', 'group', 'show', 'bond', '-f', 'json'))).toMatchObject({
      address: null,
      properties: {},
    });
    await baremetal('port', 'group', 'delete', 'bond');
    expect(JSON.parse(await baremetal('port', 'group', 'list', '-f', 'json'))).toEqual([]);
  },
);

test('baremetal chassis, volume connector and volume target work unmodified', MANY_CALLS, async () => {
  const { baremetal, store } = await withClient();
  const json = async (...argv: readonly string[]) => JSON.parse(await baremetal(...argv, '-f', 'json'));
  const chassis = await json('chassis', 'create', '--description', 'blade centre');
  await store.nodes.insert(aNode({ power_state: 'power off', chassis_uuid: chassis.uuid }));
  expect(await json('node', 'list', '--chassis', chassis.uuid)).toMatchObject([{ UUID: NODE }]);
  await baremetal('chassis', 'set', chassis.uuid, '--extra', 'row=3');
  expect(await json('chassis', 'show', chassis.uuid)).toMatchObject({ extra: { row: 3 } });
  await expect(baremetal('chassis', 'delete', chassis.uuid)).rejects.toThrow('contains nodes');

  const iqn = 'iqn.2026-11.org.example:n1';
  const connector = await json(
    ...['volume', 'connector', 'create', '--node', NODE, '--type', 'iqn', '--connector-id', iqn],
  );
  const target = await json(
    ...['volume', 'target', 'create', '--node', NODE, '--type', 'iscsi', '--volume-id', 'v1'],
    ...['--boot-index', '0', '--property', 'auth_password=hunter2'],
  );
  expect(target.properties).toEqual({ auth_password: '******' });
  expect(await json('volume', 'connector', 'list', '--node', NODE)).toMatchObject([{ 'Connector ID': iqn }]);
  await baremetal('volume', 'target', 'set', target.uuid, '--boot-index', '1');
  expect(await json('volume', 'target', 'list', '--long')).toMatchObject([{ 'Boot Index': 1 }]);
  await store.nodes.update(NODE, { power_state: 'power on', provision_state: 'active' });
  await expect(baremetal('volume', 'target', 'delete', target.uuid)).rejects.toThrow('"power on"');
  await store.nodes.update(NODE, { power_state: 'power off' });
  await baremetal('volume', 'target', 'delete', target.uuid);
  await baremetal('volume', 'connector', 'delete', connector.uuid);
});

test(
  'baremetal allocation create --wait, show, list, set and delete work unmodified',
  MANY_CALLS,
  async () => {
    const { baremetal, store } = await withClient();
    const json = async (...argv: readonly string[]) => JSON.parse(await baremetal(...argv, '-f', 'json'));
    const free = { provision_state: 'available', power_state: 'power off', resource_class: 'big' } as const;
    await store.nodes.insert(aNode({ ...free, traits: ['CUSTOM_GPU'] }));
    const wish = ['--resource-class', 'big', '--trait', 'CUSTOM_GPU', '--candidate-node', 'rack1-07'];
    const made = await json('allocation', 'create', '--name', 'web', ...wish, '--wait');
    expect(made).toMatchObject({ state: 'active', node_uuid: NODE, candidate_nodes: [NODE] });
    expect(await json('node', 'show', NODE)).toMatchObject({
      allocation_uuid: made.uuid,
      instance_uuid: made.uuid,
    });
    await expect(baremetal('allocation', 'create', '--resource-class', 'big', '--wait')).rejects.toThrow(
      'no available nodes match the resource class big',
    );
    await baremetal('allocation', 'set', 'web', '--extra', 'a=1');
    expect(await json('allocation', 'show', 'web')).toMatchObject({ extra: { a: 1 } });
    await baremetal('allocation', 'delete', 'web');
    expect(await json('allocation', 'list')).toMatchObject([{ State: 'error' }]);
    expect(await json('node', 'show', NODE)).toMatchObject({ allocation_uuid: null, instance_uuid: null });
  },
);
