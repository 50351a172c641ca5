/**
 * The BMC sessions that are open, in a file of the state folder: a daemon that was killed logs out nowhere, and BMCs
 * have few sessions to give (eight, say) for many minutes.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { OpenSession, SessionBook } from '../../bmc/redfish/session-book.ts';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';

/** Logins that come together (after a start, say) are written together; what a crash loses of them is bounded by it. */
const GATHER_MS = 200;
/** One for each BMC that the pool keeps open, and as many of an earlier life; the oldest are forgotten. */
const MOST_SESSIONS = 4_000;

const entry = z.object({ key: z.string(), token: z.string(), location: z.string() });
const contents = z.array(entry).max(MOST_SESSIONS);
type Entry = z.output<typeof entry>;

export type SessionFile = SessionBook & {
  /** Resolves when all is written. */
  stop(): Promise<void>;
};

/** A file that is not there, or makes no sense, is an empty one: sessions end by themselves some day. */
export async function openSessionFile(
  path: string,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<SessionFile> {
  const found = await readEntries(path);
  const left = new Map(found.map((one) => [one.token, one]));
  const open = new Map<string, Entry>();
  const stopping = new AbortController();
  let writing: Promise<void> | null = null;
  let stale = false;

  const write = async (): Promise<void> => {
    while (stale) {
      if (!stopping.signal.aborted) await clock.sleep(GATHER_MS, stopping.signal).catch(() => undefined);
      stale = false;
      const all = [...left.values(), ...open.values()].slice(-MOST_SESSIONS);
      try {
        await writeFile(`${path}.new`, JSON.stringify(all), { mode: 0o600 });
        await rename(`${path}.new`, path);
      } catch (error) {
        log.warn({ error: String(error) }, 'open BMC sessions could not be written down');
      }
    }
    writing = null;
  };
  const changed = (): void => {
    stale = true;
    writing ??= write();
  };

  return {
    left: (key) =>
      [...left.values()].filter((one) => one.key === key).map(({ key: _, ...session }) => session),
    opened: (key, session: OpenSession) => {
      open.set(session.token, { key, ...session });
      const [oldest] = open.keys();
      if (open.size > MOST_SESSIONS && oldest !== undefined) open.delete(oldest);
      changed();
    },
    ended: (_key, { token }) => {
      const was = left.delete(token);
      if (open.delete(token) || was) changed();
    },
    stop: async () => {
      stopping.abort(new Error('stopped'));
      await writing;
    },
  };
}

async function readEntries(path: string): Promise<readonly Entry[]> {
  try {
    return contents.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return [];
  }
}
