/** The extension `system`: the machine is cut off from the network, where its power must not be switched off. */
import { reasonOf } from '../base/agent-error.ts';
import { runOk } from '../base/run.ts';
import type { CommandTable } from '../serve/command-book.ts';
import { BEFORE_GOING_MS } from './goodbye.ts';
import type { Machine } from './machine.ts';

export function systemCommands(machine: Machine): CommandTable {
  return {
    'system.lockdown': {
      mode: 'sync',
      run: async () => {
        lockDown(machine).catch((error: unknown) =>
          machine.say('lockdown failed', { because: reasonOf(error) }),
        );
        return null;
      },
    },
  };
}

async function lockDown(machine: Machine): Promise<void> {
  await machine.clock.sleep(BEFORE_GOING_MS);
  machine.say('lockdown: every NIC goes down');
  for (const { name } of machine.inventory().interfaces)
    await runOk(machine.run, ['ip', 'link', 'set', name, 'down']);
}
