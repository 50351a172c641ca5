/** The real Ironic of Debian (`python3-ironic`): API and conductor in one process, SQLite, nobody logs in. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const PYTHON = '/usr/bin/python3';
const READY_MS = 100_000;
/** What Ironic wants to find below its state folder. */
const FOLDERS = ['http', 'tftp', 'tftp-master', 'images', 'image-master', 'lock'] as const;

export type RealIronic = {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Path of its SQLite file. */
  readonly database: string;
  stop(): Promise<void>;
};

/** Everything of it goes below `dir`. Rejects with its log when it ends instead of answering. */
export async function startRealIronic(dir: string, port: number): Promise<RealIronic> {
  for (const folder of FOLDERS) await mkdir(join(dir, folder), { recursive: true });
  const config = join(dir, 'ironic.conf');
  await writeFile(config, configuration(dir, port));
  // Proxies' authorities in the environment would be read by its HTTP libraries.
  const env = { PATH: process.env.PATH ?? '', HOME: dir };
  const schema = pythonEntry('ironic.cmd.dbsync', [
    'ironic-dbsync',
    '--config-file',
    config,
    'create_schema',
  ]);
  await promisify(execFile)(PYTHON, ['-c', schema], { env });

  const logFile = join(dir, 'output.log');
  const output = await open(logFile, 'a');
  const program = pythonEntry('ironic.cmd.singleprocess', ['ironic', '--config-file', config]);
  const child = spawn(PYTHON, ['-c', program], { env, stdio: ['ignore', output.fd, output.fd] });
  await output.close();
  const exited = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  for (const until = Date.now() + READY_MS; !(await hasDrivers(url)); await sleep(100)) {
    if (child.exitCode !== null || Date.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`Ironic does not answer: ${await readFile(logFile, 'utf8')}`);
    }
  }
  return {
    url,
    database: join(dir, 'ironic.sqlite'),
    stop: async () => {
      // Asked nicely it waits a minute for its conductor's peers, of which there are none.
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Debian's own entry points start with a service; the package of the library has none. */
function pythonEntry(module: string, argv: readonly string[]): string {
  return `import sys; sys.argv = ${JSON.stringify(argv)}; from ${module} import main; main()`;
}

/** Its conductor has taken its drivers up: before that every node would be refused. */
async function hasDrivers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/v1/drivers`);
    return (await answer.text()).includes('fake-hardware');
  } catch {
    return false;
  }
}

/** The drivers and interfaces are ingot's, as far as Ironic 21.4 has them, with ingot's defaults. */
function configuration(dir: string, port: number): string {
  return `
[DEFAULT]
auth_strategy = noauth
host = ingot
rpc_transport = none
state_path = ${dir}
my_ip = 127.0.0.1
log_file = ${dir}/ironic.log
default_network_interface = noop
enabled_hardware_types = redfish,idrac,fake-hardware
enabled_bios_interfaces = fake,no-bios,redfish,idrac-redfish
enabled_boot_interfaces = fake,ipxe
enabled_console_interfaces = fake,no-console
enabled_deploy_interfaces = fake,direct
enabled_inspect_interfaces = fake,no-inspect
enabled_management_interfaces = fake,noop,redfish,idrac-redfish
enabled_network_interfaces = noop
enabled_power_interfaces = fake,redfish,idrac-redfish
enabled_raid_interfaces = fake,no-raid
enabled_rescue_interfaces = fake,no-rescue
enabled_storage_interfaces = noop,fake
enabled_vendor_interfaces = fake,no-vendor
[api]
host_ip = 127.0.0.1
port = ${port}
api_workers = 1
[database]
connection = sqlite:///${dir}/ironic.sqlite
[deploy]
http_root = ${dir}/http
http_url = http://127.0.0.1:9
[pxe]
tftp_root = ${dir}/tftp
tftp_master_path = ${dir}/tftp-master
images_path = ${dir}/images
instance_master_path = ${dir}/image-master
[oslo_concurrency]
lock_path = ${dir}/lock
`;
}
