import { gunzipSync } from 'node:zlib';
import { Client } from 'undici';
import type { IngotError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { SerialQueue } from '../queue.ts';
import { isDict } from './decode.ts';
import type { RedfishTarget } from './driver-info.ts';
import { classifyTransportError, type TransportFailure } from './failure.ts';
import { loadTrust } from './tls.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export type Request = {
  readonly method: Method;
  /** Path and query on the BMC's own origin. */
  readonly path: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: object;
  /** Looked at when its turn has come; ends waits. A GET it cuts off on its way, a write that is sent it does not. */
  readonly signal?: AbortSignal;
};

export type Answer = {
  readonly status: number;
  /** Lower-case names; the first value where one was sent twice. */
  readonly headers: { readonly [name: string]: string };
  /** The JSON of the body; null when there is none or when it is no JSON (then `text` has its beginning). */
  readonly body: unknown;
  readonly text: string;
  /** A 2xx whose body should be a JSON object and is not: cut off, or another web server's page. */
  readonly malformed: boolean;
};

export type Exchange =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'failure'; readonly failure: TransportFailure };

/** Milliseconds. `total` bounds one exchange whatever the BMC drips. */
export type Timeouts = {
  readonly connect: number;
  readonly headers: number;
  readonly body: number;
  readonly total: number;
};

export const DEFAULT_TIMEOUTS: Timeouts = { connect: 10_000, headers: 60_000, body: 30_000, total: 120_000 };

export type Exchanger = {
  /**
   * One request, one answer or failure; no retries, no redirects. Waits for its turn at the BMC; rejects with
   * the reason of the request's signal when that is aborted by then, or cuts the request off.
   */
  send(request: Request): Promise<Exchange>;
  /** Ends what runs and what waits for its turn with `reason`; a later request is sent. */
  cutOff(reason: IngotError): void;
  /** Cuts off, and refuses later requests with `reason` too. */
  close(reason: IngotError): Promise<void>;
};

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const MAX_HEADER_BYTES = 64 * 1024;
/** Firmware that closes idle connections does it after 5 s or more. */
const KEEP_ALIVE_MS = 4000;

/** The HTTP edge of the Redfish client: HTTP/1.1 through undici, one connection, one request at a time. */
export function createExchanger(options: {
  readonly target: RedfishTarget;
  readonly log: Log;
  readonly queue: SerialQueue;
  readonly timeouts: Timeouts;
}): Exchanger {
  const { target, log, queue, timeouts } = options;
  let present = new AbortController();
  let opened: Client | null = null;

  const connection = async (): Promise<Client> => {
    if (opened !== null) return opened;
    const secure = target.origin.startsWith('https:');
    const { rejectUnauthorized, ca } = await loadTrust(secure ? target.verifyCa : false);
    opened = new Client(target.origin, {
      allowH2: false,
      pipelining: 1,
      connect: {
        timeout: timeouts.connect,
        rejectUnauthorized,
        ...(ca === undefined ? {} : { ca: [...ca] }),
      },
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      headersTimeout: timeouts.headers,
      bodyTimeout: timeouts.body,
      maxHeaderSize: MAX_HEADER_BYTES,
      maxResponseSize: MAX_ANSWER_BYTES,
    });
    return opened;
  };

  const exchange = async (request: Request, open: AbortSignal): Promise<Exchange> => {
    const given = request.method === 'GET' ? request.signal : undefined;
    try {
      const client = await connection();
      const { statusCode, headers, body } = await client.request({
        method: request.method,
        path: request.path,
        headers: {
          accept: 'application/json',
          'odata-version': '4.0',
          ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...request.headers,
        },
        body: request.body === undefined ? null : JSON.stringify(request.body),
        signal: AbortSignal.any([
          open,
          AbortSignal.timeout(timeouts.total),
          ...(given === undefined ? [] : [given]),
        ]),
      });
      const bytes = Buffer.from(await body.arrayBuffer());
      return { kind: 'answer', answer: decodeAnswer(statusCode, flatten(headers), bytes) };
    } catch (error) {
      given?.throwIfAborted();
      return { kind: 'failure', failure: classifyTransportError(target.address, error) };
    }
  };

  return {
    send: (request) => {
      const open = present.signal;
      return queue.run(async () => {
        request.signal?.throwIfAborted();
        const result = await exchange(request, open);
        const { method, path } = request;
        if (result.kind === 'answer')
          log.debug({ method, path, status: result.answer.status }, 'BMC answered');
        else log.debug({ method, path, error: result.failure.error.message }, 'BMC did not answer');
        return result;
      });
    },
    cutOff(reason) {
      present.abort(reason);
      present = new AbortController();
    },
    async close(reason) {
      present.abort(reason);
      await opened?.destroy();
    },
  };
}

function decodeAnswer(status: number, headers: Answer['headers'], raw: Buffer): Answer {
  const text = inflate(raw)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  const empty = text.trim() === '';
  const body = empty ? null : parseJson(text);
  const ok = status >= 200 && status < 300;
  return {
    status,
    headers,
    body,
    text: isDict(body) ? '' : text.slice(0, 2000),
    malformed: ok && !empty && !isDict(body),
  };
}

/** Some BMCs send gzip to those who did not ask for it. */
function inflate(raw: Buffer): Buffer {
  if (raw[0] !== 0x1f || raw[1] !== 0x8b) return raw;
  try {
    return gunzipSync(raw, { maxOutputLength: MAX_ANSWER_BYTES });
  } catch {
    return raw;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function flatten(headers: { readonly [name: string]: string | string[] | undefined }): Answer['headers'] {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const first = Array.isArray(value) ? value[0] : value;
      return first === undefined ? [] : [[name.toLowerCase(), first]];
    }),
  );
}
