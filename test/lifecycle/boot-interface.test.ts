import { describe, expect, it } from 'vitest';
import type { NodeRecord } from '../../src/store/records.ts';
import { createWorld } from './fakes/world.ts';

async function inspect(fields: Partial<NodeRecord>, firmware: boolean | null = null) {
  const world = await createWorld();
  const [machine] = world.machines;
  if (machine === undefined) throw new Error('no machine');
  machine.faults.secureBoot = firmware;
  await world.store().nodes.update(machine.uuid, { ...fields, provision_state: 'manageable' });
  await world.daemon().requestVerb(machine.uuid, { verb: 'inspect' });
  return { node: await world.until(['manageable', 'inspect failed']), machine };
}

describe('a node with the boot interface http-ipxe', () => {
  it('is started by UEFI HTTP boot', async () => {
    const { node, machine } = await inspect({ interfaces: { boot: 'http-ipxe' } });
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
  ])('is not started at all with %s, which cannot go with it', async (_, fields, because) => {
    const { node, machine } = await inspect({ interfaces: { boot: 'http-ipxe' }, ...fields });
    expect(node).toMatchObject({ provision_state: 'inspect failed' });
    expect(node.last_error).toMatch(because);
    expect(machine.history).toEqual([]);
  });
});
