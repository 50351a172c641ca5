/** `ingot node power` and `ingot node maintenance`. */
import { text, usage } from '../arguments.ts';
import { type Command, nameOf, printJson } from '../command.ts';
import { EXIT } from '../io.ts';
import { label } from '../wait.ts';

/** The words of the command and Ironic's targets. */
const TARGETS: Readonly<Record<string, string>> = {
  on: 'power on',
  off: 'power off',
  cycle: 'rebooting',
  'soft-off': 'soft power off',
  'soft-cycle': 'soft rebooting',
};

export const power: Command = {
  usage: `ingot node power ${Object.keys(TARGETS).join('|')} NAME`,
  summary: 'Switches the machine through its BMC.',
  options: {},
  least: 2,
  most: 2,
  async run({ client, io, json, positionals, ...call }) {
    const [word = '', name = ''] = positionals;
    const target = TARGETS[word];
    if (target === undefined)
      throw usage(`"${word}" is not one of ${Object.keys(TARGETS).join(', ')}`, call.usage);
    const node = await client.nodes.get(name);
    await client.power(node.uuid, target);
    if (json) printJson(io, { node: node.uuid, target });
    else io.out(`${label(node)}: asked for "${target}".\n`);
    return EXIT.ok;
  },
};

export const maintenance: Command = {
  usage: 'ingot node maintenance NAME on|off [--reason TEXT]',
  summary: 'Marks a node as being worked on by people, or no more.',
  options: { reason: { type: 'string' } },
  least: 2,
  most: 2,
  async run(call) {
    const { client, io, json, values } = call;
    const [, word = ''] = call.positionals;
    if (word !== 'on' && word !== 'off') throw usage(`"${word}" is neither on nor off`, call.usage);
    const node = await client.nodes.get(nameOf(call));
    if (word === 'on') await client.setMaintenance(node.uuid, text(values, 'reason'));
    else await client.clearMaintenance(node.uuid);
    if (json) printJson(io, { node: node.uuid, maintenance: word === 'on' });
    else io.out(`${label(node)}: maintenance ${word}.\n`);
    return EXIT.ok;
  },
};
