/** The extension `standby`. */
import { reasonOf } from '../base/agent-error.ts';
import { runOk } from '../base/run.ts';
import type { CommandTable } from '../serve/command-book.ts';
import type { Machine } from './machine.ts';

/** The answer to the call (and a heartbeat) leave before the machine goes. */
const BEFORE_POWER_OFF_MS = 2000;

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
    'standby.power_off': { mode: 'async', run: () => powerOff(machine) },
  };
}

async function powerOff(machine: Machine): Promise<{ readonly result: string }> {
  await runOk(machine.run, ['sync'], { timeoutMs: 600_000 });
  const off = async (): Promise<void> => {
    await machine.clock.sleep(BEFORE_POWER_OFF_MS);
    machine.say('power off');
    const { code } = await machine.run('poweroff', ['-f']).catch(() => ({ code: -1 }));
    // The kernel's own way, should the ramdisk's init not listen (Documentation/admin-guide/sysrq.rst).
    if (code !== 0) await runOk(machine.run, ['sh', '-c', 'echo o > /proc/sysrq-trigger']);
  };
  off().catch((error: unknown) => machine.say('power off failed', { because: reasonOf(error) }));
  return { result: 'power_off: ok' };
}
