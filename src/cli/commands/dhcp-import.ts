/** `ingot dhcp import`: what Kea, ISC dhcpd or dnsmasq kept goes on here. */
import {
  type ForeignFile,
  type ForeignLease,
  type ForeignReservation,
  lastOfEach,
  type Skipped,
} from '../../dhcp-import/foreign.ts';
import { likelyServer } from '../../dhcp-import/likely-server.ts';
import { FOREIGN_SERVERS, type ForeignServer, readForeign } from '../../dhcp-import/read-foreign.ts';
import { IngotError } from '../../errors.ts';
import { flag, text, usage } from '../arguments.ts';
import { type Command, printJson } from '../command.ts';
import { readBounded } from '../config-drive.ts';
import { formatImport, type Imported, importCounts } from '../import-report.ts';
import { EXIT } from '../io.ts';

const USAGE = 'ingot dhcp import --from kea|isc|dnsmasq FILE… [--dry-run] [--network NAME]';
/** A leases file of 200,000 leases, as ISC writes them, has 60 MiB. */
const MOST_BYTES = 256 << 20;
const MOST_FILES = 64;

export const dhcpImport: Command = {
  usage: USAGE,
  summary: 'Takes over the reservations and leases of another DHCP server.',
  details: `
  --from SERVER   kea: kea-dhcp4.conf and kea-leases4.csv; isc: dhcpd.conf and dhcpd.leases;
                  dnsmasq: its configuration, hosts files, /etc/ethers and dnsmasq.leases
  FILE            one or more of them, in any order; of two leases of one address the last file's counts
  --dry-run       tell what would be taken, and change nothing
  --network NAME  for reservations that name no address and stand in no subnet, where there are several networks
Stop the other server first, so that its leases stay as they are. What is here already stands; a second import
changes nothing.
`,
  options: { from: { type: 'string' }, 'dry-run': { type: 'boolean' }, network: { type: 'string' } },
  least: 1,
  most: MOST_FILES,
  async run({ client, io, json, values, positionals }) {
    const server = serverOf(text(values, 'from'));
    const files: (ForeignFile & { readonly file: string })[] = [];
    // One after another: the text of one at a time is in memory.
    for (const file of positionals)
      files.push({ file, ...readOwn(file, await readText(file), { server, io }) });
    for (const { file } of files.filter(isEmpty))
      io.err(
        `${file}: no reservation and no lease of ${server} in it; is it that server's, and the right file?\n`,
      );
    const at = <T extends object>(file: string, found: readonly T[]) =>
      found.map((one) => ({ file, ...one }));
    const reservations = files.flatMap(({ file, ...read }) => at(file, read.reservations));
    // Of a machine with several leases the one counts that lasts longest: it comes first.
    const leases = lastOfEach(files.flatMap(({ file, ...read }) => at(file, read.leases))).toSorted(
      (a, b) => b.expiresAt - a.expiresAt,
    );
    const answer = await client.importDhcp({
      from: server,
      dry_run: flag(values, 'dry-run'),
      network: text(values, 'network'),
      reservations: reservations.map(reservationBody),
      leases: leases.map(leaseBody),
    });
    const imported: readonly Imported[] = [
      ...reservations.map((one, i) => ({
        kind: 'reservation' as const,
        ...one,
        ...verdict(answer.reservations[i]),
      })),
      ...leases.map((one, i) => ({ kind: 'lease' as const, ...one, ...verdict(answer.leases[i]) })),
    ];
    const unread = files.flatMap(({ file, skipped }) => at<Skipped>(file, skipped));
    const isDryRun = flag(values, 'dry-run');
    if (json)
      printJson(io, { dry_run: isDryRun, counts: importCounts({ imported, unread }), imported, unread });
    else io.out(formatImport({ imported, unread, isDryRun }));
    return EXIT.ok;
  },
};

function isEmpty({ reservations, leases, skipped }: ForeignFile): boolean {
  return reservations.length + leases.length + skipped.length === 0;
}

function verdict(answer: { readonly result: Imported['result']; readonly why: string | null } | undefined) {
  return answer ?? { result: 'skipped' as const, why: 'the daemon did not say' };
}

function serverOf(word: string | null): ForeignServer {
  const server = FOREIGN_SERVERS.find((one) => one === word);
  if (server !== undefined) return server;
  throw usage(
    word === null
      ? 'Say whose files they are with --from'
      : `"${word}" is none of ${FOREIGN_SERVERS.join(', ')}`,
    USAGE,
  );
}

type Reading = { readonly server: ForeignServer; readonly io: { readonly clock: { now(): number } } };

/**
 * Of a file in which nothing of the server is found, whose it evidently is.
 * @throws IngotError `invalid_input` where it is another server's
 */
function readOwn(file: string, content: string, reading: Reading): ForeignFile {
  const { server } = reading;
  const likely = likelyServer(content, server);
  const notTheirs = (cause?: unknown): IngotError =>
    new IngotError(
      'invalid_input',
      `${file}: nothing of ${server} is in it; it looks like a file of ${likely}`,
      {
        hint: `Import it with --from ${likely}, each server's files by themselves. Nothing was imported.`,
        cause,
      },
    );
  try {
    const read = readNamed(file, content, reading);
    if (likely !== null && read.reservations.length + read.leases.length === 0) throw notTheirs();
    return read;
  } catch (thrown) {
    throw likely === null ? thrown : notTheirs(thrown);
  }
}

/** @throws IngotError `invalid_input` with the file, and the line where it is known */
function readNamed(file: string, content: string, { server, io }: Reading) {
  try {
    return readForeign(server, content, io.clock.now());
  } catch (thrown) {
    // The engine of regular expressions gives up at a string of some MiB: no file of these servers has one.
    if (thrown instanceof RangeError)
      throw new IngotError('invalid_input', `${file} cannot be read: ${thrown.message}`, {
        hint: `Is it a file of ${server}, and whole? A string or a line in it is many MiB long.`,
        cause: thrown,
      });
    if (!(thrown instanceof IngotError)) throw thrown;
    throw new IngotError(thrown.code, `${file}, ${thrown.message}`, { hint: thrown.hint, cause: thrown });
  }
}

/** @throws IngotError `missing_file` or `too_large` */
async function readText(path: string): Promise<string> {
  try {
    return await readBounded(path, MOST_BYTES);
  } catch (cause) {
    if (cause instanceof IngotError)
      throw new IngotError('too_large', cause.message, {
        hint: 'Have the other server tidy its leases file up first: it does so when it starts.',
        cause,
      });
    const because = cause instanceof Error ? cause.message : String(cause);
    throw new IngotError('missing_file', `${path} cannot be read: ${because}`, {
      hint: 'Name the files of the other server; they are often readable by root only.',
      cause,
    });
  }
}

function reservationBody({ mac, address, hostname, subnet }: ForeignReservation) {
  return { mac, address, hostname, ...(subnet === undefined ? {} : { subnet }) };
}

function leaseBody({ mac, address, hostname, startedAt, expiresAt }: ForeignLease) {
  return {
    mac,
    address,
    hostname,
    starts_at: new Date(startedAt).toISOString(),
    expires_at: new Date(expiresAt).toISOString(),
  };
}
