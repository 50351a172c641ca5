/** The files that sha256sum, sha512sum and their kin write: which checksum a file of a name has. Pure. */
import { type Checksum, HASH_DIGITS, type HashAlgorithm } from './images.ts';

type Line = { readonly hash: string; readonly name: string };

/** GNU: `HASH  NAME`, `HASH *NAME` for binary mode, `\\HASH  NAME` where the name has odd characters. */
const GNU = /^\\?([0-9a-f]{32,128})[ \t]+\*?(\S.*)$/i;
/** BSD, and `--tag`: `SHA256 (NAME) = HASH`. */
const BSD = /^[A-Z0-9-]{3,12} ?\((.+)\) ?= ?([0-9a-f]{32,128})$/i;
const BARE = /^[0-9a-f]{32,128}$/i;

/**
 * The checksum of the file `name` (its last part counts, in list and source); of several the one of `wanted`, else the
 * strongest. A list of one line that is a checksum alone goes for any name. `problem`: why there is none to use.
 */
export function checksumIn(
  list: string,
  { name, wanted }: { readonly name: string; readonly wanted: HashAlgorithm | null },
): Checksum | { readonly problem: string } {
  const lines = list
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const [only] = lines;
  const bare = lines.length === 1 && only !== undefined && BARE.test(only);
  const hashes = bare
    ? [only]
    : lines
        .flatMap((line) => lineOf(line) ?? [])
        .filter((line) => isNamed(line, name))
        .map(({ hash }) => hash);
  if (hashes.length === 0) return { problem: `has no checksum of ${name}` };
  const usable = ALGORITHMS.filter((one) => wanted === null || wanted === one).flatMap((algorithm) => {
    const value = hashes.find((hash) => hash.length === HASH_DIGITS[algorithm]);
    return value === undefined ? [] : [{ algorithm, value: value.toLowerCase() }];
  });
  return usable[0] ?? { problem: `has no ${wanted ?? 'SHA-256 or SHA-512'} of ${bare ? 'the image' : name}` };
}

/** The strongest first. */
const ALGORITHMS: readonly HashAlgorithm[] = ['sha512', 'sha256'];

function lineOf(line: string): Line | null {
  const [, hash, name] = GNU.exec(line) ?? [];
  if (hash !== undefined && name !== undefined) return { hash, name };
  const [, tagged, value] = BSD.exec(line) ?? [];
  return tagged === undefined || value === undefined ? null : { hash: value, name: tagged };
}

function isNamed(line: Line, name: string): boolean {
  return line.name.split('/').at(-1) === name;
}
