import { describe, expect, it } from 'vitest';
import type { BootSettings } from '../../../src/lab/machine/machine.ts';
import { qemuMachineInfo } from '../../../src/lab/machine/qemu-info.ts';
import { biosMachine } from '../../lab/fixtures.ts';
import { createSimulatedMachine, type PowerChange } from './machine.ts';

const none: BootSettings = { enabled: 'Disabled', target: 'None', mode: 'Legacy' };
const oncePxe: BootSettings = { enabled: 'Once', target: 'Pxe', mode: 'UEFI' };

function machine(boot: BootSettings, secureBoot?: boolean) {
  const changes: PowerChange[] = [];
  const simulated = createSimulatedMachine({
    info: qemuMachineInfo(biosMachine),
    boot,
    ...(secureBoot === undefined ? {} : { secureBoot }),
    onPower: (change) => {
      changes.push(change);
    },
  });
  return { simulated, changes };
}

describe('a simulated machine', () => {
  it('tells its hook once of each change, and of nothing that is no change', async () => {
    const { simulated, changes } = machine(oncePxe);
    await simulated.off();
    await simulated.on();
    await simulated.on();
    await simulated.off();
    await simulated.on();
    await simulated.shutdown();
    expect(changes).toEqual([
      { power: 'on', boots: 'pxe', mode: 'UEFI' },
      { power: 'off', cause: 'forced' },
      { power: 'on', boots: 'disk', mode: 'UEFI' },
      { power: 'off', cause: 'shutdown' },
    ]);
  });

  it('changes Secure Boot with its next start, not before', async () => {
    const { simulated } = machine(none, false);
    await simulated.on();
    await simulated.setSecureBoot(true);
    expect(simulated.secureBoot()).toEqual({ enabled: true, current: false });
    await simulated.off();
    await simulated.on();
    expect(simulated.secureBoot()).toEqual({ enabled: true, current: true });
  });

  it('has no Secure Boot to change where its firmware has none', async () => {
    const { simulated } = machine(none);
    await simulated.setSecureBoot(true);
    expect(simulated.secureBoot()).toBeNull();
  });

  it('uses up an override that was set while it ran when its OS reboots', async () => {
    const { simulated, changes } = machine(none);
    await simulated.reboot();
    expect(changes).toEqual([]);
    await simulated.on();
    await simulated.setBoot(oncePxe);
    expect(simulated.boot()).toEqual(oncePxe);
    await simulated.reboot();
    await simulated.reboot();
    expect(changes.map((change) => ('boots' in change ? change.boots : 'off'))).toEqual([
      'disk',
      'pxe',
      'disk',
    ]);
  });
});
