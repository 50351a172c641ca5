/** What the crash test stands on: a rack process, a daemon that is killed and started again, and its client. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { type Client, createClient } from '../../src/cli/client.ts';
import { makeRamdisk } from '../rig/daemon.ts';
import { freePorts } from '../rig/ports.ts';
import { type RackAccess, type RackProcess, startRackProcess } from '../rig/rack.ts';

const PASSWORD = 'rack-password-that-must-not-show';

export type CrashRig = RackAccess &
  Pick<RackProcess, 'ledgers'> & {
    readonly client: Client;
    readonly image: { readonly source: string; readonly sha256: string };
    readonly logFile: string;
    /** SIGKILLs so far, by us and by the daemon itself. */
    kills(): number;
    kill(): void;
    /** Stops killing: the daemon runs to the end. */
    calm(): void;
    boundaries(): Promise<readonly string[]>;
    stop(): Promise<void>;
  };

export async function startCrashRig(machines: number): Promise<CrashRig> {
  const dir = await mkdtemp(join(tmpdir(), 'ingot-crash-'));
  const ports = await freePorts('bmc', 'agent', 'boot', 'https', 'api');
  const image = await makeImage(await makeRamdisk(join(dir, 'images')));
  const configFile = join(dir, 'ingot.yaml');
  await writeFile(configFile, stringify(configuration(dir, ports)));
  const rack = await startRackProcess({
    machines,
    address: '127.0.0.1',
    bmcPort: ports.bmc,
    agentPort: ports.agent,
    workMs: 150,
    bootUrl: `http://127.0.0.1:${ports.boot}`,
    credentials: { username: 'admin', password: PASSWORD },
  });
  const keeper = keepDaemonAlive({ dir, configFile });
  const client = createClient(`unix://${join(dir, 'state/ingot.sock')}`);
  return {
    client,
    image,
    bmcUrls: rack.bmcUrls,
    password: PASSWORD,
    logFile: keeper.logFile,
    kills: keeper.kills,
    kill: keeper.kill,
    calm: keeper.calm,
    ledgers: rack.ledgers,
    boundaries: async () => (await readFile(keeper.boundariesFile, 'utf8')).trim().split('\n'),
    stop: async () => {
      await keeper.stop();
      await client.close();
      await rack.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function configuration(dir: string, ports: Readonly<Record<'api' | 'boot' | 'https', number>>): object {
  return {
    state_dir: join(dir, 'state'),
    api: { listen: `127.0.0.1:${ports.api}` },
    boot: { listen_port: ports.boot, https: { listen_port: ports.https }, ramdisk_dir: join(dir, 'images') },
    images: { source_dirs: [join(dir, 'images')] },
    // No start gives a step its time anew, and of a life as short as these little is left for any one step.
    timeouts: { callback_s: 600, command_s: 600, power_s: 300 },
    networks: [{ name: 'pxe', role: 'pxe', cidr: '127.0.0.0/8', address: '127.0.0.1', dhcp: 'off' }],
  };
}

/** A megabyte that looks like an image. */
async function makeImage(dir: string): Promise<CrashRig['image']> {
  const bytes = randomBytes(1 << 20);
  await writeFile(join(dir, 'disk.raw'), bytes);
  return {
    source: `file://${join(dir, 'disk.raw')}`,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

type Keeper = Pick<CrashRig, 'kill' | 'kills' | 'calm' | 'stop'> & {
  readonly boundariesFile: string;
  readonly logFile: string;
};

/** Starts the daemon again whenever it died, until `stop`. */
function keepDaemonAlive({ dir, configFile }: { readonly dir: string; readonly configFile: string }): Keeper {
  const boundariesFile = join(dir, 'boundaries');
  const logFile = join(dir, 'daemon.log');
  const state = { kills: 0, calm: false, stopped: false };
  let child: ChildProcess | null = null;
  const ended = (async (): Promise<void> => {
    while (!state.stopped) {
      const log = await open(logFile, 'a');
      const program = join(import.meta.dirname, state.calm ? '../../src/main.ts' : 'crashing-daemon.ts');
      const args = state.calm ? ['serve', '--config', configFile] : [configFile, boundariesFile];
      // Compiled modules are kept as bin/ingot does it: most of a restart's time is type stripping.
      const env = { ...process.env, NODE_COMPILE_CACHE: join(dir, 'compiled') };
      const running = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', log.fd, log.fd] });
      // Listened for at once: it may be killed while the log closes.
      const exited = new Promise<NodeJS.Signals | null>((resolve) =>
        running.once('exit', (_code, by) => resolve(by)),
      );
      child = running;
      await log.close();
      const signal = await exited;
      if (signal === 'SIGKILL' && !state.stopped) state.kills++;
      // A daemon that cannot start must not turn this into a busy loop.
      if (signal === null) await sleep(500);
    }
  })();
  return {
    boundariesFile,
    logFile,
    kills: () => state.kills,
    kill: () => void child?.kill('SIGKILL'),
    calm: () => {
      state.calm = true;
    },
    stop: async () => {
      state.stopped = true;
      child?.kill('SIGKILL');
      await ended;
    },
  };
}
