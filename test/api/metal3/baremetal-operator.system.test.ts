/**
 * Metal3's baremetal-operator against the installed daemon and machines that are simulated: its requests with its
 * bodies, in its order, with the polls between them and gophercloud's strictness in front.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type SimulatedSite, startSimulatedSite } from '../../rig/simulated-site.ts';
import { type Gophercloud, gophercloud } from './gophercloud.ts';
import { type Host, register, remove } from './operator.ts';

const TIMEOUT = { timeout: 180_000 };
const add = (path: string, value: unknown) => ({ op: 'add', path, value });
const without = (path: string) => ({ op: 'remove', path });
const step = (kind: string, name: string, more: object = {}) => ({ interface: kind, step: name, ...more });

/** After a failure it waits for the lock, and takes the maintenance back that the failure may have brought. */
async function letGo(host: Host): Promise<void> {
  const { maintenance } = await host.until('let go', ({ reservation }) => reservation === null);
  if (maintenance) await host.call('DELETE', '/maintenance');
}

let site: SimulatedSite;
let cloud: Gophercloud;
beforeAll(async () => {
  site = await startSimulatedSite({ workMs: 50 });
  cloud = gophercloud(site.apiUrl, '1.95');
});
afterAll(async () => {
  await site?.stop();
});

test('it finds an Ironic that is new enough, with drivers', async () => {
  const root = z.object({ version: z.object({ version: z.string() }) }).parse(await cloud.call('GET /v1/'));
  expect(Number(root.version.version.split('.')[1])).toBeGreaterThanOrEqual(89);
  const { drivers } = z
    .object({ drivers: z.array(z.object({ name: z.string() })) })
    .parse(await cloud.call('GET /v1/drivers'));
  expect(drivers.map(({ name }) => name)).toEqual(expect.arrayContaining(['redfish', 'idrac']));
});

test(
  'it takes a host from registration through inspection, preparation, provisioning and service to its removal',
  TIMEOUT,
  async () => {
    const host = await register(cloud, 0, { rack: site.rack });
    expect((await host.node()).driver_info.redfish_password).toBe('******');
    await host.patch([add('/automated_clean', true), add('/properties/capabilities', 'boot_mode:uefi')]);

    await expect(host.call('GET', '/inventory')).rejects.toMatchObject({ status: 404 });
    await host.provision({ target: 'inspect' }, ['inspecting', 'inspect wait', 'manageable']);
    await host.until('inspected', ({ provision_state }) => provision_state === 'manageable');
    const inventory = z.object({
      inventory: z.looseObject({ interfaces: z.array(z.unknown()) }),
      plugin_data: z.unknown(),
    });
    expect(inventory.parse(await host.call('GET', '/inventory')).inventory.interfaces).toHaveLength(1);
    expect(await host.call('GET', '/bios?detail=true')).toMatchObject({
      bios: [
        { name: 'BootMode', value: 'Uefi', allowable_values: ['Uefi', 'Bios'], read_only: true },
        { name: 'NumCores', value: '2', lower_bound: 1 },
      ],
    });
    expect(await host.call('GET', '/firmware')).toMatchObject({
      firmware: [
        { component: 'bios', initial_version: '1', current_version: '1' },
        { component: 'bmc', current_version: '1.0' },
      ],
    });

    // Preparation: volumes are refused with a sentence; steps that nobody offers fail the cleaning, from which there is
    // a way back.
    const volumes = { logical_disks: [{ raid_level: '1', size_gb: null, is_root_volume: true }] };
    await expect(host.call('PUT', '/states/raid', volumes)).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining('does not support raid'),
    });
    const failed = await host.provision(
      { target: 'clean', clean_steps: [step('raid', 'delete_configuration')] },
      ['clean failed'],
    );
    expect(failed.last_error).toContain('delete_configuration');
    await letGo(host);
    await host.provision({ target: 'manage' }, ['manageable']);
    const steps = { target: 'clean', clean_steps: [step('deploy', 'erase_devices_metadata')] };
    await host.provision(steps, ['cleaning', 'clean wait', 'manageable']);
    await host.until('cleaned', ({ provision_state }) => provision_state === 'manageable');

    // Provisioning, by the URL of a list of checksums.
    expect(await host.validationErrors()).toEqual([expect.stringContaining('image_source')]);
    const image = {
      image_source: site.image.url,
      image_disk_format: 'raw',
      image_os_hash_algo: 'sha256',
      image_os_hash_value: site.image.list,
      root_device: { name: 's== /dev/sda' },
      capabilities: { boot_mode: 'uefi' },
    };
    await host.patch([
      ...Object.entries(image).map(([field, value]) => add(`/instance_info/${field}`, value)),
      add('/instance_uuid', host.uuid),
    ]);
    expect(await host.validationErrors()).toEqual([]);
    await host.provision({ target: 'provide' }, ['available']);
    const configdrive = {
      meta_data: {
        uuid: host.uuid,
        'metal3-namespace': 'metal3',
        'metal3-name': 'host-0',
        local_hostname: 'host-0',
      },
      network_data: {},
      user_data: '#cloud-config\n',
    };
    const deployed = await host.provision({ target: 'active', configdrive }, ['active', 'deploy failed']);
    expect([deployed.provision_state, deployed.last_error]).toEqual(['active', null]);
    expect(deployed.instance_info).toMatchObject({
      image_os_hash_value: site.image.list,
      configdrive: '******',
    });

    // Power: softly first.
    await host.call('PUT', '/states/power', { target: 'soft power off', timeout: 180 });
    await host.until(
      'off',
      ({ power_state, target_power_state }) => power_state === 'power off' && target_power_state === null,
    );
    await host.call('PUT', '/states/power', { target: 'power on' });
    await host.until(
      'on',
      ({ power_state, target_power_state }) => power_state === 'power on' && target_power_state === null,
    );

    // Service: a step that nobody offers fails, and is aborted; another is done.
    const settings = step('bios', 'apply_configuration', {
      args: { settings: [{ name: 'Boot', value: 'Uefi' }] },
    });
    await host.provision({ target: 'service', service_steps: [settings] }, ['service failed']);
    await letGo(host);
    await host.provision({ target: 'abort' }, ['active']);
    const burnin = { target: 'service', service_steps: [step('deploy', 'burnin_cpu')] };
    await host.provision(burnin, ['servicing', 'service wait', 'active']);
    await host.until('serviced', ({ provision_state }) => provision_state === 'active');

    await host.provision({ target: 'deleted' }, ['available', 'clean failed']);

    // Another image, which a step of the agent's own writes.
    await host.patch([add('/deploy_interface', 'custom-agent'), add('/instance_uuid', host.uuid)]);
    expect(await host.validationErrors()).toEqual([]);
    const deploy_steps = [step('deploy', 'burnin_disk', { priority: 80, args: {} })];
    await host.provision({ target: 'active', deploy_steps }, ['active']);
    await host.provision({ target: 'deleted' }, ['available']);
    await host.provision({ target: 'manage' }, ['manageable']);

    // What somebody else has provisioned is adopted, and let go of as it stands.
    await host.patch([add('/instance_info/image_source', 'http://nowhere/os.raw')]);
    await host.patch([without('/instance_info/image_source')]);
    await host.provision({ target: 'adopt' }, ['active']);
    await remove(cloud, host);
    const ledger = (await site.rack.ledgers()).get('m0');
    expect(ledger?.works.filter((work) => !work.startsWith('power') && work !== 'sync')).toEqual(
      expect.arrayContaining(['erase_devices_metadata', 'write_image', 'burnin_cpu', 'burnin_disk']),
    );
    expect(ledger?.cutOff).toBe(0);
  },
);

