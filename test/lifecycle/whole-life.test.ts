import { describe, expect, it } from 'vitest';
import { createWorld, DEPLOYABLE } from './fakes/world.ts';

describe('the life of a node', () => {
  it('goes from enroll over manageable, inspected, available and active back to available', async () => {
    const world = await createWorld();
    const [machine] = world.machines;
    const uuid = machine?.uuid ?? '';

    await world.daemon().requestVerb(uuid, { verb: 'manage' });
    expect(await world.until(['manageable'])).toMatchObject({ power_state: 'power off', boot_mode: 'uefi' });

    await world.daemon().requestVerb(uuid, { verb: 'inspect' });
    expect(await world.until(['manageable', 'inspect failed'])).toMatchObject({
      last_error: null,
      provision_state: 'manageable',
      power_state: 'power off',
      boot_intent: 'disk',
      boot_mode: 'bios',
      properties: { cpu_arch: 'x86_64', cpus: 2, memory_mb: 2048, local_gb: 8 },
    });
    expect(
      (await world.store().ports.listByNode(uuid)).map((port) => [port.address, port.pxe_enabled]),
    ).toEqual([
      ['52:54:00:00:00:01', true],
      ['52:54:00:00:00:02', false],
    ]);

    await world.daemon().requestVerb(uuid, { verb: 'provide' });
    await world.until(['available']);
    expect(machine?.history).toContain('execute_clean_step');

    await world.store().nodes.update(uuid, { instance_info: DEPLOYABLE });
    await world.daemon().requestVerb(uuid, { verb: 'active', configdrive: { user_data: '#cloud-config' } });
    expect(await world.until(['active'])).toMatchObject({ power_state: 'power on', instance_generation: 1 });

    await world.daemon().requestVerb(uuid, { verb: 'deleted' });
    expect(await world.until(['available'])).toMatchObject({ instance_info: {}, power_state: 'power off' });

    expect(machine?.history).toEqual([
      'on pxe',
      'off',
      'on pxe',
      'execute_clean_step',
      'off',
      'on pxe',
      'execute_deploy_step',
      'install_bootloader',
      'power_off',
      'off',
      'on disk',
      'off',
      'on pxe',
      'execute_clean_step',
      'off',
    ]);
  });

  it('shows every state in its events, one after the other', async () => {
    const world = await createWorld();
    const uuid = world.machines[0]?.uuid ?? '';
    await world.store().nodes.update(uuid, { provision_state: 'available', instance_info: DEPLOYABLE });
    await world.daemon().requestVerb(uuid, { verb: 'active' });
    await world.until(['active']);
    const moves = (await world.events()).filter((event) => event.kind === 'state.changed');
    expect(moves.map((event) => event.data.to)).toEqual([
      'deploying',
      'wait call-back',
      'deploying',
      'active',
    ]);
  });
});
