import { describe, expect, it } from 'vitest';
import type { VerbRequest } from '../../../src/lifecycle/lifecycle.ts';
import type { NodeRecord } from '../../../src/store/records/node.ts';
import type { Verb } from '../../../src/store/words.ts';
import { createWorld, type WorldOptions } from '../fakes/world.ts';

async function manageable(fields: Partial<NodeRecord>, site: Pick<WorldOptions, 'secureHttpBoot'> = {}) {
  const world = await createWorld(site);
  const [machine] = world.machines;
  if (machine === undefined) throw new Error('no machine');
  await world.store().nodes.update(machine.uuid, { provision_state: 'manageable', ...fields });
  return { world, machine };
}

describe('a node with the boot interface http-ipxe', () => {
  it('is started by UEFI HTTP boot', async () => {
    const { world, machine } = await manageable({ interfaces: { boot: 'http-ipxe' } });
    await world.daemon().requestVerb(machine.uuid, { verb: 'inspect' });
    const node = await world.until(['manageable', 'inspect failed']);
    expect(node.last_error).toBeNull();
    expect(machine.history).toEqual(['on http', 'off']);
  });

  it.each<[string, Partial<NodeRecord>, RegExp]>([
    ['BIOS', { properties: { capabilities: 'boot_mode:bios' } }, /boot_mode is bios/],
    [
      'Secure Boot',
      { properties: { capabilities: 'secure_boot:true' } },
      /refuses iPXE.*set boot_interface to ipxe/,
    ],
  ])('is refused the verb with %s, which cannot go with it', async (_, fields, because) => {
    const { world, machine } = await manageable({ interfaces: { boot: 'http-ipxe' }, ...fields });
    const asked = world.daemon().requestVerb(machine.uuid, { verb: 'inspect' });
    await expect(asked).rejects.toThrow(because);
    expect(machine.history).toEqual([]);
  });

  it('is started with Secure Boot, too, where the GRUB of its chain loads over HTTP', async () => {
    const { world, machine } = await manageable(
      { interfaces: { boot: 'http-ipxe' }, properties: { capabilities: 'secure_boot:true' } },
      { secureHttpBoot: true },
    );
    await world.daemon().requestVerb(machine.uuid, { verb: 'inspect' });
    const node = await world.until(['manageable', 'inspect failed']);
    expect(node.last_error).toBeNull();
    expect(machine.history).toContain('on http');
  });

  it('is not started when what cannot go with it becomes known after the verb', async () => {
    const { world, machine } = await manageable({ interfaces: { boot: 'http-ipxe' } });
    await world.daemon().requestVerb(machine.uuid, { verb: 'inspect' });
    await world.store().nodes.update(machine.uuid, { properties: { capabilities: 'boot_mode:bios' } });
    const node = await world.until(['manageable', 'inspect failed']);
    expect(node.last_error).toMatch(/The ramdisk cannot be booted: .*boot_mode is bios/);
    expect(machine.history).toEqual([]);
  });
});

describe.each([
  ['redfish', 'redfish-virtual-media'],
  ['idrac', 'idrac-redfish-virtual-media'],
])('a node with driver %s and the boot interface %s, which is not built yet', (driver, boot) => {
  const sentence = new RegExp(
    `its boot_interface ${boot} boots from virtual media, which ingot cannot do yet`,
  );
  const instance_info = { image_source: 'http://i/a.raw', image_checksum: 'a'.repeat(64) };

  it.each<[Verb, Partial<NodeRecord>, Partial<VerbRequest>]>([
    ['inspect', {}, {}],
    ['provide', {}, {}],
    ['clean', {}, { steps: [{ interface: 'deploy', step: 'erase_devices_metadata', args: {} }] }],
    ['active', { provision_state: 'available', instance_info }, {}],
    ['rescue', { provision_state: 'active' }, { rescuePassword: 'x' }],
  ])('is refused %s, which would start the machine over the network', async (verb, fields, more) => {
    const { world, machine } = await manageable({ driver, interfaces: { boot }, ...fields });
    const asked = world.daemon().requestVerb(machine.uuid, { verb, ...more });
    await expect(asked).rejects.toThrow(sentence);
    expect(machine.history).toEqual([]);
  });

  it('is given what starts nothing: an inspection by its BMC, and no cleaning at all', async () => {
    const interfaces = { boot, inspect: 'redfish' };
    const { world, machine } = await manageable({ driver, interfaces, automated_clean: false });
    await world.daemon().requestVerb(machine.uuid, { verb: 'inspect' });
    expect((await world.until(['manageable', 'inspect failed'])).last_error).toBeNull();
    await world.daemon().requestVerb(machine.uuid, { verb: 'provide' });
    await world.until(['available']);
    expect(machine.history).toEqual([]);
  });
});
