/** What a process is called where people look for it: a thread may have renamed itself ("MainThread"). */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/** Programs whose first argument says more than they do. */
const INTERPRETER = /^(node|nodejs|bun|deno|python[\d.]*|perl[\d.]*|ruby[\d.]*|java|sh|bash|dash)$/;

/** A file's path, and no program text (`-c`), of which nobody knows what stands in it. */
const FILE = /^[\w./+-]+\.\w+$/;

/** From `/proc/PID/cmdline` (arguments, each with a NUL behind); null when it says nothing. Pure. */
export function programName(commandLine: string): string | null {
  const [program = '', ...words] = commandLine.split('\0');
  // Daemons rewrite it: "nginx: master process /usr/sbin/nginx".
  const name = basename(program.split(/[: ]/, 1)[0] ?? '');
  if (name === '') return null;
  const [script, verb] = words.filter((word) => word !== '' && !word.startsWith('-'));
  if (verb === 'serve' && script?.endsWith('/src/main.ts')) return 'ingot';
  return INTERPRETER.test(name) && script !== undefined && FILE.test(script)
    ? `${name} ${basename(script)}`
    : name;
}

/** Null for a process that is gone, and for threads of the kernel. */
export async function programOf(pid: number): Promise<string | null> {
  return programName(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
}
