/** `inspect_interface: redfish`: the machine is inspected by what its BMC tells, and stays as it is. */
import { describe, expect, it } from 'vitest';
import type { Hardware } from '../../src/bmc/bmc.ts';
import { createWorld } from './fakes/world.ts';

const HARDWARE: Hardware = {
  cpu: { architecture: 'x86_64', model: 'Neo', mhz: 3000 },
  disks: [
    { name: 'Disk 0', bytes: 960 * 1024 ** 3, model: 'M', serial: 'S' },
    { name: 'Disk 1', bytes: 480 * 1024 ** 3, model: null, serial: null },
    { name: 'SD card', bytes: 2 * 1024 ** 3, model: null, serial: null },
  ],
  nics: [
    { name: 'NIC1', mac: '52:54:00:77:00:01', mbps: 10_000 },
    { name: 'NIC2', mac: '52:54:00:77:00:02', mbps: null },
  ],
};

async function inspected(hardware: Hardware | undefined, capabilities?: string) {
  const world = await createWorld();
  const [machine] = world.machines;
  if (machine === undefined) throw new Error('no machine');
  Object.assign(machine.faults, { hardware });
  const { uuid } = machine;
  await world.store().nodes.update(uuid, {
    provision_state: 'manageable',
    interfaces: { inspect: 'redfish' },
    properties: capabilities === undefined ? { rack: 7 } : { capabilities },
  });
  await world.daemon().requestVerb(uuid, { verb: 'inspect' });
  const node = await world.until(['manageable', 'inspect failed']);
  const ports = await world.store().ports.listByNode(uuid);
  return { node, machine, ports, inventory: (await world.store().inventories.get(uuid))?.inventory };
}

describe('inspection by the BMC', () => {
  it('makes no port of an address that no NIC has', async () => {
    const nobodys = ['ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:01', '00:00:00:00:00:00'];
    const nics = nobodys.map((mac) => ({ name: mac, mac, mbps: null }));
    const { ports } = await inspected({ ...HARDWARE, nics: [...HARDWARE.nics, ...nics] });
    expect(ports.map(({ address }) => address)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(ff|01|00)/)]),
    );
  });

  it('writes properties, ports and inventory, and does not touch the power', async () => {
    const { node, machine, ports, inventory } = await inspected(HARDWARE);
    expect(node).toMatchObject({
      provision_state: 'manageable',
      boot_mode: 'uefi',
      properties: {
        rack: 7,
        cpu_arch: 'x86_64',
        cpus: 1,
        memory_mb: 2048,
        local_gb: 480,
        capabilities: 'boot_mode:uefi',
      },
      inspection_finished_at: expect.any(String),
    });
    expect(ports.map(({ address }) => address)).toEqual(
      expect.arrayContaining(['52:54:00:77:00:01', '52:54:00:77:00:02']),
    );
    expect(inventory).toMatchObject({
      cpu: { count: 1, architecture: 'x86_64', model_name: 'Neo', frequency: 3000 },
      memory: { physical_mb: 2048 },
      interfaces: [{ name: 'NIC1', mac_address: '52:54:00:77:00:01', speed_mbps: 10_000 }, { name: 'NIC2' }],
      system_vendor: { manufacturer: 'Ingot', product_name: 'Lab' },
      boot: { current_boot_mode: 'uefi' },
    });
    expect(machine.history).toEqual([]);
  });

  it('makes do with what a BMC tells: NICs of another tree, no drives, no architecture', async () => {
    const { node, ports } = await inspected(undefined);
    expect(node.properties).toMatchObject({ cpus: 1, local_gb: 0 });
    expect(node.properties).not.toHaveProperty('cpu_arch');
    expect(ports).toHaveLength(1);
  });

  it.each([
    ['boot_mode:bios', 'boot_mode:bios'],
    ['secure_boot:true', 'secure_boot:true,boot_mode:uefi'],
  ])('keeps what an operator wrote into the capabilities: %s', async (before, after) => {
    expect((await inspected(HARDWARE, before)).node.properties.capabilities).toBe(after);
  });
});
