/** The daemon as it is installed: `bin/ingot serve`, with a configuration of the test's own. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { type Client, createClient } from '../../src/cli/client.ts';
import { agentMark, MARK_FILE } from '../../src/daemon/ramdisk-mark.ts';

export const BIN = join(import.meta.dirname, '../../bin/ingot');
const READY_MS = 60_000;

export type RunningDaemon = {
  readonly client: Client;
  /** `unix://…`, for `--url`. */
  readonly url: string;
  /** Null while it runs. */
  exitCode(): number | null;
  log(): Promise<string>;
  /** SIGTERM; resolves to the exit code when it has ended. */
  stop(): Promise<number | null>;
};

export type DaemonSettings = {
  /** Everything of the daemon's goes below it. */
  readonly dir: string;
  /** What stands in its configuration beside the state folder. */
  readonly config: object;
  /** Words before the program, such as `ip netns exec NAME`. */
  readonly launch?: readonly string[];
};

/** Resolves when the API answers; rejects with the log when the daemon ends instead. */
export async function startDaemon({ dir, config, launch = [] }: DaemonSettings): Promise<RunningDaemon> {
  const configFile = join(dir, 'ingot.yaml');
  const logFile = join(dir, 'daemon.log');
  await writeFile(configFile, stringify({ state_dir: join(dir, 'state'), ...config }));
  const [program = '', ...args] = [...launch, BIN, 'serve', '--config', configFile];
  const output = await open(logFile, 'a');
  const child = spawn(program, args, { stdio: ['ignore', output.fd, output.fd] });
  await output.close();
  const exited = once(child, 'exit');
  const url = `unix://${join(dir, 'state/ingot.sock')}`;
  const client = createClient(url);
  for (const until = Date.now() + READY_MS; !(await answers(client)); await sleep(50)) {
    if (child.exitCode !== null || Date.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`the daemon does not answer: ${await readFile(logFile, 'utf8')}`);
    }
  }
  return {
    client,
    url,
    exitCode: () => child.exitCode,
    log: () => readFile(logFile, 'utf8'),
    stop: async () => {
      await client.close();
      child.kill('SIGTERM');
      await exited;
      return child.exitCode;
    },
  };
}

async function answers(client: Client): Promise<boolean> {
  return await client.status().then(
    () => true,
    () => false,
  );
}

/** A folder with files that stand for the ramdisk, as this ingot's recipe marks it. */
export async function makeRamdisk(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'vmlinuz'), 'kernel');
  await writeFile(join(dir, 'initrd.zst'), 'ramdisk');
  await writeFile(join(dir, MARK_FILE), `${await agentMark()}\n`);
  return dir;
}

export type Outcome = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Runs the `ingot` command to its end; a failing one is an outcome, not an exception. */
export function ingot(...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(BIN, args, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}
