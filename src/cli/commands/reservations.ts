/** `ingot dhcp reservations …`. */
import { IngotError } from '../../errors.ts';
import type { ReservationAnswer } from '../answers.ts';
import { flag, text } from '../arguments.ts';
import { type Command, printJson } from '../command.ts';
import { EXIT } from '../io.ts';
import { formatTable } from '../table.ts';

export const reservationList: Command = {
  usage: 'ingot dhcp reservations [list] [--network NAME]',
  summary: 'Lists the addresses that DHCP keeps for MACs.',
  options: { network: { type: 'string' } },
  least: 0,
  most: 0,
  async run({ client, io, json, values }) {
    const network = text(values, 'network');
    const reservations = await client.reservations.list(network === null ? {} : { network });
    const rows = reservations.map((one) => [
      one.network,
      one.mac,
      one.address ?? 'from the range',
      one.hostname ?? '-',
      one.node?.name ?? one.node?.uuid ?? '-',
      one.source,
      one.problem === null ? '' : `not served: ${one.problem}`,
    ]);
    const headings = ['network', 'mac', 'address', 'hostname', 'node', 'source', ''];
    if (json) printJson(io, { reservations });
    else io.out(formatTable(headings, rows) || 'No reservations.\n');
    return EXIT.ok;
  },
};

export const reservationAdd: Command = {
  usage: 'ingot dhcp reservations add MAC [ADDRESS] [--network NAME] [--hostname NAME] [--replace]',
  summary: 'Keeps an address for a MAC.',
  details: `
  MAC              in any spelling: 52:54:00:AA:BB:01, 52-54-00-aa-bb-01
  ADDRESS          without it the machine takes one from the range, also where dhcp: reservations stands
  --network NAME   default: the network that the address is of
  --hostname NAME  told to the machine, and shown; "" takes it away
  --replace        change the reservation that the MAC has there; its host name stays unless told
`,
  options: { network: { type: 'string' }, hostname: { type: 'string' }, replace: { type: 'boolean' } },
  least: 1,
  most: 2,
  async run({ client, io, json, values, positionals }) {
    const [mac = '', address = null] = positionals;
    const stored = await client.reservations.add({
      mac,
      address,
      network: text(values, 'network'),
      ...hostnameOf(text(values, 'hostname')),
      replace: flag(values, 'replace'),
    });
    if (json) printJson(io, stored);
    else io.out(`${stored.mac} has ${stored.address ?? 'an address from the range'} on ${stored.network}.\n`);
    return EXIT.ok;
  },
};

export const reservationDelete: Command = {
  usage: 'ingot dhcp reservations delete MAC [--network NAME]',
  summary: 'Gives up what is kept for a MAC; its lease goes on until its end.',
  options: { network: { type: 'string' } },
  least: 1,
  most: 1,
  async run({ client, io, json, values, positionals }) {
    const [mac = ''] = positionals;
    const network = text(values, 'network');
    const found = (await client.reservations.list({ mac })).filter(
      (one) => network === null || one.network === network,
    );
    const [only, ...more] = found;
    if (only === undefined) {
      const where = network === null ? '' : ` on network ${network}`;
      throw new IngotError('not_found', `${mac} has no reservation${where}`, {
        hint: '`ingot dhcp reservations` lists them.',
      });
    }
    if (more.length > 0) throw severalNetworks(mac, found);
    await client.reservations.delete(only);
    if (json) printJson(io, { deleted: only });
    else io.out(`${only.mac} has no reservation on ${only.network} any more.\n`);
    return EXIT.ok;
  },
};

/** Nothing said: what stands there stays. */
function hostnameOf(said: string | null): { readonly hostname?: string | null } {
  return said === null ? {} : { hostname: said === '' ? null : said };
}

function severalNetworks(mac: string, found: readonly ReservationAnswer[]): IngotError {
  const names = found.map(({ network }) => network).join(', ');
  return new IngotError('usage', `${mac} has reservations on ${names}`, {
    hint: 'Say which with --network.',
  });
}
