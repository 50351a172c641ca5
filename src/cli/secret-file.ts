import { read } from './config-drive.ts';

/** A secret from a file (`-`: standard input), so that it stands in no process's arguments; its last line end is not of it. */
export async function readSecret(path: string): Promise<string> {
  return (await read(path === '-' ? '/dev/stdin' : path)).replace(/\r?\n$/, '');
}
