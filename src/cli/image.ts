/** An image on the command line: `URL|FILE`, `--checksum`, `--format`. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { IngotError } from '../errors.ts';
import { usage } from './arguments.ts';

const FORMATS = ['raw', 'qcow2'];
const CHECKSUM = /^(sha256|sha512):([0-9a-f]{64}|[0-9a-f]{128})$/i;

export const IMAGE_HELP = `  --checksum ALGO:HEX     sha256:… or sha512:… of that file
  --format FORMAT         raw or qcow2 (default: by the name's ending, else raw)
`;

type Given = { readonly source: string; readonly checksum: string; readonly format: string | null };

export type CliImage = {
  /** A URL. */
  readonly source: string;
  readonly format: string;
  readonly checksum: { readonly algorithm: string; readonly value: string };
};

/** Throws `usage`, or `invalid_input` for a file that is not there. */
export function readImage(given: Given, usageLine: string): CliImage {
  const [, algorithm = '', value = ''] = CHECKSUM.exec(given.checksum) ?? [];
  if (value.length !== (algorithm.toLowerCase() === 'sha512' ? 128 : 64)) {
    throw usage('--checksum is sha256: and 64 hexadecimal digits, or sha512: and 128', usageLine);
  }
  const format = given.format ?? (/\.qcow2?$/.test(given.source) ? 'qcow2' : 'raw');
  if (!FORMATS.includes(format)) throw usage(`--format is one of ${FORMATS.join(', ')}`, usageLine);
  return {
    source: sourceUrl(given.source),
    format,
    checksum: { algorithm: algorithm.toLowerCase(), value: value.toLowerCase() },
  };
}

function sourceUrl(image: string): string {
  if (/^(https?|file):\/\//.test(image)) return image;
  if (existsSync(image)) return `file://${resolve(image)}`;
  throw new IngotError('invalid_input', `There is no image file ${image}`, {
    hint: "Give a URL, or a file that the daemon's machine has.",
  });
}
