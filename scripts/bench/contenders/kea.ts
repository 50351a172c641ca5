/** Kea 2.2 as Debian ships it: leases in a file (memfile), which it does not flush to the disk. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Field, PEERS, POOL, SERVER } from '../field.ts';
import type { Tools } from '../measure.ts';

const PROGRAM = join(PEERS, 'kea-dhcp4-server/usr/sbin/kea-dhcp4');

/** Resolves when it has opened its sockets. `threads`: 0 for Kea's single-threaded mode. */
export async function startKea(
  { dir, wire }: Field,
  threads: number,
  { defer }: Pick<Tools, 'defer'>,
): Promise<{ readonly pid: number }> {
  const file = join(dir, 'kea.json');
  await writeFile(file, JSON.stringify(configuration(dir, threads)));
  // It keeps its process and lock files where these say; its own places need a set-up of the host.
  const env = ['env', `KEA_PIDFILE_DIR=${dir}`, `KEA_LOCKFILE_DIR=${dir}`];
  const [program = '', ...args] = [...env, PROGRAM, '-c', file];
  const child = wire.start('server', program, ...args);
  const exited = once(child, 'exit');
  defer(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  let said = '';
  const started = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.includes('DHCP4_STARTED')) resolve();
      });
    }
  });
  const ended = exited.then(() => Promise.reject(new Error(`Kea did not start: ${said}`)));
  await Promise.race([started, ended]);
  ended.catch(() => undefined);
  // ip, env and Kea are one process after the other.
  return { pid: child.pid ?? Number.NaN };
}

function configuration(dir: string, threads: number): object {
  return {
    Dhcp4: {
      'interfaces-config': { interfaces: [SERVER.interface], 'dhcp-socket-type': 'udp' },
      'lease-database': { type: 'memfile', persist: true, name: join(dir, 'leases.csv'), 'lfc-interval': 0 },
      'multi-threading': {
        'enable-multi-threading': threads > 0,
        ...(threads > 0 ? { 'thread-pool-size': threads, 'packet-queue-size': 64 } : {}),
      },
      'valid-lifetime': 3600,
      subnet4: [{ subnet: SERVER.cidr, pools: [{ pool: `${POOL.from} - ${POOL.to}` }] }],
      loggers: [
        { name: 'kea-dhcp4', severity: 'ERROR', output_options: [{ output: 'stdout' }] },
        { name: 'kea-dhcp4.dhcp4', severity: 'INFO', output_options: [{ output: 'stdout' }] },
      ],
    },
  };
}
