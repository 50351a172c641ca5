/** nginx as Debian ships it: one process, sendfile, no log. */
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Field, PEERS, SERVER } from '../field.ts';
import type { Tools } from '../measure.ts';

const PROGRAM = join(PEERS, 'nginx/usr/sbin/nginx');
const PORT = 8080;
const START_MS = 5_000;

export type Nginx = { readonly url: string; readonly pid: number };

/** Serves the files of `folder`. Resolves when it listens. */
export async function startNginx(
  { dir, wire }: Field,
  folder: string,
  { defer }: Pick<Tools, 'defer'>,
): Promise<Nginx> {
  const own = join(dir, 'nginx');
  await mkdir(own);
  const file = join(own, 'nginx.conf');
  await writeFile(file, configuration(own, folder));
  const child = wire.start('server', PROGRAM, '-e', join(own, 'error.log'), '-p', own, '-c', file);
  const exited = once(child, 'exit');
  defer(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  for (const until = Date.now() + START_MS; Date.now() < until; await sleep(50)) {
    if (child.exitCode !== null || child.pid === undefined) break;
    const { output } = await wire.run('server', 'ss', '-Hltn', `sport = :${PORT}`);
    // `ip netns exec` becomes the program: its process is nginx.
    if (output.trim() !== '') return { url: `http://${SERVER.address}:${PORT}`, pid: child.pid };
  }
  throw new Error('nginx did not start');
}

/** `master_process off`: the one process is the worker, and its CPU time all there is. */
function configuration(own: string, folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `daemon off;
master_process off;
worker_processes 1;
user root;
pid ${own}/pid;
events { worker_connections 1024; }
http {
  ${temporary.map((name) => `${name}_temp_path ${own}/${name};`).join('\n  ')}
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  server { listen ${SERVER.address}:${PORT}; root ${folder}; }
}
`;
}
