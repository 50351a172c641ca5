/**
 * From the file name that a client sends to names to look up. There is no file system behind this: a name is
 * a key of the manifest or it is nothing, so `..`, NUL, `%2e` and absolute paths simply miss.
 */

import type { Ipv4 } from '../net/ipv4.ts';
import { printable } from '../plain-text.ts';

/**
 * Whatever can be asked for a file by its (lower-case) name: a `Map`, or a function that renders a file for this
 * client's address. It answers from memory, at once. Transfers keep the content as it is and copy nothing, so all of a
 * large file's transfers share the one that is held (also over a `SharedArrayBuffer`); it must not change in place.
 */
export type TftpFiles = { get(name: string, client: Ipv4): Uint8Array | undefined };

/** Asks each source in turn: the first that has the file serves it. */
export function firstOf(...sources: readonly TftpFiles[]): TftpFiles {
  return {
    get: (name, client) => {
      for (const source of sources) {
        const content = source.get(name, client);
        if (content !== undefined) return content;
      }
      return undefined;
    },
  };
}

/** Characters looked at in a name; no file of ours has a longer one. */
const MAX_NAME = 512;
const TRAILING_JUNK = new Set(['\u00ff', ' ', '\t', '\r', '\n']);

/**
 * The name as the manifest spells it: backslashes (also as `%5C`) become slashes, leading and double slashes and each
 * `./` go, and so do the 0xFF bytes and blanks that some ROMs leave behind the name.
 */
export function normaliseName(requested: string): string {
  const slashed = requested.slice(0, MAX_NAME).replaceAll(/%5c/gi, '/').replaceAll('\\', '/');
  const plain = slashed.replaceAll(/(^|\/)(?:\.?\/)+/g, '$1');
  let to = plain.length;
  while (to > 0 && TRAILING_JUNK.has(plain[to - 1] ?? '')) to--;
  return plain.slice(0, to);
}

/** The file that was meant, with the name it has in the manifest; null when there is none. */
export function findFile(
  files: TftpFiles,
  asked: { readonly requested: string; readonly client: Ipv4 },
): { readonly name: string; readonly content: Uint8Array } | null {
  const exact = normaliseName(asked.requested);
  for (const name of new Set([exact, exact.toLowerCase()])) {
    const content = files.get(name, asked.client);
    if (content !== undefined) return { name, content };
  }
  return null;
}

/** The name for people: printable ASCII, at most 80 characters. */
export function printableName(requested: string): string {
  return printable(requested, 80);
}
