import { describe, expect, it } from 'vitest';
import { withPowerLag } from '../../../src/lab/machine/lag.ts';
import { qemuMachineInfo } from '../../../src/lab/machine/qemu.ts';
import { createSimulatedMachine } from '../../../src/lab/machine/simulated.ts';
import { biosMachine } from '../fixtures.ts';

/** A machine, and a hand on its clock: `pass` lets one lag go by. */
function lagging(fails = false) {
  const changes: string[] = [];
  const failures: unknown[] = [];
  const sleepers: (() => void)[] = [];
  const simulated = createSimulatedMachine({
    info: qemuMachineInfo(biosMachine),
    boot: { enabled: 'Disabled', target: 'None', mode: 'Legacy' },
    onPower: (change) => {
      changes.push(change.power);
      if (fails) throw new Error('no current');
    },
  });
  const machine = withPowerLag(simulated, {
    lag_ms: 5000,
    clock: {
      now: () => 0,
      elapsed: () => 0,
      sleep: () => new Promise((resolve) => sleepers.push(resolve)),
    },
    onFailure: (error) => failures.push(error),
  });
  const pass = async (): Promise<void> => {
    await expect.poll(() => sleepers.length).toBe(1);
    sleepers.shift()?.();
  };
  return { machine, changes, failures, pass };
}

describe('a machine with power lag', () => {
  it('takes a request at once and carries it out after the lag', async () => {
    const { machine, changes, pass } = lagging();
    await machine.on();
    expect([machine.power(), changes]).toEqual(['PoweringOn', []]);
    await pass();
    await expect.poll(() => machine.power()).toBe('On');
    expect(changes).toEqual(['on']);
  });

  it('does what was asked in order, and nothing twice', async () => {
    const { machine, changes, pass } = lagging();
    await machine.on();
    await machine.on();
    await machine.off();
    expect(machine.power()).toBe('PoweringOff');
    await pass();
    await pass();
    await expect.poll(() => machine.power()).toBe('Off');
    expect(changes).toEqual(['on', 'off']);
  });

  it('shows the true state again after a change that failed', async () => {
    const { machine, failures, pass } = lagging(true);
    await machine.on();
    await pass();
    await expect.poll(() => failures).toHaveLength(1);
    await expect.poll(() => machine.power()).toBe('On');
  });
});
