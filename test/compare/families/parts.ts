import { del, type Family, get, post, put } from '../call.ts';
import { instanceId, nodeId, portId } from './ids.ts';

const NODE = nodeId(0x50);
const AT = `/v1/nodes/${NODE}`;
const BARE = nodeId(0x51);

/** What hangs on a node. */
export const parts: Family = {
  name: 'parts',
  calls: [
    post('a node', '/v1/nodes', { uuid: NODE, name: 'parted', driver: 'fake-hardware' }),
    post('one without interfaces', '/v1/nodes', {
      uuid: BARE,
      driver: 'fake-hardware',
      bios_interface: 'no-bios',
      console_interface: 'no-console',
      raid_interface: 'no-raid',
      vendor_interface: 'no-vendor',
      management_interface: 'noop',
    }),
    get('validate', `${AT}/validate`),
    get('validate without interfaces', `/v1/nodes/${BARE}/validate`),
    get('validate nobody', '/v1/nodes/nobody/validate'),

    get('boot device', `${AT}/management/boot_device`),
    get('boot devices', `${AT}/management/boot_device/supported`),
    put('boot from pxe', `${AT}/management/boot_device`, { boot_device: 'pxe', persistent: true }),
    get('boot device afterwards', `${AT}/management/boot_device`),
    put('boot from nowhere', `${AT}/management/boot_device`, { boot_device: 'moon' }),
    put('boot from nothing', `${AT}/management/boot_device`, {}),
    put('boot persistently by a word', `${AT}/management/boot_device`, {
      boot_device: 'pxe',
      persistent: 'perhaps',
    }),
    put('boot with an unknown argument', `${AT}/management/boot_device`, { boot_device: 'pxe', bogus: 1 }),
    get('boot device of nobody', '/v1/nodes/nobody/management/boot_device'),
    get('boot device of a node without', `/v1/nodes/${BARE}/management/boot_device`),
    get('boot devices of a node without', `/v1/nodes/${BARE}/management/boot_device/supported`),
    put('boot a node without', `/v1/nodes/${BARE}/management/boot_device`, { boot_device: 'pxe' }),

    put('nmi', `${AT}/management/inject_nmi`, {}),
    put('nmi without a body', `${AT}/management/inject_nmi`, undefined),
    put('nmi before 1.29', `${AT}/management/inject_nmi`, {}, { version: '1.28' }),
    get('indicators', `${AT}/management/indicators`),
    get('indicators of a component', `${AT}/management/indicators/system`),
    get('one indicator', `${AT}/management/indicators/led@system`),
    get('an indicator of no component', `${AT}/management/indicators/led@moon`),
    get('an indicator that is not there', `${AT}/management/indicators/moon@system`),
    put('an indicator', `${AT}/management/indicators/led@system`, { state: 'OFF' }),
    put('an indicator to nothing', `${AT}/management/indicators/led@system`, {}),
    get('indicators of a node without', `/v1/nodes/${BARE}/management/indicators`),
    get('indicators before 1.63', `${AT}/management/indicators`, { version: '1.62' }),

    get('no vif', `${AT}/vifs`),
    get('vifs before 1.28', `${AT}/vifs`, { version: '1.27' }),
    post('attach a vif', `${AT}/vifs`, { id: instanceId(0x50) }),
    post('attach nothing', `${AT}/vifs`, {}),
    del('detach a vif', `${AT}/vifs/${instanceId(0x50)}`),

    get('bios', `${AT}/bios`),
    get('bios in detail', `${AT}/bios?detail=True`),
    get('one bios setting', `${AT}/bios/none`),
    get('bios before 1.40', `${AT}/bios`, { version: '1.39' }),
    get('bios of a node without', `/v1/nodes/${BARE}/bios`),

    put('raid', `${AT}/states/raid`, { logical_disks: [{ size_gb: 10, raid_level: '1' }] }),
    get('raid afterwards', `${AT}?fields=raid_config,target_raid_config`),
    put('raid of nonsense', `${AT}/states/raid`, { bogus: 1 }),
    put('raid of a level that is none', `${AT}/states/raid`, {
      logical_disks: [{ size_gb: 10, raid_level: '7' }],
    }),
    put('raid with two roots', `${AT}/states/raid`, {
      logical_disks: [1, 2].map((size_gb) => ({ size_gb, raid_level: '1', is_root_volume: true })),
    }),
    put('raid unset', `${AT}/states/raid`, {}),
    get('raid after that', `${AT}?fields=raid_config,target_raid_config`),
    put('raid before 1.12', `${AT}/states/raid`, { logical_disks: [] }, { version: '1.11' }),
    put('raid of a node without', `/v1/nodes/${BARE}/states/raid`, {
      logical_disks: [{ size_gb: 10, raid_level: '1' }],
    }),

    get('console', `${AT}/states/console`),
    get('console of a node without', `/v1/nodes/${BARE}/states/console`),
    put('console of a node without on', `/v1/nodes/${BARE}/states/console`, { enabled: true }),
    put('console on', `${AT}/states/console`, { enabled: true }),
    put('console by a word', `${AT}/states/console`, { enabled: 'perhaps' }),
    put('console by nothing', `${AT}/states/console`, {}),

    put('boot mode of nonsense', `${AT}/states/boot_mode`, { target: 'x' }),
    put('boot mode before 1.76', `${AT}/states/boot_mode`, { target: 'uefi' }, { version: '1.75' }),
    put('boot mode without a target', `${AT}/states/boot_mode`, {}),
    put('secure boot before 1.76', `${AT}/states/secure_boot`, { target: true }, { version: '1.75' }),
    put('secure boot of nonsense', `${AT}/states/secure_boot`, { target: 'x' }),
    put('secure boot without a target', `${AT}/states/secure_boot`, {}),

    get('console that is on', `${AT}/states/console`),
    get('console in the states', `${AT}/states`),
    put('console off', `${AT}/states/console`, { enabled: 'no' }),
    get('vendor methods', `${AT}/vendor_passthru/methods`),
    get('vendor methods of a node without', `/v1/nodes/${BARE}/vendor_passthru/methods`),
    get('no vendor method', `${AT}/vendor_passthru`),
    post('a vendor method that is not there', `${AT}/vendor_passthru/fly`, {}),
    post('a vendor method that says yes', `${AT}/vendor_passthru/third_method_sync`, { bar: 'meow' }),
    post('a vendor method that says no', `${AT}/vendor_passthru/third_method_sync`, { bar: 'woof' }),
    post('a vendor method without its argument', `${AT}/vendor_passthru/second_method`, {}),
    post('a vendor method that is done later', `${AT}/vendor_passthru/second_method`, { bar: 'kazoo' }),
    post('a vendor method without a lock', `${AT}/vendor_passthru/fourth_method_shared_lock`, { bar: 1 }),
    get('a vendor method by GET', `${AT}/vendor_passthru/third_method_sync`),
    post('a vendor method of a node without', `/v1/nodes/${BARE}/vendor_passthru/fly`, {}),
    post('no vendor method named', `${AT}/vendor_passthru`, {}),
    post('a vendor method named in the query', `${AT}/vendor_passthru?method=fly`, {}),

    get('traits', `${AT}/traits`),
    put('traits set', `${AT}/traits`, { traits: ['CUSTOM_A', 'HW_CPU_X86_VMX', 'CUSTOM_A'] }),
    put('one trait', `${AT}/traits/CUSTOM_B`, undefined),
    get('traits afterwards', `${AT}/traits`),
    put('a trait with a body', `${AT}/traits/CUSTOM_C`, { x: 1 }),
    put('a trait that is none', `${AT}/traits/custom`, undefined),
    put('traits that are none', `${AT}/traits`, { traits: ['x'] }),
    put('traits with an unknown field', `${AT}/traits`, { bogus: [] }),
    del('one trait away', `${AT}/traits/CUSTOM_B`),
    del('a trait that is not there', `${AT}/traits/CUSTOM_B`),
    del('all traits', `${AT}/traits`),
    get('traits before 1.37', `${AT}/traits`, { version: '1.36' }),

    get('inventory before any', `${AT}/inventory`),
    get('inventory before 1.81', `${AT}/inventory`, { version: '1.80' }),
    get('history', `${AT}/history`, { version: '1.77' }),
    get('a history that is not there', `${AT}/history/${portId(0xff)}`),
  ],
};
