/** The words after `ingot` that speak to the daemon, as tables: one entry a command. */
import { IngotError } from '../errors.ts';
import { type Command, complain, runCommand } from './command.ts';
import { leaseList, networkList, status } from './commands/daemon.ts';
import { deploy, rebuild } from './commands/deploy.ts';
import { enroll } from './commands/enroll.ts';
import { list, remove, show, why } from './commands/nodes.ts';
import { maintenance, power } from './commands/power.ts';
import { abort, inspect, manage, provide, undeploy } from './commands/verbs.ts';
import { watch } from './commands/watch.ts';
import { EXIT, type Io } from './io.ts';
import { formatTable } from './table.ts';

type Group = { readonly summary: string; readonly commands: Readonly<Record<string, Command>> };

const NODE: Group = {
  summary: 'Machines: from enrolment to a running OS and back.',
  commands: {
    enroll,
    list,
    show,
    manage,
    inspect,
    provide,
    deploy,
    rebuild,
    undeploy,
    abort,
    watch,
    why,
    power,
    maintenance,
    delete: remove,
  },
};

const NETWORK: Group = {
  summary: 'Networks and their leases.',
  commands: { list: networkList, leases: leaseList },
};

export const GROUPS: Readonly<Record<string, Group>> = { node: NODE, network: NETWORK };
export const SINGLE_COMMANDS: Readonly<Record<string, Command>> = { status };

/** `ingot GROUP WORD …`. Returns the exit code. */
export async function runGroup(name: string, argv: readonly string[], io: Io): Promise<number> {
  const group = GROUPS[name];
  const [word, ...rest] = argv;
  if (group === undefined) return unknown(name, io);
  if (word === undefined || word === '--help' || word === '-h' || word === 'help') {
    io.out(groupHelp(name, group));
    return word === undefined ? EXIT.usage : EXIT.ok;
  }
  const command = Object.hasOwn(group.commands, word) ? group.commands[word] : undefined;
  return command === undefined ? unknown(`${name} ${word}`, io) : runCommand(command, rest, io);
}

function groupHelp(name: string, group: Group): string {
  const rows = Object.values(group.commands).map((command) => [`  ${command.usage}`, command.summary]);
  return `ingot ${name}: ${group.summary}\n\n${formatTable(['  command', ''], rows)}\n\`--help\` after a command tells its options.\n`;
}

function unknown(words: string, io: Io): number {
  const error = new IngotError('usage', `There is no command "ingot ${words}"`, {
    hint: '`ingot help` lists all commands.',
  });
  return complain(error, { io, json: false });
}
