/** An image on the command line: `URL|FILE|@FILE`, `--checksum`, `--format`. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { IngotError } from '../errors.ts';
import { usage } from './arguments.ts';
import { readUrl } from './secret-file.ts';

const FORMATS = ['raw', 'qcow2'];
const CHECKSUM = /^(sha256|sha512):([0-9a-f]{64}|[0-9a-f]{128})$/i;

export const FORMAT_HELP = `  --format FORMAT         raw or qcow2 (default: by the name's ending, else raw)
`;

type Given = {
  readonly source: string;
  readonly format: string | null;
  /** How a source from a file is written, for those that hold a secret: "--image @FILE". */
  readonly asFile: string;
};

export type CliImage = {
  /** A URL. */
  readonly source: string;
  readonly format: string;
};

/** Throws `usage`, or `invalid_input` for a file that is not there. */
export async function readImage(given: Given, usageLine: string): Promise<CliImage> {
  const source = await readUrl(given.source, { asFile: given.asFile, usageLine });
  const format = given.format ?? (/\.qcow2?$/.test(source) ? 'qcow2' : 'raw');
  if (!FORMATS.includes(format)) throw usage(`--format is one of ${FORMATS.join(', ')}`, usageLine);
  return { source: sourceUrl(source), format };
}

/** `sha256:HEX` or `sha512:HEX`. Throws `usage` with `forms`, what may be given. */
export function readChecksum(
  given: string,
  { forms, usageLine }: { readonly forms: string; readonly usageLine: string },
): { readonly algorithm: string; readonly value: string } {
  const [, algorithm = '', value = ''] = CHECKSUM.exec(given) ?? [];
  if (value.length !== (algorithm.toLowerCase() === 'sha512' ? 128 : 64))
    throw usage(`--checksum is ${forms}`, usageLine);
  return { algorithm: algorithm.toLowerCase(), value: value.toLowerCase() };
}

export const CHECKSUM_FORMS = 'sha256: and 64 hexadecimal digits, or sha512: and 128';

function sourceUrl(image: string): string {
  // What the daemon does not speak it refuses by itself, with what it does.
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(image)) return image;
  if (existsSync(image)) return `file://${resolve(image)}`;
  throw new IngotError('invalid_input', `There is no image file ${image}`, {
    hint: "Give a URL (http://, https:// or file:///), or a file that the daemon's machine has.",
  });
}
