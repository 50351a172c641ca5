/**
 * Lets people into the ramdisk: the user `rescue` with all rights and the password whose hash Ironic gave, by ssh. The
 * server (dropbear) starts only here, and makes its host keys with the first login.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AgentError } from '../base/agent-error.ts';
import { type Run, runOk } from '../base/run.ts';

export const RESCUE_USER = 'rescue';
/** Sets the path of the programs (boot-assets/ramdisk/rescue-shell). */
const SHELL = '/usr/lib/ingot/rescue-shell';
const LONGEST_HASH = 256;

export type LoginTools = {
  readonly run: Run;
  /** `/etc` in a ramdisk. */
  readonly etcDir: string;
  /** A folder on tmpfs: what is in it belongs to this boot. */
  readonly runDir: string;
  /** 22 in a ramdisk. */
  readonly sshPort: number;
};

/**
 * A hash as crypt(3) makes them, such as `$5$salt$…`. Throws `invalid_params`: anything else could be a line of its
 * own.
 */
export function checkHash(hash: string): string {
  if (hash.length <= LONGEST_HASH && /^\$[0-9a-z]+\$[./0-9A-Za-z$=,]+$/.test(hash)) return hash;
  throw new AgentError('invalid_params', 'rescue_password is no hash of crypt(3), and hashed is true');
}

/** sha-crypt of a password that came as it is; given to the program by its standard input. */
export async function hashOf(password: string, run: Run): Promise<string> {
  if (password === '' || /[\r\n\0]/.test(password))
    throw new AgentError('invalid_params', 'rescue_password is empty, or has more than one line');
  const hash = await runOk(run, ['openssl', 'passwd', '-5', '-stdin'], { input: password });
  return checkHash(hash.trim());
}

/** Makes the user and starts the ssh server. Throws `execution` when it does not start. */
export async function openLogin(hash: string, { run, etcDir, runDir, sshPort }: LoginTools): Promise<void> {
  mkdirSync(join(etcDir, 'dropbear'), { recursive: true, mode: 0o700 });
  addLine(join(etcDir, 'passwd'), `${RESCUE_USER}:x:0:0:rescue:/root:${SHELL}`);
  addLine(join(etcDir, 'shells'), SHELL);
  addLine(join(etcDir, 'shadow'), `${RESCUE_USER}:${hash}:::::::`, 0o600);
  const pidFile = join(runDir, 'dropbear.pid');
  // An agent that ended in the middle of this is given the command again: its server runs already.
  if (existsSync(pidFile)) return;
  mkdirSync(runDir, { recursive: true });
  await runOk(run, ['dropbear', '-R', '-p', String(sshPort), '-P', pidFile]);
}

/** In place of the line of the same name, if there is one: the command may come twice. */
function addLine(path: string, line: string, mode = 0o644): void {
  const name = line.split(':', 1)[0];
  const others = linesOf(path).filter((one) => one !== '' && one.split(':', 1)[0] !== name);
  writeFileSync(path, `${[...others, line].join('\n')}\n`, { mode });
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    // Not there yet.
    return [];
  }
}
