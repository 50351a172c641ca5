/** Running the ramdisk's programs: arguments as a list (no shell), output and time bounded. */
import { execFile } from 'node:child_process';
import { AgentError } from './agent-error.ts';

export type RunResult = { readonly code: number; readonly stdout: string; readonly stderr: string };
export type RunOptions = {
  readonly timeoutMs?: number;
  /** Text for the program's standard input. */
  readonly input?: string;
};
/** Runs a program to its end, whatever its exit code; rejects `execution` when it cannot run or takes too long. */
export type Run = (program: string, args: readonly string[], options?: RunOptions) => Promise<RunResult>;

const OUTPUT_BYTES = 16 * 1024 * 1024;

export const systemRun: Run = (program, args, options = {}) =>
  new Promise((resolve, reject) => {
    const timeout = options.timeoutMs ?? 60_000;
    const child = execFile(
      program,
      [...args],
      { timeout, maxBuffer: OUTPUT_BYTES, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } },
      (error, stdout, stderr) => {
        if (error === null) resolve({ code: 0, stdout, stderr });
        else if (typeof error.code === 'number') resolve({ code: error.code, stdout, stderr });
        else reject(new AgentError('execution', cannotRun(program, error, timeout), { cause: error }));
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });

function cannotRun(
  program: string,
  error: Error & { code?: unknown; killed?: boolean },
  timeout: number,
): string {
  if (error.code === 'ENOENT')
    return `the program ${program} is missing in this ramdisk: build it with ${program} in it`;
  if (error.killed === true) return `${program} did not end within ${timeout / 1000} s and was stopped`;
  return `${program} could not run: ${error.message}`;
}

/** Like `run`, but an exit code other than 0 rejects with what the program said. */
export async function runOk(
  run: Run,
  command: readonly [string, ...string[]],
  options?: RunOptions,
): Promise<string> {
  const [program, ...args] = command;
  const { code, stdout, stderr } = await run(program, args, options);
  if (code === 0) return stdout;
  const said = (stderr.trim() || stdout.trim()).split('\n').slice(-3).join(' / ');
  throw new AgentError('execution', `${command.join(' ')} ended with code ${code}: ${said}`);
}
