/** The agent's HTTP client: small exchanges with bounds, and open streams for images. */
import http from 'node:http';
import https from 'node:https';
import { Socket } from 'node:net';
import { connectPinned, type Pinned } from './pinned.ts';

export type HttpRequest = {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

export type HttpAnswer = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** The address that we spoke from: the one the server can call back. */
  readonly localAddress: string | null;
};

export type HttpStream = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly stream: http.IncomingMessage;
  /** Ends the exchange at once; the stream then yields nothing more. */
  close(): void;
};

export type HttpClient = {
  /** One whole exchange; rejects on connection errors, after `timeoutMs` and on bodies over `maxBytes`. */
  exchange(request: HttpRequest, bounds?: { readonly maxBytes: number }): Promise<HttpAnswer>;
  /** Resolves when the headers are there; follows up to 5 redirects; the stream errors after a minute of silence. */
  open(request: HttpRequest): Promise<HttpStream>;
};

export type HttpOptions = {
  readonly insecure: boolean;
  /** Goes first where it counts. */
  readonly pinned?: Pinned | null;
  readonly timeoutMs?: number;
  readonly silenceMs?: number;
  readonly maxBytes?: number;
};

/** The URL without user, password and query, any of which may hold a secret. */
export function urlForPeople(url: string): string {
  if (!URL.canParse(url)) return 'an invalid URL';
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MOST_REDIRECTS = 5;

export function createHttpClient(options: HttpOptions): HttpClient {
  const {
    insecure,
    pinned = null,
    timeoutMs = 30_000,
    silenceMs = 60_000,
    maxBytes = 4 * 1024 * 1024,
  } = options;

  function trust(url: URL): https.RequestOptions {
    if (pinned === null || !pinned.origins.has(url.origin))
      return { agent: false, rejectUnauthorized: !insecure };
    return {
      createConnection: (_options, done) => {
        connectPinned(url, { fingerprint: pinned.fingerprint, timeoutMs: silenceMs }, (error, socket) => {
          if (socket === undefined) return done(error ?? new Error('no connection'), new Socket());
          done(null, socket);
        });
        return undefined;
      },
    };
  }

  function send(request: HttpRequest): Promise<HttpStream> {
    return new Promise((resolve, reject) => {
      const url = new URL(request.url);
      // A connection each: image runs are long, and a kept-alive socket that the server just closed looks like a fault.
      const settings = {
        method: request.method,
        headers: { 'user-agent': 'ingot-agent', ...request.headers },
      };
      const outgoing =
        url.protocol === 'https:'
          ? https.request(url, { ...settings, ...trust(url) })
          : http.request(url, { ...settings, agent: false });
      outgoing.on('response', (stream) =>
        resolve({
          status: stream.statusCode ?? 0,
          headers: stream.headers,
          stream,
          close: () => outgoing.destroy(),
        }),
      );
      outgoing.setTimeout(silenceMs, () =>
        outgoing.destroy(new Error(`${url.host} was silent for ${silenceMs / 1000} s`)),
      );
      outgoing.on('error', reject);
      outgoing.end(request.body);
    });
  }

  async function open(request: HttpRequest): Promise<HttpStream> {
    let target = request;
    for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
      const answer = await send(target);
      const location = answer.headers.location;
      if (!REDIRECTS.has(answer.status) || location === undefined) return answer;
      answer.close();
      target = { ...request, url: new URL(location, target.url).href };
    }
    throw new Error(`${urlForPeople(request.url)} redirects more than ${MOST_REDIRECTS} times`);
  }

  async function exchange(
    request: HttpRequest,
    bounds: { readonly maxBytes: number } = { maxBytes },
  ): Promise<HttpAnswer> {
    const answer = await send(request);
    const localAddress = answer.stream.socket.localAddress ?? null;
    const deadline = setTimeout(
      () => answer.stream.destroy(new Error(`no whole answer within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    try {
      const chunks: Buffer[] = [];
      let length = 0;
      for await (const chunk of answer.stream) {
        const bytes = Buffer.from(chunk);
        length += bytes.length;
        if (length > maxBytes)
          throw new Error(
            `the answer of ${urlForPeople(request.url)} is longer than ${bounds.maxBytes} bytes`,
          );
        chunks.push(bytes);
      }
      return {
        status: answer.status,
        headers: answer.headers,
        body: Buffer.concat(chunks).toString(),
        localAddress,
      };
    } finally {
      clearTimeout(deadline);
      answer.close();
    }
  }

  return { exchange, open };
}
