/** `ingot dhcp leases`. */
import { text } from '../arguments.ts';
import { type Command, printJson } from '../command.ts';
import { EXIT } from '../io.ts';
import { formatTable } from '../table.ts';

export const leaseList: Command = {
  usage: 'ingot dhcp leases [--network NAME] [--state STATE] [--mac MAC]',
  summary: 'Lists who has which address, and since when.',
  details: `
  --network NAME  of this network only
  --state STATE   leased; ended: kept on record, the machine gets it again; offered; declined: a machine found it in
                  use by a foreign one, so it is left alone for a while
  --mac MAC       of this machine only
`,
  options: { network: { type: 'string' }, state: { type: 'string' }, mac: { type: 'string' } },
  least: 0,
  most: 0,
  async run({ client, io, json, values }) {
    const query = ['network', 'state', 'mac'].flatMap((name) => {
      const value = text(values, name);
      return value === null ? [] : [[name, value] as const];
    });
    const leases = await client.leases(Object.fromEntries(query));
    const rows = leases.map((one) => [
      one.network,
      one.address,
      one.client_id === undefined ? (one.mac ?? '-') : `${one.mac} id ${one.client_id}`,
      one.state,
      one.node?.name ?? one.node?.uuid ?? '-',
      one.hostname ?? '-',
      one.starts_at ?? '-',
      one.expires_at,
    ]);
    const headings = ['network', 'address', 'mac', 'state', 'node', 'hostname', 'starts', 'ends'];
    if (json) printJson(io, { leases });
    else io.out(formatTable(headings, rows) || 'No leases.\n');
    return EXIT.ok;
  },
};
