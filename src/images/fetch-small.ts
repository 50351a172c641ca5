/** A small file by http(s), whole or not at all: what stands beside an image. */
import { type Dispatcher, request } from 'undici';
import { IngotError } from '../errors.ts';
import {
  DISTRUST_HINT,
  hintFor,
  isDistrust,
  isNetworkError,
  isTransient,
  plainHeaders,
  reasonOf,
  withoutCredentials,
} from './http-manners.ts';
import { shownSource } from './source.ts';

/** For all of it, redirections among it. */
const TIMEOUT_MS = 60_000;

export type SmallFile = {
  /** What it is, for messages: "the checksum list". */
  readonly what: string;
  readonly url: URL;
  /** Whole MiB. */
  readonly maxBytes: number;
};

export type FetchTools = { readonly dispatcher: Dispatcher; readonly signal?: AbortSignal | undefined };

/**
 * Its bytes. Rejects with `image_unreachable` where another attempt may help, else with `image_refused`; with
 * `too_large` above `maxBytes`. No message has the URL's user, password or query.
 */
export async function fetchSmall(file: SmallFile, { dispatcher, signal }: FetchTools): Promise<Buffer> {
  const { what, url, maxBytes } = file;
  const at = `${what} ${shownSource(url.href)}`;
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const { statusCode, body } = await request(withoutCredentials(url), {
      dispatcher,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      headers: plainHeaders(url),
    });
    if (statusCode !== 200) {
      await body.dump();
      const code = isTransient(statusCode) ? 'image_unreachable' : 'image_refused';
      throw new IngotError(code, `${at}: the server answered ${statusCode}`, {
        hint: hintFor(statusCode, what),
      });
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body) {
      const part = Buffer.from(chunk);
      bytes += part.length;
      if (bytes > maxBytes) throw tooLarge(at, maxBytes);
      chunks.push(part);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted) throw unreachable(at, `it did not come within ${TIMEOUT_MS / 1000} s`);
    if (!isNetworkError(error)) throw error;
    if (isDistrust(error))
      throw new IngotError(
        'image_refused',
        `${at}: the server's TLS certificate is not trusted: ${reasonOf(error)}`,
        {
          hint: DISTRUST_HINT,
        },
      );
    throw unreachable(at, `the connection failed: ${reasonOf(error)}`);
  }
}

function unreachable(at: string, because: string): IngotError {
  return new IngotError('image_unreachable', `${at}: ${because}`, {
    hint: 'Check that the server runs and that this machine reaches it: curl -I with the same URL.',
  });
}

function tooLarge(at: string, maxBytes: number): IngotError {
  return new IngotError('too_large', `${at} is larger than ${maxBytes / 1024 ** 2} MiB`, {
    hint: 'Check whether the URL names another file; if not, make this one smaller.',
  });
}
