/** The words after `ingot` that speak to the daemon, as tables: one entry a command. */
import { IngotError } from '../errors.ts';
import { type Command, complain, runCommand } from './command.ts';
import { bootCa } from './commands/boot.ts';
import { networkList, networkShow, status } from './commands/daemon.ts';
import { deploy, rebuild } from './commands/deploy.ts';
import { dhcpImport } from './commands/dhcp-import.ts';
import { discoveredForget, discoveredList, discoveredShow } from './commands/discovered.ts';
import { enroll } from './commands/enroll.ts';
import { imageAdd, imageList, imageRemove, imageShow } from './commands/images.ts';
import { inventory } from './commands/inventory.ts';
import { leaseList } from './commands/leases.ts';
import { logs } from './commands/logs.ts';
import { list, remove, show, why } from './commands/nodes.ts';
import { maintenance, power } from './commands/power.ts';
import { rescue, unrescue } from './commands/rescue.ts';
import { reservationAdd, reservationDelete, reservationList } from './commands/reservations.ts';
import { set, unset } from './commands/set.ts';
import { runbooks, templates } from './commands/step-lists.ts';
import { clean, service } from './commands/steps.ts';
import { tokenCreate, tokenList, tokenRevoke } from './commands/tokens.ts';
import { abort, adopt, inspect, manage, provide, undeploy, unhold } from './commands/verbs.ts';
import { watch } from './commands/watch.ts';
import { EXIT, type Io } from './io.ts';

type Group = {
  readonly summary: string;
  readonly commands: Readonly<Record<string, Command | Group>>;
  /** The word that is meant where none stands. */
  readonly usual?: string;
};

const NODE: Group = {
  summary: 'Machines: from enrolment to a running OS and back.',
  commands: {
    enroll,
    list,
    show,
    inventory,
    set,
    unset,
    manage,
    inspect,
    provide,
    deploy,
    rebuild,
    undeploy,
    clean,
    service,
    adopt,
    unhold,
    abort,
    rescue,
    unrescue,
    watch,
    why,
    logs,
    power,
    maintenance,
    delete: remove,
  },
};

const NETWORK: Group = {
  summary: 'The networks of the configuration.',
  commands: { list: networkList, show: networkShow },
};

const DHCP: Group = {
  summary: 'Who has which address, and who shall have it.',
  commands: {
    leases: leaseList,
    import: dhcpImport,
    discovered: {
      summary: 'Machines that were heard and belong to no node.',
      commands: { list: discoveredList, show: discoveredShow, forget: discoveredForget },
      usual: 'list',
    },
    reservations: {
      summary: 'Addresses that DHCP keeps for MACs.',
      commands: { list: reservationList, add: reservationAdd, delete: reservationDelete },
      usual: 'list',
    },
  },
};

const IMAGE: Group = {
  summary: 'The cache of OS images.',
  commands: { list: imageList, show: imageShow, add: imageAdd, remove: imageRemove },
};

const BOOT: Group = {
  summary: 'How machines boot from the network.',
  commands: { ca: bootCa },
};

const TOKEN: Group = {
  summary: 'Who may call the API over TCP (api.auth: token).',
  commands: { create: tokenCreate, list: tokenList, revoke: tokenRevoke },
};

const TEMPLATE: Group = {
  summary: 'Deploy templates: steps for the deployments of instances with a trait.',
  commands: templates,
};

const RUNBOOK: Group = {
  summary: 'Runbooks: steps to clean and service nodes by.',
  commands: runbooks,
};

const GROUPS: Readonly<Record<string, Group>> = {
  node: NODE,
  network: NETWORK,
  image: IMAGE,
  dhcp: DHCP,
  boot: BOOT,
  token: TOKEN,
  template: TEMPLATE,
  runbook: RUNBOOK,
};
export const SINGLE_COMMANDS: Readonly<Record<string, Command>> = { status };

/** `ingot GROUP WORD …`. Returns the exit code. */
export async function runGroup(name: string, argv: readonly string[], io: Io): Promise<number> {
  const group = Object.hasOwn(GROUPS, name) ? GROUPS[name] : undefined;
  return group === undefined ? unknown(name, io) : runWord({ name, group }, argv, io);
}

type Named = { readonly name: string; readonly group: Group };

async function runWord({ name, group }: Named, argv: readonly string[], io: Io): Promise<number> {
  const { usual } = group;
  const isOption = argv[0]?.startsWith('-') ?? true;
  const asksHelp = argv[0] === '--help' || argv[0] === '-h' || argv[0] === 'help';
  const [word, ...rest] = isOption && !asksHelp && usual !== undefined ? [usual, ...argv] : argv;
  if (word === undefined || asksHelp) {
    io.out(groupHelp(name, group));
    return word === undefined ? EXIT.usage : EXIT.ok;
  }
  const found = Object.hasOwn(group.commands, word) ? group.commands[word] : undefined;
  if (found === undefined) {
    const [verb = '', ...more] = rest;
    const isSwapped = Object.hasOwn(group.commands, verb);
    const meant = isSwapped ? `Is \`${['ingot', name, verb, word, ...more].join(' ')}\` meant? ` : '';
    return unknown(`${name} ${word}`, io, `${meant}\`ingot ${name} --help\` lists its commands.`);
  }
  return 'run' in found
    ? runCommand(found, rest, io)
    : runWord({ name: `${name} ${word}`, group: found }, rest, io);
}

function groupHelp(name: string, group: Group): string {
  // Two lines a command: side by side they are twice as wide as a terminal.
  const lines = allCommands(group).map(({ usage, summary }) => `  ${usage}\n      ${summary}\n`);
  return `ingot ${name}: ${group.summary}\n\n${lines.join('')}\n\`--help\` after a command tells its options.\n`;
}

function allCommands(group: Group): readonly Command[] {
  return Object.values(group.commands).flatMap((one) => ('run' in one ? [one] : allCommands(one)));
}

function unknown(words: string, io: Io, hint = '`ingot help` lists all commands.'): number {
  const option = /(?:^| )(-\S+)$/.exec(words)?.[1];
  if (option !== undefined) {
    const early = new IngotError('usage', `${option} stands before the command: options follow it`, {
      hint: 'As in `ingot node list --url URL`. `ingot help` lists all commands.',
    });
    return complain(early, { io, json: false });
  }
  const error = new IngotError('usage', `There is no command "ingot ${words}"`, { hint });
  return complain(error, { io, json: false });
}
