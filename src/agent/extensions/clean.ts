/** The extension `clean`. */
import { AgentError } from '../base/agent-error.ts';
import { eraseDevices, eraseMetadata } from '../disk/erase.ts';
import type { CommandTable } from '../serve/command-book.ts';
import type { Machine } from './machine.ts';
import { CLEAN_STEPS, checkVersion, MANAGER, MANAGER_VERSION, stepOf } from './steps.ts';

const ERASERS: ReadonlyMap<string, typeof eraseMetadata> = new Map([
  ['erase_devices_metadata', eraseMetadata],
  ['erase_devices', eraseDevices],
]);

export function cleanCommands(machine: Machine): CommandTable {
  return {
    'clean.get_clean_steps': {
      mode: 'sync',
      run: async () => ({
        clean_steps: { [MANAGER]: CLEAN_STEPS },
        hardware_manager_version: MANAGER_VERSION,
      }),
    },
    'clean.execute_clean_step': {
      mode: 'async',
      run: async (params, { onProgress }) => {
        const { step, name } = stepOf(params);
        checkVersion(params.clean_version);
        const erase = ERASERS.get(name);
        if (erase === undefined)
          throw new AgentError('invalid_params', `the clean step "${name}" is not known`);
        await erase(machine.disks(), { run: machine.run, say: machine.say, onProgress });
        return { clean_result: {}, clean_step: step };
      },
    },
  };
}
