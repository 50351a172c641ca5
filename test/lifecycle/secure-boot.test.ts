/** Secure Boot in the life of a node: what is asked of the BMC before a start, and what a mismatch is told as. */

import { describe, expect, it } from 'vitest';
import type { EventKind } from '../../src/store/event-kinds.ts';
import { createWorld } from './fakes/world.ts';

async function inspected(capabilities: string, firmware: boolean | null, silent = false) {
  const world = await createWorld();
  const [machine] = world.machines;
  if (machine === undefined) throw new Error('no machine');
  Object.assign(machine.faults, { secureBoot: firmware, silent });
  await world.store().nodes.update(machine.uuid, { properties: { capabilities } });
  await world.daemon().requestVerb(machine.uuid, { verb: 'manage' });
  await world.until(['manageable']);
  await world.daemon().requestVerb(machine.uuid, { verb: 'inspect' });
  return { world, machine };
}

describe('a node that says secure_boot:true', () => {
  it('has it switched on by its BMC before it is started, once', async () => {
    const { world, machine } = await inspected('secure_boot:true', false);
    expect(await world.until(['manageable', 'inspect failed'])).toMatchObject({
      provision_state: 'manageable',
      secure_boot: true,
    });
    expect(machine.history).toEqual(['secure boot on', 'on pxe', 'off']);
  });

  it('is started where the BMC says nothing of it: the firmware’s own set-up decides', async () => {
    const { world, machine } = await inspected('secure_boot:true', null);
    expect(await world.until(['manageable', 'inspect failed'])).toMatchObject({ secure_boot: null });
    expect(machine.history).toEqual(['on pxe', 'off']);
  });
});

describe('a node that says secure_boot:false', () => {
  it('is told, as long as no loader spoke, that its firmware refuses iPXE where Secure Boot is on', async () => {
    const { world, machine } = await inspected('secure_boot:false', true, true);
    await world.untilTrue('power-on', () => machine.power() === 'on');
    const append = (kind: EventKind) =>
      world.store().events.append({ node_uuid: machine.uuid, kind, message: `Fact ${kind}.` });
    await append('tftp.done');
    expect((await world.daemon().why(machine.uuid)).check[0]).toContain('its firmware refuses iPXE');
    await append('boot.script');
    expect((await world.daemon().why(machine.uuid)).text).not.toContain('refuses iPXE');
    expect(machine.history).toEqual(['on pxe']);
  });
});

describe('a node that says nothing of Secure Boot', () => {
  it('follows its BMC, which is asked at each start', async () => {
    const { world, machine } = await inspected('boot_mode:uefi', true);
    expect(await world.until(['manageable', 'inspect failed'])).toMatchObject({ secure_boot: true });
    expect(machine.history).toEqual(['on pxe', 'off']);
    Object.assign(machine.faults, { secureBoot: false });
    await world.daemon().requestVerb(machine.uuid, { verb: 'inspect' });
    expect(await world.until(['manageable', 'inspect failed'])).toMatchObject({ secure_boot: false });
  });
});
