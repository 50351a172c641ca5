/** What the crash test stands on: a rack process, a daemon that is killed and started again, and its client. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { z } from 'zod';
import { type Client, createClient } from '../../src/cli/client.ts';
import { type Ledger, rackMac, rackName } from '../../src/lab/simulated/rack.ts';

const PASSWORD = 'rack-password-that-must-not-show';
const helloSchema = z.object({ bmcUrl: z.string() });

export type CrashRig = {
  readonly client: Client;
  readonly image: { readonly source: string; readonly sha256: string };
  readonly bmcUrl: string;
  readonly password: string;
  readonly logFile: string;
  /** SIGKILLs so far, by us and by the daemon itself. */
  kills(): number;
  kill(): void;
  /** Stops killing: the daemon runs to the end. */
  calm(): void;
  ledgers(): Promise<ReadonlyMap<string, Ledger>>;
  boundaries(): Promise<readonly string[]>;
  stop(): Promise<void>;
};

export async function startCrashRig(machines: number): Promise<CrashRig> {
  const dir = await mkdtemp(join(tmpdir(), 'ingot-crash-'));
  const [bmcPort, agentPort, bootPort, apiPort] = await freePorts(4);
  const image = await makeImage(join(dir, 'images'));
  const configFile = join(dir, 'ingot.yaml');
  await writeFile(configFile, stringify(configuration(dir, { apiPort, bootPort })));
  const options = {
    ...{ machines, address: '127.0.0.1', bmcPort, agentPort, workMs: 150 },
    bootUrl: `http://127.0.0.1:${bootPort}`,
    credentials: { username: 'admin', password: PASSWORD },
  };
  const rack = fork(join(import.meta.dirname, 'rack-process.ts'), [JSON.stringify(options)]);
  const { bmcUrl } = helloSchema.parse(await nextMessage(rack));
  const keeper = keepDaemonAlive({ dir, configFile });
  const client = createClient(`unix://${join(dir, 'state/ingot.sock')}`);
  return {
    ...{ client, image, bmcUrl, password: PASSWORD, logFile: keeper.logFile },
    kills: keeper.kills,
    kill: keeper.kill,
    calm: keeper.calm,
    ledgers: async () => {
      const answer = nextMessage(rack);
      rack.send('ledgers');
      return new Map(Object.entries(ledgersSchema.parse(await answer).ledgers));
    },
    boundaries: async () => (await readFile(keeper.boundariesFile, 'utf8')).trim().split('\n'),
    stop: async () => {
      await keeper.stop();
      await client.close();
      rack.kill('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The body that enrolls machine N. */
export function enrollBody(rig: CrashRig, index: number) {
  return {
    name: rackName(index),
    driver: 'redfish',
    driver_info: {
      redfish_address: rig.bmcUrl,
      redfish_system_id: `/redfish/v1/Systems/${rackName(index)}`,
      redfish_username: 'admin',
      redfish_password: rig.password,
      redfish_verify_ca: false,
    },
    properties: { capabilities: 'boot_mode:uefi' },
    ports: [{ address: rackMac(index), pxe_enabled: true, physical_network: 'pxe' }],
  };
}

const ledgerSchema = z.object({
  powerOns: z.number(),
  powerOffs: z.number(),
  boots: z.array(z.string()),
  works: z.array(z.string()),
  cutOff: z.number(),
});
const ledgersSchema = z.object({ ledgers: z.record(z.string(), ledgerSchema) });

function configuration(dir: string, ports: { readonly apiPort: number; readonly bootPort: number }): object {
  return {
    state_dir: join(dir, 'state'),
    api: { listen: `127.0.0.1:${ports.apiPort}` },
    boot: { listen_port: ports.bootPort, ramdisk_dir: join(dir, 'images') },
    images: { source_dirs: [join(dir, 'images')] },
    timeouts: { callback_s: 60, command_s: 60, power_s: 30 },
    networks: [{ name: 'pxe', role: 'pxe', cidr: '127.0.0.0/8', address: '127.0.0.1', dhcp: 'off' }],
  };
}

/** A megabyte that looks like an image, and files that stand for the ramdisk. */
async function makeImage(dir: string): Promise<CrashRig['image']> {
  await mkdir(dir, { recursive: true });
  const bytes = randomBytes(1 << 20);
  await writeFile(join(dir, 'disk.raw'), bytes);
  await writeFile(join(dir, 'vmlinuz'), 'kernel');
  await writeFile(join(dir, 'initrd.zst'), 'ramdisk');
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
      const running = spawn(process.execPath, [program, ...args], { stdio: ['ignore', log.fd, log.fd] });
      child = running;
      await log.close();
      const signal = await new Promise<NodeJS.Signals | null>((resolve) =>
        running.once('exit', (_code, by) => resolve(by)),
      );
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

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the rack process ended with code ${code}`)));
  });
}

async function freePorts(count: 4): Promise<readonly [number, number, number, number]> {
  const ports: number[] = [];
  const servers = Array.from({ length: count }, () => createServer());
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address === 'object' && address !== null) ports.push(address.port);
  }
  for (const server of servers) await new Promise<void>((resolve) => server.close(() => resolve()));
  const [a = 0, b = 0, c = 0, d = 0] = ports;
  return [a, b, c, d];
}
