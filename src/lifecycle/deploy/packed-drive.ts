/**
 * A config drive that its user has packed: base64 of a gzipped volume, as OpenStack's clients make it, or the http(s)
 * URL of such a text. It goes to the agent as it is; what is in it, only the agent looks at.
 */
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { IngotError } from '../../errors.ts';

/** Unpacked: the most that Ironic allows a config drive to have, and agents take. */
const MAX_BYTES = 64 * 1024 * 1024;
/**
 * Of the text, a byte a character: what is packed is kept with its node, and real drives have some KiB to a few MiB.
 */
export const PACKED_DRIVE_MAX_BYTES = 4 * 1024 * 1024;
const URL_MAX_LENGTH = 2_000;
/** The beginning of every gzip file (RFC 1952 section 2.3.1: 1f 8b 08), in base64. */
const GZIP_BEGINS = 'H4sI';
const CHUNK_CHARACTERS = 4 * 16_384;

export function isDriveUrl(text: string): boolean {
  return text.includes('://');
}

/**
 * Throws `invalid_input` for what can be neither a packed volume nor the URL of one, `too_large` above 4 MiB of text;
 * never tells what is in it.
 */
export function refuseOddDrive(text: string): void {
  if (text.length > PACKED_DRIVE_MAX_BYTES)
    throw tooLarge(`The text of the packed config drive is longer than ${mib(PACKED_DRIVE_MAX_BYTES)}`);
  if (isDriveUrl(text)) {
    if (/^https?:\/\/[!-~]+$/.test(text) && text.length <= URL_MAX_LENGTH && URL.canParse(text)) return;
    throw unusable('its URL is no http:// or https:// one that ingot can read');
  }
  // In Ironic's words (ironic/api/controllers/v1/utils.py, check_allow_configdrive).
  if (!/^[A-Za-z0-9+/=\s]*$/.test(text))
    throw new IngotError(
      'invalid_input',
      'Invalid configdrive format: it is neither a JSON, nor a URL, nor a base64 string',
      { hint: HINT },
    );
  if (!text.trimStart().startsWith(GZIP_BEGINS)) throw unusable('its base64 holds no gzip file');
}

/**
 * Unpacks it, and keeps nothing of it. Rejects as `refuseOddDrive` throws, with `invalid_input` when it cannot be
 * unpacked, with `too_large` above 64 MiB.
 */
export async function checkPackedDrive(text: string): Promise<void> {
  refuseOddDrive(text);
  try {
    await pipeline(bytesOf(text), createGunzip(), async (unpacked: AsyncIterable<Buffer>) => {
      let bytes = 0;
      for await (const chunk of unpacked) {
        bytes += chunk.length;
        if (bytes > MAX_BYTES) throw tooLarge(`The config drive has more than ${mib(MAX_BYTES)} unpacked`);
      }
    });
  } catch (error) {
    throw error instanceof IngotError ? error : unusable('it cannot be unpacked');
  }
}

/** A piece at a time, each of whole groups of four characters: beside the text no copy of all of it is made. */
function* bytesOf(text: string): Generator<Buffer> {
  let rest = '';
  for (let at = 0; at < text.length; at += CHUNK_CHARACTERS) {
    const piece = rest + text.slice(at, at + CHUNK_CHARACTERS).replaceAll(/\s/g, '');
    const whole = piece.length - (piece.length % 4);
    yield Buffer.from(piece.slice(0, whole), 'base64');
    rest = piece.slice(whole);
  }
  yield Buffer.from(rest, 'base64');
}

const HINT =
  'Give base64 of a gzipped ISO 9660 image labelled config-2 (`baremetal node deploy --config-drive DIR` makes one), its ' +
  'http(s) URL, or a JSON object with meta_data, user_data, network_data and vendor_data.';

function unusable(because: string): IngotError {
  return new IngotError('invalid_input', `The config drive cannot be used: ${because}`, { hint: HINT });
}

function tooLarge(message: string): IngotError {
  return new IngotError('too_large', message, {
    hint: 'Shorten its user data: let the machine fetch large files itself.',
  });
}

function mib(bytes: number): string {
  return `${bytes / 1024 ** 2} MiB`;
}