test('it gives up an inspection, and starts a live ISO', TIMEOUT, async () => {
  const host = await register(cloud, 1, { rack: site.silentRack });
  await host.provision({ target: 'inspect' }, ['inspect wait']);
  const aborted = await host.provision({ target: 'abort' }, ['inspect failed']);
  // By this word it tells its own abort from a failure.
  expect(aborted.last_error).toContain('aborted');
  await host.provision({ target: 'manage' }, ['manageable']);
  await host.patch([add('/automated_clean', false)]);
  await host.provision({ target: 'provide' }, ['available']);
  await host.patch([
    add('/deploy_interface', 'ramdisk'),
    add('/instance_info/boot_iso', 'http://10.20.0.9/live.iso'),
    add('/instance_uuid', host.uuid),
  ]);
  expect(await host.validationErrors()).toEqual([]);
  await host.provision({ target: 'active' }, ['active']);
  expect((await site.silentRack.ledgers()).get('m1')?.boots.at(-1)).toBe('pxe');
  await host.provision({ target: 'deleted' }, ['available']);
  await host.provision({ target: 'manage' }, ['manageable']);
  await remove(cloud, host);
});

test(
  'a host of Dell by virtual media is registered, and it is told what is not built yet',
  TIMEOUT,
  async () => {
    const dell = {
      driver: 'idrac',
      boot_interface: 'idrac-redfish-virtual-media',
      bios_interface: 'idrac-redfish',
      management_interface: 'idrac-redfish',
      power_interface: 'idrac-redfish',
      raid_interface: 'idrac-redfish',
      vendor_interface: 'idrac-redfish',
    };
    const host = await register(cloud, 2, { rack: site.silentRack, interfaces: dell });
    const sentence = 'boots from virtual media, which ingot cannot do yet';
    expect(await host.validationErrors()).toContainEqual(expect.stringContaining(sentence));
    await expect(host.provision({ target: 'inspect' }, [])).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining(sentence),
    });
    await expect(host.call('GET', '/vmedia')).rejects.toMatchObject({ status: 400 });
    const subscription = { Destination: 'https://metal3/events', Protocol: 'Redfish' };
    await expect(
      host.call('POST', '/vendor_passthru?method=create_subscription', subscription),
    ).rejects.toMatchObject({ status: 400 });
    await remove(cloud, host);
  },
);
