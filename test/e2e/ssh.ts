/** A look into a deployed system with Debian's own ssh, from the seed node over the LCM network. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Rig } from '../../scripts/rig.ts';
import { labRun } from '../../src/lab/exec.ts';

export type SshKey = { readonly file: string; readonly publicKey: string; remove(): Promise<void> };

export async function makeSshKey(): Promise<SshKey> {
  const dir = await mkdtemp(join(tmpdir(), 'ingot-ssh-'));
  const file = join(dir, 'key');
  await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  const publicKey = (await readFile(`${file}.pub`, 'utf8')).trim();
  return { file, publicKey, remove: () => rm(dir, { recursive: true, force: true }) };
}

const OPTIONS = [
  'StrictHostKeyChecking=no',
  'UserKnownHostsFile=/dev/null',
  'BatchMode=yes',
  'ConnectTimeout=10',
  'LogLevel=ERROR',
];
const ATTEMPTS = 12;

/** Cloud images have a user named after the distribution. The daemon of sshd may start after the report. */
export async function sshInto(
  rig: Rig,
  { address, key, command }: { readonly address: string; readonly key: SshKey; readonly command: string },
): Promise<string> {
  const options = OPTIONS.flatMap((option) => ['-o', option]);
  let said = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const argv = ['ssh', '-i', key.file, ...options, `debian@${address}`, command];
    const result = await labRun(rig.lab.dir, 'seed', { argv, timeout_ms: 60_000 });
    if (result.code === 0) return result.stdout;
    said = result.stderr;
    await sleep(5_000);
  }
  throw new Error(`ssh to ${address} did not succeed: ${said}`);
}
