/** Running commands inside a lab, from outside. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { IngotError } from '../errors.ts';
import type { LabNamespace } from './addresses.ts';
import { LAB_FILES, readKeeper, requireLab } from './files.ts';
import { inNamespace } from './netns.ts';
import { carriesMark, labEnvironment } from './processes.ts';
import type { Isolation, Lab } from './records.ts';
import { type RunResult, run } from './run.ts';

/**
 * The words that run a command in a namespace of the lab, from outside. Each of them replaces itself by the
 * next (nsenter and sh exec), so the process that one starts is in the end the command itself: its pid, its
 * exit code, its signals. Pure.
 */
export function enterArgv(options: {
  readonly lab: Pick<Lab, 'dir' | 'isolation'>;
  readonly keeper_pid: number;
  readonly namespace: LabNamespace;
  readonly cwd: string;
  readonly argv: readonly string[];
}): readonly string[] {
  const user: Readonly<Record<Isolation, readonly string[]>> = {
    root: [],
    'user-namespace': ['--user', '--preserve-credentials'],
  };
  const { lab, keeper_pid, namespace, cwd, argv } = options;
  // Entering a mount namespace moves us to its root: go to the lab for the namespace's file, then home.
  const home = ['sh', '-c', 'cd "$1" && shift && exec "$@"', 'sh'];
  return [
    'nsenter',
    '--target',
    String(keeper_pid),
    '--mount',
    ...user[lab.isolation],
    '--',
    ...home,
    lab.dir,
    ...inNamespace(namespace, [...home, cwd, ...argv]),
  ];
}

/** Pid of the keeper if it lives and is this lab's. */
export async function livingKeeper(lab: Lab): Promise<number | null> {
  const keeper = await readKeeper(lab.dir);
  if (keeper === null) return null;
  const environ = await readFile(`/proc/${keeper.pid}/environ`, 'utf8').catch(() => '');
  return carriesMark(environ, lab.id) ? keeper.pid : null;
}

export type LabCommand = {
  readonly argv: readonly string[];
  /** Default: where we are. */
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
};

async function entry(dir: string, namespace: LabNamespace, command: LabCommand) {
  const lab = await requireLab(path.resolve(dir));
  const keeper_pid = await livingKeeper(lab);
  if (keeper_pid === null) {
    throw new IngotError('environment', `The lab in ${lab.dir} is not running`, {
      hint: `Start it with \`ingot lab up\`; why it ended stands in ${path.join(lab.dir, LAB_FILES.keeperLog)}.`,
    });
  }
  const cwd = command.cwd ?? process.cwd();
  const argv = enterArgv({ lab, keeper_pid, namespace, cwd, argv: command.argv });
  return { argv, env: labEnvironment(lab, command.env ?? process.env) };
}

/**
 * Starts a command inside the lab, with node's spawn options (stdio and so on). The child's pid is the
 * command's own, and `lab down` ends it if it still runs.
 * @throws IngotError `not_found` or `environment` when no lab runs in that folder.
 */
export async function labExec(
  dir: string,
  namespace: LabNamespace,
  command: LabCommand & Omit<SpawnOptions, 'cwd' | 'env'>,
): Promise<ChildProcess> {
  const { argv, cwd, env, ...spawnOptions } = command;
  const { argv: whole, env: marked } = await entry(dir, namespace, command);
  const [program = '', ...args] = whole;
  return spawn(program, args, { ...spawnOptions, env: marked });
}

/** Runs a command inside the lab to its end; output and time (default 30 s) are bounded. */
export async function labRun(
  dir: string,
  namespace: LabNamespace,
  command: LabCommand & { readonly timeout_ms?: number; readonly input?: string },
): Promise<RunResult> {
  const { argv, env } = await entry(dir, namespace, command);
  const { timeout_ms, input } = command;
  return run({
    argv,
    env,
    ...(timeout_ms === undefined ? {} : { timeout_ms }),
    ...(input === undefined ? {} : { input }),
  });
}
