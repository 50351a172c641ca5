/** Secrets come from files, so that they stand in no process's arguments. */
import type { IngotError } from '../errors.ts';
import { holdsSecret } from '../secret-words.ts';
import { usage } from './arguments.ts';
import { read } from './config-drive.ts';

/** A secret from a file (`-`: standard input); its last line end is not of it. */
export async function readSecret(path: string): Promise<string> {
  return (await read(path === '-' ? '/dev/stdin' : path)).replace(/\r?\n$/, '');
}

/** `instead`: what to do, as "write --image @FILE". */
export function secretInArguments(instead: string, usageLine: string): IngotError {
  return usage(`A secret on the command line is seen by everybody: ${instead}`, usageLine);
}

/** Whether the text is a URL with a password, or with what signs it. */
export function isSecretUrl(text: string): boolean {
  return holdsSecret({ text }, () => false);
}

/**
 * A URL among the arguments, or from the file that `@FILE` names. `asFile`: how the latter is written, such as
 * "--image @FILE". Throws `usage` for one with a login or a signature that stands among the arguments itself.
 */
export async function readUrl(
  given: string,
  { asFile, usageLine }: { readonly asFile: string; readonly usageLine: string },
): Promise<string> {
  if (given.startsWith('@')) return await readSecret(given.slice(1));
  if (isSecretUrl(given)) throw secretInArguments(`write ${asFile}`, usageLine);
  return given;
}
