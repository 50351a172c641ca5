/** What all our requests to image servers have in common: time-outs, credentials, and what their answers mean. */
import { Agent, type Dispatcher, interceptors } from 'undici';
import { IngotError } from '../errors.ts';
import { shownSource } from './source.ts';

const HEADERS_TIMEOUT_MS = 60_000;
const SILENCE_TIMEOUT_MS = 60_000;
const MAX_REDIRECTIONS = 5;

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
 * `identity`: what is hashed is what the server keeps. User and password of the URL become a header; throws
 * `image_refused` where they cannot be decoded, without telling them.
 */
export function plainHeaders(url: URL): Record<string, string> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity', 'user-agent': 'ingot' };
  if (url.username !== '') {
    headers.authorization = `Basic ${Buffer.from(credentialsOf(url)).toString('base64')}`;
  }
  return headers;
}

function credentialsOf(url: URL): string {
  try {
    return `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  } catch {
    throw new IngotError(
      'image_refused',
      `${shownSource(url.href)}: user or password in the URL cannot be decoded`,
      { hint: 'Write a % in them as %25, and what is no ASCII in UTF-8.' },
    );
  }
}

export function withoutCredentials(url: URL): URL {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  return plain;
}

export const DISTRUST_HINT = 'Start ingot with NODE_EXTRA_CA_CERTS=FILE that holds the issuing CA.';

export function isTransient(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/** What to do about an answer that another attempt will not change; `what` was asked for: "the image". */
export function hintFor(status: number, what: string): string {
  if (status === 401 || status === 403)
    return `Check the rights on ${what}, or put user and password into the URL.`;
  return `Check the URL of ${what}.`;
}

const DISTRUST = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT)/;
const NETWORK = /^(UND_ERR|HPE_|ERR_(SSL|TLS)|E(CONN|HOST|NET|TIMEDOUT|PIPE|AI_AGAIN|NOTFOUND|ADDR|PROTO))/;

/** Errors of undici, sockets and TLS have such codes; ours and programming errors are not to be retried. */
export function isNetworkError(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof IngotError) return false;
  return NETWORK.test(codeOf(error)) || isDistrust(error);
}

export function isDistrust(error: Error): boolean {
  return DISTRUST.test(codeOf(error));
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}

export function reasonOf(error: Error): string {
  return error.message === '' ? codeOf(error) : error.message;
}
