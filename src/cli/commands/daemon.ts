/** `ingot status`, `ingot network list` and `show`. */
import { IngotError } from '../../errors.ts';
import { type Command, printJson } from '../command.ts';
import { EXIT } from '../io.ts';
import { statusDetails } from '../status-answer.ts';
import { formatStatus } from '../status-text.ts';
import { formatFacts, formatTable } from '../table.ts';

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
      one.address ?? one.server_address ?? '-',
      one.dhcp,
    ]);
    if (json) printJson(io, { networks });
    else
      io.out(formatTable(['name', 'role', 'cidr', 'interface', 'address', 'dhcp'], rows) || 'No networks.\n');
    return EXIT.ok;
  },
};

export const networkShow: Command = {
  usage: 'ingot network show NAME',
  summary: 'Shows one network: addresses, mode, ranges.',
  options: {},
  least: 1,
  most: 1,
  async run({ client, io, json, positionals }) {
    const [name = ''] = positionals;
    const network = (await client.networks()).find((one) => one.name === name);
    if (network === undefined)
      throw new IngotError('not_found', `The configuration has no network "${name}"`, {
        hint: '`ingot network list` shows all.',
      });
    if (json) printJson(io, { network });
    else {
      const { ranges, ...facts } = network;
      io.out(
        formatFacts([
          ...Object.entries(facts).map(
            ([key, value]) => [key, value === null ? '-' : String(value)] as const,
          ),
          ...ranges.map(({ use, from, to }) => ['range', `${use} ${from} - ${to}`] as const),
        ]),
      );
    }
    return EXIT.ok;
  },
};
