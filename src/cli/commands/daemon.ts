/** `ingot status`, `ingot network list`. */
import { statusDetails } from '../answers.ts';
import { type Command, printJson } from '../command.ts';
import { EXIT } from '../io.ts';
import { formatStatus } from '../status-text.ts';
import { formatTable } from '../table.ts';

export const status: Command = {
  usage: 'ingot status',
  summary: "Shows the daemon's own condition: version, listeners, what is missing, counters.",
  options: {},
  least: 0,
  most: 0,
  async run({ client, io, json }) {
    const answer = await client.status();
    if (json) printJson(io, answer);
    else io.out(formatStatus(statusDetails.parse(answer)));
    return EXIT.ok;
  },
};

export const networkList: Command = {
  usage: 'ingot network list',
  summary: 'Lists the networks of the configuration.',
  options: {},
  least: 0,
  most: 0,
  async run({ client, io, json }) {
    const networks = await client.networks();
    const rows = networks.map((one) => [
      one.name,
      one.role,
      one.cidr,
      one.interface ?? '-',
      one.address ?? '-',
      one.dhcp,
    ]);
    if (json) printJson(io, { networks });
    else
      io.out(formatTable(['name', 'role', 'cidr', 'interface', 'address', 'dhcp'], rows) || 'No networks.\n');
    return EXIT.ok;
  },
};
