/** `ingot token …`: who may call the API over TCP, where `api.auth` has `token`. */
import type { JsonObject, TokenAnswer } from '../answers.ts';
import { text, wholeNumber } from '../arguments.ts';
import { type Command, printJson } from '../command.ts';
import { EXIT } from '../io.ts';
import { formatTable } from '../table.ts';

export const tokenCreate: Command = {
  usage: 'ingot token create NAME [--role ROLE] [--project PROJECT] [--days N]',
  summary: 'Makes a token and prints it: this once, for only a digest of it is kept.',
  details: `
  --role ROLE        reader (default), member or admin
  --project PROJECT  sees and changes only the nodes whose owner or lessee is PROJECT; without it the whole site
  --days N           ends after N days; without it only when it is revoked
`,
  options: { role: { type: 'string' }, project: { type: 'string' }, days: { type: 'string' } },
  least: 1,
  most: 1,
  async run({ client, io, json, positionals, values, usage }) {
    const [role, project] = [text(values, 'role'), text(values, 'project')];
    const days = wholeNumber(values, 'days', usage);
    const body: JsonObject = {
      name: positionals[0] ?? '',
      ...(role === null ? {} : { role }),
      ...(project === null ? {} : { project }),
      ...(days === null ? {} : { days }),
    };
    const made = await client.tokens.create(body);
    if (json) printJson(io, made);
    else io.out(`${made.token}\n`);
    return EXIT.ok;
  },
};

export const tokenList: Command = {
  usage: 'ingot token list',
  summary: 'Lists the tokens, without their secrets.',
  options: {},
  least: 0,
  most: 0,
  async run({ client, io, json }) {
    const tokens = await client.tokens.list();
    if (json) printJson(io, { tokens });
    else
      io.out(
        formatTable(['id', 'name', 'role', 'project', 'made', 'ends'], tokens.map(row)) || 'No tokens.\n',
      );
    return EXIT.ok;
  },
};

function row({ id, name, role, project, created_at, expires_at, expired }: TokenAnswer): readonly string[] {
  const ends = expires_at === null ? 'never' : `${expires_at}${expired ? ' (over)' : ''}`;
  return [id, name, role, project ?? 'the whole site', created_at, ends];
}

export const tokenRevoke: Command = {
  usage: 'ingot token revoke NAME|ID',
  summary: 'Ends a token at once, with every event stream that was opened by it.',
  options: {},
  least: 1,
  most: 1,
  async run({ client, io, json, positionals }) {
    const [name = ''] = positionals;
    await client.tokens.revoke(name);
    if (json) printJson(io, { revoked: name });
    else io.out(`Token ${name} is revoked.\n`);
    return EXIT.ok;
  },
};
