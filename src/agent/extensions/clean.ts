/** The extension `clean`. */
import type { CommandTable } from '../serve/command-book.ts';
import { runEraser } from './erasers.ts';
import type { Machine } from './machine.ts';
import { CLEAN_STEPS, checkVersion, MANAGER, MANAGER_VERSION, stepOf } from './steps.ts';

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
      run: async (params, context) => {
        const { step, name } = stepOf(params);
        checkVersion(params.clean_version);
        await runEraser(name, { machine, params }, context);
        return { clean_result: {}, clean_step: step };
      },
    },
  };
}
