/** The extension `service`: steps for a machine in use. This agent offers none of its own: a job may still hold it. */
import { AgentError } from '../base/agent-error.ts';
import type { CommandTable } from '../serve/command-book.ts';
import { MANAGER, MANAGER_VERSION, stepOf } from './steps.ts';

export function serviceCommands(): CommandTable {
  return {
    'service.get_service_steps': {
      mode: 'sync',
      run: async () => ({
        service_steps: { [MANAGER]: [] },
        hardware_manager_version: MANAGER_VERSION,
      }),
    },
    'service.execute_service_step': {
      mode: 'async',
      run: async (params) => {
        throw new AgentError('invalid_params', `the service step "${stepOf(params).name}" is not known`);
      },
    },
  };
}
