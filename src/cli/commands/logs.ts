/** `ingot node logs`: what ramdisks had logged when something failed in them. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { IngotError } from '../../errors.ts';
import { text } from '../arguments.ts';
import { type Call, type Command, nameOf, printJson } from '../command.ts';
import { EXIT } from '../io.ts';
import { formatBytes, formatTable } from '../table.ts';
import { label } from '../wait.ts';

const DETAILS = `
  Without ID: the list, the newest first. With ID: fetches that archive (tar, gzip) into
  --output FILE   default: ID.tar.gz in this folder
`;

export const logs: Command = {
  usage: 'ingot node logs NAME [ID [--output FILE]]',
  summary: 'Lists or fetches the logs of ramdisks in which something failed.',
  details: DETAILS,
  options: { output: { type: 'string' } },
  least: 1,
  most: 2,
  async run(call) {
    const id = call.positionals[1];
    return id === undefined ? await list(call) : await fetchLogs(call, id);
  },
};

async function list({ client, io, json, ...call }: Call): Promise<number> {
  const node = await client.nodes.get(nameOf({ client, io, json, ...call }));
  const kept = await client.nodes.logs(node.uuid);
  const rows = kept.map(({ id, at, verb, bytes }) => [id, at, verb, formatBytes(bytes)]);
  if (json) printJson(io, { logs: kept });
  else io.out(formatTable(['id', 'at', 'verb', 'size'], rows) || `No logs of ${label(node)} are kept.\n`);
  return EXIT.ok;
}

async function fetchLogs(call: Call, id: string): Promise<number> {
  const { client, io, json, values } = call;
  const file = text(values, 'output') ?? `${id}.tar.gz`;
  const node = await client.nodes.get(nameOf(call));
  const archive = await client.nodes.fetchLogs(node.uuid, id, io.signal);
  await pipeline(archive, createWriteStream(file, { mode: 0o600 })).catch((cause: unknown) => {
    throw notFetched(file, cause);
  });
  if (json) printJson(io, { file });
  else io.out(`${file} has the logs: tar -tzf lists them.\n`);
  return EXIT.ok;
}

function notFetched(file: string, cause: unknown): IngotError {
  if (cause instanceof Error && 'syscall' in cause && cause.syscall === 'open')
    return new IngotError('environment', `${file} cannot be written: ${String(cause)}`, {
      hint: 'Name another file by --output.',
      cause,
    });
  return new IngotError('environment', `The logs are not whole in ${file}: ${String(cause)}`, {
    hint: 'Is there space left, and does the daemon still answer (ingot status)? Then fetch them again.',
    cause,
  });
}
