/** A lab with a daemon in it: what the demo and the end-to-end tests stand on. */
import type { ChildProcess } from 'node:child_process';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { type Client, createClient } from '../src/cli/client.ts';
import { labDown } from '../src/lab/down.ts';
import { labExec } from '../src/lab/exec.ts';
import type { Lab, MachineRequest } from '../src/lab/records.ts';
import { labUp } from '../src/lab/up.ts';
import type { Assets } from './assets.ts';

/** A second usually; three machines under emulation beside it leave it little of two processors. */
const DAEMON_START_MS = 120_000;
const DAEMON_STOP_MS = 20_000;
const project = join(import.meta.dirname, '..');

export type Rig = {
  readonly lab: Lab;
  readonly client: Client;
  /** The configuration file that the daemon runs with. */
  readonly configFile: string;
  readonly daemonLog: string;
  startDaemon(): Promise<void>;
  /** SIGKILL, as the power cut does. Resolves when the process is gone. */
  killDaemon(): Promise<void>;
  /** SIGTERM; returns the exit code. */
  stopDaemon(): Promise<number | null>;
  /** Stops everything. Files stay when `keep` is set. */
  down(options?: { readonly keep?: boolean }): Promise<void>;
};

export type RigOptions = {
  readonly dir: string;
  readonly machines: readonly MachineRequest[];
  readonly assets: Assets;
  /** More of the configuration's `boot`. */
  readonly boot?: Readonly<Record<string, unknown>>;
  /** Networks besides those of the lab. */
  readonly networks?: readonly object[];
};

export async function startRig(options: RigOptions): Promise<Rig> {
  const lab = await labUp({ dir: options.dir, machines: options.machines });
  const configFile = join(lab.dir, 'daemon.yaml');
  const daemonLog = join(lab.dir, 'daemon.log');
  const stateDir = await writeDaemonConfig(lab, configFile, options);
  const client = createClient(`unix://${join(stateDir, 'ingot.sock')}`);
  let daemon: ChildProcess | null = null;
  let ending: Promise<void> | null = null;

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const child = daemon;
    if (child === null) return null;
    daemon = null;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill(signal);
    const code = await Promise.race([exited, sleep(DAEMON_STOP_MS, 'late' as const)]);
    if (code !== 'late') return code;
    child.kill('SIGKILL');
    return await exited;
  };

  return {
    lab,
    client,
    configFile,
    daemonLog,
    startDaemon: async () => {
      const log = await open(daemonLog, 'a');
      daemon = await labExec(lab.dir, 'seed', {
        argv: [join(project, 'bin/ingot'), 'serve', '--config', configFile],
        cwd: project,
        stdio: ['ignore', log.fd, log.fd],
      });
      await log.close();
      await awaitDaemon(client, daemon, daemonLog);
    },
    killDaemon: async () => {
      await end('SIGKILL');
    },
    stopDaemon: () => end('SIGTERM'),
    // Asked for twice (an interrupt while cleaning up), it is done once and both wait for its end.
    down: (downOptions = {}) => {
      ending ??= (async () => {
        await end('SIGTERM');
        await client.close();
        await labDown(lab.dir, { keep_files: downOptions.keep ?? false });
      })();
      return ending;
    },
  };
}

/** The lab's own configuration, with our ramdisk and the folder of our image. Returns the state folder. */
async function writeDaemonConfig(
  lab: Lab,
  file: string,
  { assets, boot: more, networks = [] }: RigOptions,
): Promise<string> {
  const base: Record<string, unknown> = parse(await readFile(join(lab.dir, 'ingot.yaml'), 'utf8'));
  const boot = typeof base.boot === 'object' && base.boot !== null ? base.boot : {};
  const stateDir = String(base.state_dir);
  await mkdir(stateDir, { recursive: true });
  const config = {
    ...base,
    boot: { ...boot, ramdisk_dir: assets.ramdiskDir, ...more },
    networks: [...(Array.isArray(base.networks) ? base.networks : []), ...networks],
    images: { cache_gib: 20, source_dirs: [assets.image.dir] },
  };
  await writeFile(file, stringify(config));
  return stateDir;
}

async function awaitDaemon(client: Client, daemon: ChildProcess, log: string): Promise<void> {
  const until = Date.now() + DAEMON_START_MS;
  while (Date.now() < until) {
    if (daemon.exitCode !== null) break;
    const answered = await client.status().then(
      () => true,
      () => false,
    );
    if (answered) return;
    await sleep(100);
  }
  const tail = (await readFile(log, 'utf8')).split('\n').slice(-15).join('\n');
  throw new Error(
    `The daemon did not answer within ${DAEMON_START_MS / 1000} s. Its log ends with:\n${tail}`,
  );
}
