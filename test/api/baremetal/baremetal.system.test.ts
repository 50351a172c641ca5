/**
 * Ironic's own command line client, unmodified (Debian's python3-ironicclient), against ingot's API with its real
 * store. It starts in seconds, so one test walks the whole way.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeConfigDrive } from '../../../src/agent/disk/config-drive.ts';
import { temporaryFolder } from '../../cli/fixtures.ts';
import { MANY_CALLS, withClient } from './baremetal-client.ts';

test(
  'baremetal node create, list, show, set, unset, maintenance, power, manage and delete work unmodified',
  MANY_CALLS,
  async () => {
    const { baremetal, store, lifecycle } = await withClient();
    const create = ['node', 'create', '--driver', 'redfish', '--name', 'n1', '-f', 'json'];
    const info = [
      '--driver-info',
      'redfish_address=https://10.30.0.7',
      '--driver-info',
      'redfish_password=hunter2',
    ];
    const made = JSON.parse(
      await baremetal(...create, ...info, '--property', 'cpu_arch=x86_64', '--boot-interface', 'ipxe'),
    );
    expect(made).toMatchObject({ name: 'n1', provision_state: 'enroll', boot_interface: 'ipxe' });
    expect(JSON.stringify(made)).not.toContain('hunter2');

    const [row] = JSON.parse(await baremetal('node', 'list', '-f', 'json'));
    expect(row).toMatchObject({
      UUID: made.uuid,
      Name: 'n1',
      'Provisioning State': 'enroll',
      Maintenance: false,
    });
    expect(JSON.parse(await baremetal('node', 'list', '--long', '-f', 'json'))).toHaveLength(1);

    await baremetal(
      'node',
      'set',
      'n1',
      '--extra',
      'rack=7',
      '--instance-info',
      'image_source=http://i',
      '--resource-class',
      'big',
    );
    await baremetal('node', 'unset', 'n1', '--property', 'cpu_arch');
    const shown = JSON.parse(await baremetal('node', 'show', 'n1', '-f', 'json'));
    expect(shown).toMatchObject({
      extra: { rack: 7 },
      properties: {},
      resource_class: 'big',
      instance_info: { image_source: 'http://i' },
    });
    expect((await store.nodes.find('n1'))?.driver_info).toMatchObject({ redfish_password: 'hunter2' });

    await baremetal('node', 'maintenance', 'set', 'n1', '--reason', 'fan');
    expect(await store.nodes.find('n1')).toMatchObject({ maintenance: true, maintenance_reason: 'fan' });
    await baremetal('node', 'maintenance', 'unset', 'n1');
    await baremetal('node', 'manage', 'n1');
    await baremetal('node', 'power', 'on', 'n1');
    await baremetal('node', 'deploy', 'n1', '--config-drive', '{"meta_data": {"hostname": "h1"}}');
    expect(lifecycle.asked.map(({ arguments: [, request] }) => request)).toEqual([
      { verb: 'manage' },
      'power on',
      { verb: 'active', configdrive: { meta_data: { hostname: 'h1' } } },
    ]);
    expect(await baremetal('node', 'validate', 'n1')).toContain('management');
    // A folder is packed by the client itself: base64 of a gzipped ISO 9660 image.
    const drive = temporaryFolder();
    mkdirSync(join(drive, 'openstack', 'latest'), { recursive: true });
    writeFileSync(join(drive, 'openstack', 'latest', 'user_data'), '#cloud-config\n');
    await baremetal('node', 'deploy', 'n1', '--config-drive', drive);
    const sent = JSON.stringify(lifecycle.asked.at(-1)?.arguments[1]);
    const { configdrive } = JSON.parse(sent) as { configdrive: string };
    // As our agent does before it touches the disk.
    const image = await decodeConfigDrive(configdrive);
    expect(image.includes('#cloud-config\n')).toBe(true);

    await baremetal('node', 'delete', 'n1');
    expect(JSON.parse(await baremetal('node', 'list', '-f', 'json'))).toEqual([]);
  },
);

test(
  'baremetal deploy template create, list, show, set, delete, and node deploy with steps work unmodified',
  MANY_CALLS,
  async () => {
    const { baremetal, store, lifecycle } = await withClient();
    const step = { interface: 'raid', step: 'tune', args: { password: 'hunter2' }, priority: 70 };
    const template = (...argv: readonly string[]) => baremetal('deploy', 'template', ...argv);
    const steps = ['--steps', JSON.stringify([step])];
    const made = JSON.parse(await template('create', 'CUSTOM_RAID', ...steps, '-f', 'json'));
    expect(made).toMatchObject({ name: 'CUSTOM_RAID', steps: [{ ...step, args: { password: '******' } }] });
    await expect(template('create', 'CUSTOM_RAID', ...steps)).rejects.toThrow(
      'A deploy template with name CUSTOM_RAID already exists.',
    );
    await template('set', 'CUSTOM_RAID', '--name', 'CUSTOM_RAID1', '--extra', 'rack=7');
    expect(JSON.parse(await template('list', '--long', '-f', 'json'))).toMatchObject([
      { Name: 'CUSTOM_RAID1' },
    ]);
    expect(JSON.parse(await template('show', 'CUSTOM_RAID1', '-f', 'json'))).toMatchObject({
      extra: { rack: 7 },
    });
    await template('delete', 'CUSTOM_RAID1');
    await expect(template('show', 'CUSTOM_RAID1')).rejects.toThrow('could not be found');

    await store.nodes.insert({
      uuid: randomUUID(),
      driver: 'redfish',
      name: 'n1',
      provision_state: 'available',
    });
    await baremetal('node', 'deploy', 'n1', '--deploy-steps', JSON.stringify([step]));
    expect(lifecycle.asked[0]?.arguments[1]).toEqual({ verb: 'active', deploySteps: [step] });
  },
);

test('baremetal create FILE, port list, driver list, and the text of an error', MANY_CALLS, async () => {
  const { baremetal } = await withClient();
  const file = join(temporaryFolder(), 'nodes.json');
  const ports = [{ address: '52:54:00:12:34:56' }];
  writeFileSync(file, JSON.stringify({ nodes: [{ name: 'n1', driver: 'redfish', ports }] }));
  await baremetal('create', file);
  const [port] = JSON.parse(await baremetal('port', 'list', '--long', '-f', 'json'));
  expect(port).toMatchObject({ Address: '52:54:00:12:34:56' });
  expect(await baremetal('driver', 'list')).toContain('redfish');
  await expect(baremetal('node', 'show', 'nobody')).rejects.toThrow('Node nobody could not be found.');
  await expect(baremetal('port', 'create', '52:54:00:12:34:56', '--node', port['Node UUID'])).rejects.toThrow(
    'A port with MAC address 52:54:00:12:34:56 already exists.',
  );
});

test(
  'baremetal node trait, protected, retired, history, clean, adopt, rescue and conductor work unmodified',
  MANY_CALLS,
  async () => {
    const { baremetal, store, lifecycle } = await withClient();
    await store.nodes.insert({
      uuid: randomUUID(),
      driver: 'redfish',
      name: 'n1',
      provision_state: 'active',
    });
    const shown = async () => JSON.parse(await baremetal('node', 'show', 'n1', '-f', 'json'));

    await baremetal('node', 'add', 'trait', 'n1', 'CUSTOM_GPU', 'HW_CPU_X86_VMX');
    expect(await baremetal('node', 'trait', 'list', 'n1', '-f', 'value')).toContain('CUSTOM_GPU');
    await baremetal('node', 'remove', 'trait', 'n1', 'CUSTOM_GPU');
    await baremetal('node', 'set', 'n1', '--protected', '--protected-reason', 'payroll', '--owner', 'a');
    expect(await shown()).toMatchObject({
      traits: ['HW_CPU_X86_VMX'],
      protected: true,
      protected_reason: 'payroll',
      owner: 'a',
    });
    await expect(baremetal('node', 'delete', 'n1')).rejects.toThrow('is protected and cannot be undeployed');
    await baremetal('node', 'unset', 'n1', '--protected');
    await baremetal('node', 'set', 'n1', '--retired', '--retired-reason', 'old');
    expect(await shown()).toMatchObject({ protected: false, protected_reason: null, retired: true });

    const history = JSON.parse(await baremetal('node', 'history', 'list', 'n1', '--long', '-f', 'json'));
    expect(history.at(-1)).toMatchObject({ Severity: 'INFO' });
    const [first] = history;
    expect(await baremetal('node', 'history', 'get', 'n1', first.UUID, '-f', 'json')).toContain(first.UUID);
    expect(await baremetal('conductor', 'list', '-f', 'value')).toContain('ingot');
    expect(await baremetal('conductor', 'show', 'ingot', '-f', 'json')).toContain('redfish');

    await baremetal(
      'node',
      'clean',
      'n1',
      '--clean-steps',
      '[{"interface": "deploy", "step": "erase_devices"}]',
    );
    await baremetal('node', 'adopt', 'n1');
    await baremetal('node', 'rescue', 'n1', '--rescue-password', 'open sesame');
    await baremetal('node', 'unrescue', 'n1');
    expect(lifecycle.asked.map(({ arguments: [, request] }) => request)).toEqual([
      { verb: 'clean', steps: [{ interface: 'deploy', step: 'erase_devices', args: {} }] },
      { verb: 'adopt' },
      { verb: 'rescue', rescuePassword: 'open sesame' },
      { verb: 'unrescue' },
    ]);
  },
);
