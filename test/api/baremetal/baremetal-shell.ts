/**
 * The shell of Debian's `baremetal` in one long-lived process: its start takes seconds, a command then a tenth of one.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = join(import.meta.dirname, 'baremetal_shell.py');

export type Answered = { readonly code: number; readonly out: string; readonly err: string };

export type BaremetalShell = {
  run(words: readonly string[]): Promise<Answered>;
  stop(): Promise<void>;
};

/** `login`: the words before every command. `home`: an empty folder. */
export function startBaremetalShell(login: readonly string[], home: string): BaremetalShell {
  // Proxies' authorities in the environment would be read by its HTTP libraries.
  const env = { PATH: process.env.PATH ?? '', HOME: home };
  const child = spawn('/usr/bin/python3', [PROGRAM], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    run: async (words) => {
      child.stdin.write(`${JSON.stringify([...login, ...words])}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the shell ended at: ${words.join(' ')}`);
      return JSON.parse(value) as Answered;
    },
    stop: () => ended(child),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.stdin?.end();
  await exited;
}
