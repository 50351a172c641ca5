/** One HTTP exchange with the daemon's API, over TCP or its Unix socket; failures as `IngotError`. */
import { Agent, type Dispatcher, request } from 'undici';
import { ERROR_CODES, type ErrorCode, IngotError } from '../errors.ts';
import { errorAnswer, loginAnswer } from './answers.ts';
import { type Login, NO_LOGIN } from './credentials.ts';

const MICROVERSION = '1.96';
const HEADERS_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 10_000;

export type Connection = {
  /** As the user wrote it, for messages. */
  readonly url: string;
  /** Sends and returns the parsed answer (null when it has no body). Throws what the API refuses. */
  send(method: Method, path: string, body?: unknown): Promise<unknown>;
  /** Opens a stream; the caller consumes or destroys its body. */
  stream(path: string, options: StreamOptions): Promise<Dispatcher.ResponseData['body']>;
  close(): Promise<void>;
};

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type StreamOptions = {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

/** `http://host:port`, `https://host:port` or `unix:///path/ingot.sock`. Throws `usage` for anything else. */
export function connect(url: string, { authorization, ca }: Login = NO_LOGIN): Connection {
  const { origin, socketPath } = readUrl(url);
  const dispatcher = new Agent({
    connect: {
      timeout: CONNECT_TIMEOUT_MS,
      ...(socketPath === null ? {} : { socketPath }),
      ...(ca === null ? {} : { ca }),
    },
    headersTimeout: HEADERS_TIMEOUT_MS,
    // An event stream is silent between its heartbeats.
    bodyTimeout: HEADERS_TIMEOUT_MS,
  });
  const exchange = async (
    path: string,
    options: Partial<Omit<Dispatcher.RequestOptions, 'headers'>> & {
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<Dispatcher.ResponseData> => {
    const method = options.method ?? 'GET';
    const headers = {
      ...options.headers,
      ...(authorization === null ? {} : { authorization }),
    };
    const ask = (): Promise<Dispatcher.ResponseData> =>
      request(origin + path, { ...options, headers, method, dispatcher });
    try {
      // A kept connection may be closed by the daemon just as it is used again: a question is asked once more.
      return await ask().catch((thrown: unknown) =>
        method === 'GET' && isReset(thrown) ? ask() : raise(thrown),
      );
    } catch (thrown) {
      if (options.signal instanceof AbortSignal && options.signal.aborted) throw thrown;
      throw unreachable(url, thrown);
    }
  };
  return {
    url,
    async send(method, path, body) {
      const response = await exchange(path, {
        method,
        headers: {
          'X-OpenStack-Ironic-API-Version': MICROVERSION,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.body.text();
      if (response.statusCode >= 400)
        throw refusal({ status: response.statusCode, text, attempted: `${method} ${path}` });
      return text === '' ? null : parseAnswer(text, url);
    },
    async stream(path, { headers, signal }) {
      const response = await exchange(path, { headers, signal });
      if (response.statusCode === 200) return response.body;
      const text = await response.body.text();
      throw refusal({ status: response.statusCode, text, attempted: `GET ${path}` });
    },
    close: () => dispatcher.close(),
  };
}

const RESET_CODES: readonly unknown[] = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

function isReset(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && RESET_CODES.includes(thrown.code);
}

function raise(thrown: unknown): never {
  throw thrown;
}

function readUrl(url: string): { origin: string; socketPath: string | null } {
  const socket = /^unix:\/\/(\/.+)$/.exec(url)?.[1];
  if (socket !== undefined) return { origin: 'http://localhost', socketPath: socket };
  const parsed = URL.parse(url);
  if (parsed !== null && parsed.username + parsed.password !== '')
    throw new IngotError('usage', 'The address of the API holds a user or a password', {
      hint: 'Arguments can be read by every user of this machine: use INGOT_USERNAME and INGOT_PASSWORD, or the client file (docs/api-access.md).',
    });
  if (parsed !== null && /^https?:$/.test(parsed.protocol)) {
    return { origin: (parsed.origin + parsed.pathname).replace(/\/$/, ''), socketPath: null };
  }
  throw new IngotError('usage', `"${url}" is not the address of an API`, {
    hint: 'Give http://HOST:PORT or unix:///PATH/ingot.sock by --url or INGOT_URL.',
  });
}

/** What TLS says of certificates (OpenSSL's X509_V_ERR_* as Node names them). */
const UNTRUSTED: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

function unreachable(url: string, cause: unknown): IngotError {
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  if (UNTRUSTED.has(code))
    return new IngotError('daemon_unreachable', `The certificate of ${url} is not trusted (${code})`, {
      hint: 'Name the file of its authority by INGOT_CACERT, or by ca in the client file (docs/api-access.md).',
      cause,
    });
  return new IngotError(
    'daemon_unreachable',
    `No answer from the ingot daemon at ${url}${code === '' ? '' : ` (${code})`}`,
    {
      hint: 'Is it running (systemctl status ingot)? Is the address right (--url or INGOT_URL)?',
      cause,
    },
  );
}

const LOGIN_HINT =
  'Set INGOT_TOKEN, or INGOT_USERNAME and INGOT_PASSWORD, or write the client file: docs/api-access.md. On the seed node the socket asks for none: --url unix:///var/lib/ingot/ingot.sock, or where api.socket and state_dir of the configuration say.';

type Refusal = { readonly status: number; readonly text: string; readonly attempted: string };

function refusal({ status, text, attempted }: Refusal): IngotError {
  const body = errorAnswer.safeParse(safeJson(text));
  const fields = body.success ? body.data.error_message : {};
  const login = loginAnswer.safeParse(safeJson(text));
  const refused = login.success ? login.data.error.message : '';
  const sentence = fields.faultstring ?? fields.description ?? fields.title ?? refused;
  const code = isErrorCode(fields.code) ? fields.code : codeOfStatus(status);
  return new IngotError(
    code,
    sentence === '' ? `${attempted} was answered with status ${status}` : sentence,
    {
      hint: fields.hint ?? (status === 401 ? LOGIN_HINT : ''),
    },
  );
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not_found';
  if (status === 409) return 'conflict';
  return status < 500 ? 'invalid_input' : 'environment';
}

/** Null for what is no JSON: the body of an error may come from a proxy. */
function safeJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function parseAnswer(text: string, url: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new IngotError('daemon_unreachable', `What answers at ${url} is not ingot: it sent no JSON`, {
      hint: 'Check the address (--url or INGOT_URL).',
      cause,
    });
  }
}
