/**
 * The processes of one lab. Each inherits `INGOT_LAB=<id>` in its environment: so they are found whoever
 * started them, whichever of them died, and no other process is ever taken for one of them.
 */
import { readdir, readFile } from 'node:fs/promises';
import { type Clock, systemClock } from '../clock.ts';
import { IngotError } from '../errors.ts';
import type { Lab } from './records.ts';

const MARK = 'INGOT_LAB';
const POLL_MS = 50;

/** The environment for a process that shall belong to the lab. */
export function labEnvironment(
  lab: Pick<Lab, 'id'>,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  return { ...env, [MARK]: lab.id };
}

/** Pure: does this /proc/PID/environ carry the lab's mark? */
export function carriesMark(environ: string, id: string): boolean {
  return environ.split('\0').includes(`${MARK}=${id}`);
}

export type LabProcess = { readonly pid: number; readonly command: string };

/** Every living process of the lab. Other users' processes cannot be read and are not ours. */
export async function labProcesses(lab: Pick<Lab, 'id'>): Promise<readonly LabProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid): Promise<LabProcess[]> => {
      try {
        // Of a zombie both files are empty: it is no process any more.
        if (!carriesMark(await readFile(`/proc/${pid}/environ`, 'utf8'), lab.id)) return [];
        const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').join(' ').trim();
        return pid === process.pid ? [] : [{ pid, command }];
      } catch {
        return [];
      }
    }),
  );
  return found.flat();
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended between our look and the signal.
  }
}

/** Repeats `each` for the lab's processes until there are none; false when there still are some in the end. */
async function untilGone(lab: Pick<Lab, 'id'>, clock: Clock, options: Ending): Promise<boolean> {
  const until = clock.now() + options.within_ms;
  for (;;) {
    const left = await labProcesses(lab);
    if (left.length === 0) return true;
    if (clock.now() >= until) return false;
    for (const { pid } of left) options.each(pid);
    await clock.sleep(POLL_MS);
  }
}

type Ending = { readonly within_ms: number; readonly each: (pid: number) => void };

/**
 * Ends all: first asks each once, then, after `grace_ms`, kills again and again until none is left (a process
 * that is just starting another one has to be killed before its child).
 * @throws IngotError `environment` when some live on 10 s after the first SIGKILL.
 */
export async function endLabProcesses(
  lab: Pick<Lab, 'id'>,
  grace_ms: number,
  clock = systemClock,
): Promise<void> {
  const asked = new Set<number>();
  const ask = (pid: number): void => {
    if (asked.has(pid)) return;
    asked.add(pid);
    signal(pid, 'SIGTERM');
  };
  if (await untilGone(lab, clock, { within_ms: grace_ms, each: ask })) return;
  const kill = (pid: number): void => signal(pid, 'SIGKILL');
  if (await untilGone(lab, clock, { within_ms: 10_000, each: kill })) return;
  const left = (await labProcesses(lab)).map(({ pid, command }) => `${pid} (${command.slice(0, 60)})`);
  throw new IngotError('environment', `Processes of the lab do not end: ${left.join(', ')}`, {
    hint: 'They hang in the kernel. Look at them with "ps", then call `ingot lab down` again.',
  });
}
