/** A look into a deployed system with Debian's own ssh, from the seed node over the LCM network. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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

export type Login = {
  /** As `ssh` takes it: `rescue@10.20.1.5`. */
  readonly to: string;
  readonly password: string;
  readonly command: string;
};

/** One try with a password, which ssh takes from a file by way of its own program for that: never from arguments. */
export async function sshByPassword(
  rig: Rig,
  { to, password, command }: Login,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'ingot-ssh-'));
  try {
    const ask = join(dir, 'ask');
    await writeFile(join(dir, 'password'), password, { mode: 0o600 });
    await writeFile(ask, `#!/bin/sh\ncat '${join(dir, 'password')}'\n`, { mode: 0o700 });
    const byPassword = ['BatchMode=no', 'PreferredAuthentications=password', 'NumberOfPasswordPrompts=1'];
    const options = [...byPassword, ...OPTIONS].flatMap((option) => ['-o', option]);
    const environment = ['env', `SSH_ASKPASS=${ask}`, 'SSH_ASKPASS_REQUIRE=force'];
    const argv = [...environment, 'ssh', ...options, to, command];
    return await labRun(rig.lab.dir, 'seed', { argv, timeout_ms: 60_000 });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

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
