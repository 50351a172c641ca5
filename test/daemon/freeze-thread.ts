import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Hangs one thread of a process by ptrace(2); resolves when it stands still, to the way to let it go on. */
export async function freezeThread(pid: string, name: string): Promise<() => Promise<void>> {
  const program = join(import.meta.dirname, 'freeze-thread.py');
  const child = spawn('/usr/bin/python3', [program, pid, name], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [first] = await Promise.race([once(child.stdout, 'data'), exited]);
  if (String(first).trim() !== 'frozen') throw new Error(`the thread "${name}" could not be stopped`);
  return async () => {
    child.stdin.end();
    await exited;
  };
}
