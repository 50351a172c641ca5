/** Keeps the logs of ramdisks as files, bounded in number for each node and in bytes for all: the oldest give way. */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Clock } from '../../clock.ts';
import { IngotError } from '../../errors.ts';
import type { KeptLogs, RamdiskLogs } from '../../lifecycle/ramdisk-logs/ramdisk-logs.ts';
import { scrubbed } from '../../lifecycle/ramdisk-logs/scrub.ts';

const MOST_PACKED_BYTES = 8 * 1024 ** 2;
/** They are scrubbed in one go, on the thread that answers all others. */
const MOST_UNPACKED_BYTES = 16 * 1024 ** 2;
const ENDING = '.tar.gz';

export type RamdiskLogsOptions = {
  readonly dir: string;
  /** Archives of one node; 0: none are kept. */
  readonly perNode: number;
  readonly totalBytes: number;
  readonly clock: Clock;
};

type Entry = KeptLogs & { readonly nodeUuid: string };

/** Looks once what earlier runs have kept. Rejects with `environment` when the folder cannot be had. */
export async function openRamdiskLogs({
  dir,
  perNode,
  totalBytes,
  clock,
}: RamdiskLogsOptions): Promise<RamdiskLogs> {
  // The oldest first.
  let entries = await entriesIn(dir).catch(refuse);
  let turn: Promise<unknown> = Promise.resolve();
  /** One change of the folder at a time. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };
  const remove = async (gone: readonly Entry[]): Promise<void> => {
    entries = entries.filter((entry) => !gone.includes(entry));
    for (const entry of gone) await rm(pathOf(dir, entry), { force: true });
  };
  const of = (nodeUuid: string): readonly Entry[] => entries.filter((one) => one.nodeUuid === nodeUuid);

  return {
    keeps: perNode > 0,
    keep: ({ nodeUuid, verb, base64, secrets }) =>
      inTurn(async () => {
        const packed = await withoutSecrets(base64, secrets);
        const at = new Date(clock.now()).toISOString();
        const entry = {
          nodeUuid,
          id: `${at.replaceAll(/[-:.]/g, '')}-${verb}`,
          at,
          verb,
          bytes: packed.length,
        };
        await write(dir, entry, packed).catch(refuse);
        entries = [...entries, entry];
        await remove(of(nodeUuid).slice(0, -perNode));
        await remove(beyond(entries, totalBytes));
        return viewOf(entry);
      }),
    list: (nodeUuid) => of(nodeUuid).map(viewOf).toReversed(),
    read: async (nodeUuid, id) => {
      const entry = of(nodeUuid).find((one) => one.id === id);
      return entry === undefined ? null : await readFile(pathOf(dir, entry)).catch(() => null);
    },
    forget: (nodeUuid) =>
      inTurn(async () => {
        entries = entries.filter((one) => one.nodeUuid !== nodeUuid);
        await rm(join(dir, nodeUuid), { recursive: true, force: true });
      }),
  };
}

const viewOf = ({ nodeUuid: _, ...view }: Entry): KeptLogs => view;
const pathOf = (dir: string, { nodeUuid, id }: Entry): string => join(dir, nodeUuid, `${id}${ENDING}`);

/** The oldest ones, without which the rest has room. The newest always has. */
function beyond(entries: readonly Entry[], totalBytes: number): readonly Entry[] {
  let sum = 0;
  const fit = entries.findLastIndex((entry, index) => {
    sum += entry.bytes;
    return sum > totalBytes && index < entries.length - 1;
  });
  return entries.slice(0, fit + 1);
}

async function withoutSecrets(base64: string, secrets: readonly string[]): Promise<Buffer> {
  const given = Buffer.from(base64, 'base64');
  if (given.length > MOST_PACKED_BYTES)
    throw unusable(`${given.length} bytes of logs, more than ${MOST_PACKED_BYTES}`);
  const tar = await promisify(gunzip)(given, { maxOutputLength: MOST_UNPACKED_BYTES }).catch(
    (cause: unknown) => {
      throw unusable(`logs that cannot be unpacked into ${MOST_UNPACKED_BYTES} bytes`, cause);
    },
  );
  // Every tar since POSIX.1-1988 says so (ustar, pax, GNU).
  if (tar.toString('latin1', 257, 262) !== 'ustar') throw unusable('logs that are no tar archive');
  return await promisify(gzip)(scrubbed(tar, secrets));
}

function unusable(what: string, cause?: unknown): IngotError {
  return new IngotError('agent_failed', `The ramdisk gave ${what}: they are not kept.`, {
    hint: 'Look at the console of the machine instead.',
    ...(cause === undefined ? {} : { cause }),
  });
}

async function write(dir: string, entry: Entry, packed: Buffer): Promise<void> {
  const path = pathOf(dir, entry);
  await mkdir(join(dir, entry.nodeUuid), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, packed, { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
}

const STAMP = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-([a-z]+)\.tar\.gz$/;

/** What is no archive of ours is left alone. */
async function entriesIn(dir: string): Promise<readonly Entry[]> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const found: Entry[] = [];
  for (const folder of await readdir(dir, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    for (const name of await readdir(join(dir, folder.name))) {
      // Half of one: the daemon was killed as it wrote.
      if (name.endsWith(`${ENDING}.new`)) await rm(join(dir, folder.name, name), { force: true });
      const [, y, mo, d, h, mi, s, ms, verb] = STAMP.exec(name) ?? [];
      if (verb === undefined) continue;
      const { size } = await stat(join(dir, folder.name, name));
      const at = `${y}-${mo}-${d}T${h}:${mi}:${s}.${ms}Z`;
      found.push({ nodeUuid: folder.name, id: name.slice(0, -ENDING.length), at, verb, bytes: size });
    }
  }
  return found.sort((a, b) => a.at.localeCompare(b.at));
}

function refuse(cause: unknown): never {
  const why = cause instanceof Error ? cause.message : String(cause);
  throw new IngotError('environment', `The logs of ramdisks cannot be kept: ${why}`, {
    hint: 'Is the disk full? Give the user that runs ingot the right to write to ramdisk-logs in state_dir.',
    cause,
  });
}
