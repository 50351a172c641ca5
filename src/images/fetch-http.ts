/** http(s) sources: one download, taken up where it broke off. */
import { Agent, type Dispatcher, interceptors, request } from 'undici';
import type { Clock } from '../clock.ts';
import { IngotError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Download } from './download.ts';
import { shownSource } from './source.ts';

/** Seconds before a new attempt; the row restarts whenever an attempt brought new bytes. */
const BACKOFF_S = [1, 2, 4, 8, 16] as const;
/** Attempts in all, so that a server which cuts each connection after a few bytes does not hold us for ever. */
const MAX_ATTEMPTS = 50;
const HEADERS_TIMEOUT_MS = 60_000;
const SILENCE_TIMEOUT_MS = 60_000;
const MAX_REDIRECTIONS = 5;

export type HttpFetchOptions = {
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
};

/** Follows redirections, verifies TLS certificates; a request and a silent server time out. */
export function createHttpDispatcher(): Dispatcher {
  const agent = new Agent({
    headersTimeout: HEADERS_TIMEOUT_MS,
    bodyTimeout: SILENCE_TIMEOUT_MS,
    connect: { timeout: 20_000 },
  });
  return agent.compose(interceptors.redirect({ maxRedirections: MAX_REDIRECTIONS }));
}

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
      return { kind: 'refused', because, hint: hintFor(statusCode) };
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
      const because = `the server's TLS certificate is not trusted: ${reason(error)}`;
      return {
        kind: 'refused',
        because,
        hint: 'Start ingot with NODE_EXTRA_CA_CERTS=FILE that holds the issuing CA.',
      };
    }
    return { kind: 'again', because: `the connection failed: ${reason(error)}`, validator };
  }
}

function requestHeaders(url: URL, resume: number, validator: string | null): Record<string, string> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity', 'user-agent': 'ingot' };
  if (resume > 0 && validator !== null) {
    headers.range = `bytes=${resume}-`;
    headers['if-range'] = validator;
  }
  if (url.username !== '') {
    const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  }
  return headers;
}

function withoutCredentials(url: URL): URL {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  return plain;
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

function isTransient(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

function hintFor(status: number): string {
  if (status === 401 || status === 403)
    return 'Check the rights on the image, or put user and password into the URL.';
  return 'Check the URL of the image.';
}

const DISTRUST = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT)/;
const NETWORK = /^(UND_ERR|HPE_|ERR_(SSL|TLS)|E(CONN|HOST|NET|TIMEDOUT|PIPE|AI_AGAIN|NOTFOUND|ADDR|PROTO))/;

/** Errors of undici, sockets and TLS have such codes; ours and programming errors are not to be retried. */
function isNetworkError(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof IngotError) return false;
  return NETWORK.test(codeOf(error)) || isDistrust(error);
}

function isDistrust(error: Error): boolean {
  return DISTRUST.test(codeOf(error));
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}

function reason(error: Error): string {
  return error.message === '' ? codeOf(error) : error.message;
}

function unreachable(url: URL, because: string, hint: string): IngotError {
  return new IngotError('image_unreachable', `image ${shownSource(url.href)}: ${because}`, { hint });
}
