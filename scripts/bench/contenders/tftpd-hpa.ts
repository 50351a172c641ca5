/** tftpd-hpa as Debian ships it; it knows `blksize` and no `windowsize`. */
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Field, PEERS, SERVER } from '../field.ts';
import type { Tools } from '../measure.ts';

const PROGRAM = join(PEERS, 'tftpd-hpa/usr/sbin/in.tftpd');
const START_MS = 5_000;

/** Serves the files of `folder`. Resolves when port 69 is taken. */
export async function startTftpdHpa(
  { wire }: Field,
  folder: string,
  { defer }: Pick<Tools, 'defer'>,
): Promise<void> {
  const where = ['--address', `${SERVER.address}:69`, '--user', 'root', '--secure', folder];
  const child = wire.start('server', PROGRAM, '--foreground', '--listen', ...where);
  const exited = once(child, 'exit');
  defer(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  for (const until = Date.now() + START_MS; Date.now() < until; await sleep(50)) {
    if (child.exitCode !== null) break;
    const { output } = await wire.run('server', 'ss', '-Hlun', 'sport = :69');
    if (output.trim() !== '') return;
  }
  throw new Error('tftpd-hpa did not start');
}
