/** The extension `rescue`. */
import { AgentError } from '../base/agent-error.ts';
import { stringField } from '../base/json.ts';
import type { HandOver } from '../rescue/handed-over.ts';
import { checkHash, hashOf, openLogin, RESCUE_USER } from '../rescue/ssh-login.ts';
import type { CommandTable } from '../serve/command-book.ts';
import type { Machine } from './machine.ts';

export function rescueCommands(machine: Machine, handOver: HandOver): CommandTable {
  return {
    'rescue.finalize_rescue': {
      mode: 'sync',
      run: async (params) => {
        const password = stringField(params, 'rescue_password');
        if (password === null) throw new AgentError('invalid_params', 'rescue_password must be text');
        const { run, etcDir, runDir, sshPort } = machine;
        const hash = params.hashed === true ? checkHash(password) : await hashOf(password, run);
        await openLogin(hash, { run, etcDir, runDir, sshPort });
        machine.say('handed over to a rescue, the agent ends', { ssh_user: RESCUE_USER, ssh_port: sshPort });
        handOver.done();
        return null;
      },
    },
  };
}
