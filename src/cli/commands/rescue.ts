/** `ingot node rescue` and `unrescue`. */
import { text, usage, WAIT_OPTIONS } from '../arguments.ts';
import { type Call, type Command, nameOf } from '../command.ts';
import { readSecret } from '../secret-file.ts';
import { follow, timeoutOf, verbCommand, WAIT_HELP } from './verbs.ts';

const DETAILS = `
  The password is asked for, unless it is given by
  --password-file FILE  a file that holds it ("-": standard input)
${WAIT_HELP}
  When the node is in state rescue, \`ingot node why NAME\` tells where to log in, by ssh as user "rescue".
`;

export const rescue: Command = {
  usage: 'ingot node rescue NAME [--password-file FILE] [--wait [--timeout S]]',
  summary: 'Boots an active node into the ramdisk, with a login for you.',
  details: DETAILS,
  options: { 'password-file': { type: 'string' }, ...WAIT_OPTIONS },
  least: 1,
  most: 1,
  async run(call) {
    const timeoutMs = timeoutOf(call);
    const { uuid } = await call.client.nodes.get(nameOf(call));
    await call.client.provision(uuid, 'rescue', { rescue_password: await passwordOf(call) });
    return follow(call, { uuid, verb: 'rescue', timeoutMs });
  },
};

export const unrescue = verbCommand('unrescue', 'unrescue', 'Boots a rescued node from its disk again.');

async function passwordOf({ values, io, usage: line }: Call): Promise<string> {
  const file = text(values, 'password-file');
  if (file !== null) return await readSecret(file);
  if (io.askSecret === null)
    throw usage('There is no terminal to ask for the password: give --password-file', line);
  const password = await io.askSecret('Password for the rescue: ');
  if ((await io.askSecret('Once more: ')) === password) return password;
  throw usage('The two differ: nothing was changed', line);
}
