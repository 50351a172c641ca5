/** `ingot dhcp discovered …`. */
import { IngotError } from '../../errors.ts';
import { parseMac } from '../../net/mac.ts';
import type { DiscoveredAnswer } from '../answers.ts';
import type { Client } from '../client.ts';
import { type Command, printJson } from '../command.ts';
import { EXIT } from '../io.ts';
import { formatFacts, formatTable } from '../table.ts';

export const discoveredList: Command = {
  usage: 'ingot dhcp discovered [list]',
  summary: 'Lists machines that asked for an address or a script and belong to no node.',
  options: {},
  least: 0,
  most: 0,
  async run({ client, io, json }) {
    const machines = await client.discovered.list();
    if (json) {
      printJson(io, { machines: machines.map((one) => ({ ...one, enroll: enrollCommand(one) })) });
      return EXIT.ok;
    }
    const rows = machines.map((one) => [
      one.mac,
      one.architecture ?? '-',
      one.network ?? '-',
      one.address ?? '-',
      one.last_seen,
      String(one.seen_count),
      one.message,
    ]);
    const headings = ['mac', 'architecture', 'network', 'address', 'last seen', 'times', 'last stage'];
    io.out(formatTable(headings, rows) || 'No machines.\n');
    if (rows.length > 0) io.out('\n`ingot dhcp discovered show MAC` tells how to enroll one.\n');
    return EXIT.ok;
  },
};

export const discoveredShow: Command = {
  usage: 'ingot dhcp discovered show MAC',
  summary: 'Shows all that a discovered machine said, and the command that enrolls it.',
  options: {},
  least: 1,
  most: 1,
  async run({ client, io, json, positionals }) {
    const machine = await find(client, positionals[0] ?? '');
    if (json) printJson(io, { ...machine, enroll: enrollCommand(machine) });
    else io.out(`${formatFacts(facts(machine))}\nTo enroll it:\n  ${enrollCommand(machine)}\n`);
    return EXIT.ok;
  },
};

export const discoveredForget: Command = {
  usage: 'ingot dhcp discovered forget MAC',
  summary: 'Takes a machine off the list; it comes again when it asks again.',
  options: {},
  least: 1,
  most: 1,
  async run({ client, io, json, positionals }) {
    const { mac } = await find(client, positionals[0] ?? '');
    await client.discovered.forget(mac);
    if (json) printJson(io, { forgotten: mac });
    else io.out(`${mac} is off the list.\n`);
    return EXIT.ok;
  },
};

async function find(client: Client, wanted: string): Promise<DiscoveredAnswer> {
  const mac = parseMac(wanted);
  const machine = (await client.discovered.list()).find((one) => one.mac === mac);
  if (machine !== undefined) return machine;
  throw new IngotError('not_found', `${wanted} is not on the list of discovered machines`, {
    hint: '`ingot dhcp discovered` shows it. A machine leaves it when a node with its MAC is enrolled.',
  });
}

function facts(machine: DiscoveredAnswer): readonly (readonly [string, string])[] {
  const { mac, uuid, uuid_swapped, vendor_class, giaddr, circuit_id, remote_id } = machine;
  return [
    ['mac', mac],
    ['uuid', uuid === null ? '-' : `${uuid} (or ${uuid_swapped}: firmware does not agree on the order)`],
    ['architecture', machine.architecture ?? '-'],
    ['vendor class', vendor_class ?? '-'],
    ['network', machine.network ?? '-'],
    ['address', machine.address ?? '-'],
    ['relay', giaddr ?? '-'],
    ['circuit id', circuit_id ?? '-'],
    ['remote id', remote_id ?? '-'],
    ['first seen', machine.first_seen],
    ['last seen', `${machine.last_seen}, ${machine.seen_count} times`],
    ['last stage', `${machine.stage}: it ${machine.message}`],
  ];
}

/** Ready but for name and BMC, which no DHCP message tells. */
function enrollCommand({ mac, network, architecture }: DiscoveredAnswer): string {
  const mode = architecture?.startsWith('EFI') ? 'uefi' : architecture?.startsWith('BIOS') ? 'bios' : null;
  return [
    'ingot node enroll --name NAME --bmc https://BMC-ADDRESS --username USER --password-file FILE',
    `--mac ${mac}`,
    ...(network === null ? [] : [`--network ${network}`]),
    ...(mode === null ? [] : [`--boot-mode ${mode}`]),
  ].join(' ');
}
