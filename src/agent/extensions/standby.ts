/** The extension `standby`. */
import { reasonOf } from '../base/agent-error.ts';
import { runOk } from '../base/run.ts';
import type { CommandTable } from '../serve/command-book.ts';
import { BEFORE_GOING_MS } from './goodbye.ts';
import type { Machine } from './machine.ts';

export function standbyCommands(machine: Machine): CommandTable {
  return {
    // Whole-disk images have no partitions that Ironic would have to know.
    'standby.get_partition_uuids': { mode: 'sync', run: async () => ({}) },
    'standby.sync': {
      mode: 'sync',
      run: async () => {
        await runOk(machine.run, ['sync'], { timeoutMs: 600_000 });
        return { result: 'sync: ok' };
      },
    },
    'standby.power_off': { mode: 'async', run: () => goAway(machine, POWER_OFF) },
    /** Upstream's name for a reboot by the agent. */
    'standby.run_image': { mode: 'async', run: () => goAway(machine, REBOOT) },
  };
}

type Departure = {
  readonly command: string;
  readonly program: string;
  /** The kernel's own way, should the program not do it (Documentation/admin-guide/sysrq.rst). */
  readonly sysrq: string;
};
const POWER_OFF: Departure = { command: 'power_off', program: 'poweroff', sysrq: 'o' };
const REBOOT: Departure = { command: 'run_image', program: 'reboot', sysrq: 'b' };

async function goAway(
  machine: Machine,
  { command, program, sysrq }: Departure,
): Promise<{ readonly result: string }> {
  await runOk(machine.run, ['sync'], { timeoutMs: 600_000 });
  const go = async (): Promise<void> => {
    await machine.clock.sleep(BEFORE_GOING_MS);
    machine.say(program);
    const { code } = await machine.run(program, ['-f']).catch(() => ({ code: -1 }));
    if (code !== 0) await runOk(machine.run, ['sh', '-c', `echo ${sysrq} > /proc/sysrq-trigger`]);
  };
  go().catch((error: unknown) => machine.say(`${program} failed`, { because: reasonOf(error) }));
  return { result: `${command}: ok` };
}
