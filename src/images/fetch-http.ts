/** http(s) sources: one download, taken up where it broke off. */
import { type Dispatcher, request } from 'undici';
import type { Clock } from '../clock.ts';
import { IngotError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Download } from './download.ts';
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

/** Seconds before a new attempt; the row restarts whenever an attempt brought new bytes. */
const BACKOFF_S = [1, 2, 4, 8, 16] as const;
/** Attempts in all, so that a server which cuts each connection after a few bytes does not hold us for ever. */
const MAX_ATTEMPTS = 50;

export type HttpFetchOptions = {
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
};

/**
 * Fetches the source into `download`. A broken connection, a time-out, 408, 429 and 5xx are tried again with
 * back-off and `Range` + `If-Range` (RFC 9110 sections 13.1.5 and 14.2). Rejects with `image_unreachable`
 * when that does not help, and at once with `image_refused` for any other answer.
 */
export async function fetchHttp(url: URL, download: Download, options: HttpFetchOptions): Promise<void> {
  let validator: string | null = null;
  let inVain = 0;
  for (let attempt = 1; ; attempt += 1) {
    const before = download.received;
    const outcome = await attemptOnce(url, download, { ...options, validator });
    if (outcome.kind === 'done') return;
    if (outcome.kind === 'refused') {
      throw new IngotError('image_refused', `image ${shownSource(url.href)}: ${outcome.because}`, {
        hint: outcome.hint,
      });
    }
    validator = outcome.validator;
    inVain = download.received > before ? 0 : inVain + 1;
    const delay = BACKOFF_S[inVain];
    if (delay === undefined || attempt >= MAX_ATTEMPTS) {
      throw unreachable(
        url,
        `${outcome.because} (attempt ${attempt}, ${download.received} bytes received)`,
        'Check that the server runs and that this machine reaches it: curl -I with the same URL.',
      );
    }
    const fields = { source: shownSource(url.href), attempt, received: download.received };
    options.log.warn(fields, `image download: ${outcome.because}; trying again in ${delay} s`);
    await options.clock.sleep(delay * 1000, options.signal);
  }
}

type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly because: string; readonly validator: string | null }
  | { readonly kind: 'refused'; readonly because: string; readonly hint: string };

async function attemptOnce(
  url: URL,
  download: Download,
  options: HttpFetchOptions & { readonly validator: string | null },
): Promise<Outcome> {
  let { validator } = options;
  try {
    // Without a validator nobody can tell whether the file is still the same: then from the start.
    const resume = download.received > 0 && validator !== null ? download.received : 0;
    const { statusCode, headers, body } = await request(withoutCredentials(url), {
      dispatcher: options.dispatcher,
      signal: options.signal,
      headers: requestHeaders(url, resume, validator),
    });
    if (statusCode !== 200 && !(statusCode === 206 && resume > 0)) {
      await body.dump();
      if (statusCode === 416) return { kind: 'again', because: 'the server cannot resume', validator: null };
      const because = `the server answered ${statusCode}`;
      if (isTransient(statusCode)) return { kind: 'again', because, validator };
      return { kind: 'refused', because, hint: hintFor(statusCode, 'the image') };
    }
    const length = numberOf(headers['content-length']);
    const from = statusCode === 206 ? rangeStart(headers['content-range']) : 0;
    if (statusCode === 206 && from !== download.received) {
      body.destroy();
      return { kind: 'again', because: 'the server sent another range than asked', validator: null };
    }
    if (statusCode === 200 && download.received > 0) await download.restart();
    validator = validatorOf(headers);
    await download.expect(length === null ? null : download.received + length);
    for await (const chunk of body) await download.write(chunk as Uint8Array);
    return { kind: 'done' };
  } catch (error) {
    options.signal.throwIfAborted();
    if (!isNetworkError(error)) throw error;
    if (isDistrust(error)) {
      const because = `the server's TLS certificate is not trusted: ${reasonOf(error)}`;
      return { kind: 'refused', because, hint: DISTRUST_HINT };
    }
    return { kind: 'again', because: `the connection failed: ${reasonOf(error)}`, validator };
  }
}

function requestHeaders(url: URL, resume: number, validator: string | null): Record<string, string> {
  const headers = plainHeaders(url);
  if (resume > 0 && validator !== null) {
    headers.range = `bytes=${resume}-`;
    headers['if-range'] = validator;
  }
  return headers;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** A strong ETag, or the date; a weak ETag must not be used with ranges. */
function validatorOf(headers: Headers): string | null {
  const { etag } = headers;
  if (typeof etag === 'string' && !etag.startsWith('W/')) return etag;
  const date = headers['last-modified'];
  return typeof date === 'string' ? date : null;
}

function numberOf(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : null;
}

function rangeStart(header: string | string[] | undefined): number | null {
  const match = typeof header === 'string' ? /^bytes (\d{1,15})-/.exec(header) : null;
  return match === null ? null : Number(match[1]);
}

function unreachable(url: URL, because: string, hint: string): IngotError {
  return new IngotError('image_unreachable', `image ${shownSource(url.href)}: ${because}`, { hint });
}
