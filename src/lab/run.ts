/** Runs a program to its end, bounded in time and output. */
import { spawn } from 'node:child_process';
import { IngotError } from '../errors.ts';

/** Where Debian and Ubuntu keep the programs that a lab starts. */
const PROGRAM_PACKAGES: Readonly<Record<string, string>> = {
  unshare: 'util-linux',
  nsenter: 'util-linux',
  mount: 'mount',
  ip: 'iproute2',
  openssl: 'openssl',
  'qemu-system-x86_64': 'qemu-system-x86',
  'qemu-system-aarch64': 'qemu-system-arm',
};

const MAX_OUTPUT = 256 * 1024;

export type RunOptions = {
  readonly argv: readonly string[];
  readonly cwd?: string;
  /** Written to its standard input. */
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeout_ms?: number;
};

export type RunResult = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

function missingProgram(program: string): IngotError {
  const from = PROGRAM_PACKAGES[program];
  return new IngotError('missing_program', `The program "${program}" is not installed`, {
    hint: from === undefined ? 'Install it.' : `Install it with: apt-get install ${from}`,
  });
}

/** The exit code (null: a signal ended it) and the first 256 KiB of each output. @throws IngotError */
export function run(options: RunOptions): Promise<RunResult> {
  const [program = '', ...args] = options.argv;
  const limit = options.timeout_ms ?? 30_000;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: options.cwd, env: options.env, stdio: 'pipe' });
    let stdout = '';
    let stderr = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limit);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (stdout.length < MAX_OUTPUT) stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < MAX_OUTPUT) stderr += text;
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      const missing = 'code' in error && error.code === 'ENOENT';
      reject(missing ? missingProgram(program) : environment(`Cannot start "${program}"`, error.message));
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      if (late) reject(environment(`"${program}" did not end within ${limit / 1000} s`, stderr));
      else resolve({ code, stdout, stderr });
    });
    // A program that ends without reading its input is judged by its exit code.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/** Like `run`, and anything but exit code 0 is an error that says what was attempted. */
export async function runOrFail(attempted: string, options: RunOptions): Promise<string> {
  const result = await run(options);
  if (result.code === 0) return result.stdout;
  throw environment(`${attempted} failed`, result.stderr || result.stdout || 'it said nothing');
}

function environment(message: string, said: string): IngotError {
  return new IngotError('environment', `${message}: ${said.trim().slice(-2000)}`, {
    hint: 'The system refused this step. Check the rights and limits of this machine or container.',
  });
}
