/** A BMC over a simulated machine, for the tests of this folder. */
import type { Clock } from '../../../src/clock.ts';
import { systemClock } from '../../../src/clock.ts';
import { qemuMachineInfo } from '../../../src/lab/machine/qemu-info.ts';
import { type BmcServer, startBmcServer } from '../../../src/lab/redfish/server.ts';
import { createLog } from '../../../src/log.ts';
import {
  createSimulatedMachine,
  type PowerChange,
  type SimulatedMachine,
} from '../../rig/simulated/machine.ts';
import { biosMachine } from '../fixtures.ts';

export const credentials = { username: 'admin', password: 'correct horse' };

export type TestBmc = {
  readonly server: BmcServer;
  readonly machine: SimulatedMachine;
  readonly changes: PowerChange[];
  /** Non-maskable interrupts that reached the machine. */
  nmis(): number;
};

export async function startTestBmc(
  options: {
    readonly tls?: { cert: string; key: string };
    readonly clock?: Clock;
    readonly fails?: string;
  } = {},
): Promise<TestBmc> {
  const changes: PowerChange[] = [];
  let nmis = 0;
  const machine = createSimulatedMachine({
    info: qemuMachineInfo(biosMachine),
    boot: { enabled: 'Disabled', target: 'None', mode: 'Legacy' },
    secureBoot: false,
    onPower: (change) => {
      if (options.fails !== undefined) throw new Error(options.fails);
      changes.push(change);
    },
    onNmi: () => {
      nmis++;
    },
  });
  const server = await startBmcServer({
    host: '127.0.0.1',
    port: 0,
    tls: options.tls ?? null,
    credentials,
    uuid: biosMachine.uuid,
    systems: new Map([['1', machine]]),
    log: createLog('silent'),
    clock: options.clock ?? systemClock,
  });
  return { server, machine, changes, nmis: () => nmis };
}
