/**
 * What a server does with bytes that are no request it can hand on: it says why, counts it and closes. Node answers
 * them by itself otherwise (`socketOnError` of its `_http_server.js`), and nobody learns of it.
 */
import { type IncomingMessage, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Counters } from '../../net/counters.ts';

export const MALFORMED_COUNTS = [
  /** No HTTP, or a CONNECT, no Host, or an expectation that is not "100-continue". */
  'malformed',
  /** The head of a request is larger than 16 KiB. */
  'head_too_large',
  /** A request did not come to its end in time. */
  'too_slow',
] as const;
type Refusal = { readonly count: (typeof MALFORMED_COUNTS)[number]; readonly status: number };

/** By Node's code of the error. A connection that the client resets, or that fails in TLS, is none of them. */
const REFUSALS: readonly (Refusal & { readonly code: RegExp })[] = [
  { code: /^HPE_HEADER_OVERFLOW$/, count: 'head_too_large', status: 431 },
  { code: /^HPE_CHUNK_EXTENSIONS_OVERFLOW$/, count: 'malformed', status: 413 },
  { code: /^ERR_HTTP_REQUEST_TIMEOUT$/, count: 'too_slow', status: 408 },
  { code: /^HPE_/, count: 'malformed', status: 400 },
];

/** The server is made with `requireHostHeader: false`: `withHost` asks for it. */
export function answerMalformed(server: Server, counters: Pick<Counters<Refusal['count']>, 'count'>): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex & { bytesWritten?: number }) => {
    const refusal = REFUSALS.find(({ code }) => code.test(error.code ?? ''));
    if (refusal === undefined) {
      socket.destroy();
      return;
    }
    counters.count(refusal.count);
    // Behind an answer that has begun, another one would look like a part of it.
    if (socket.writable && socket.bytesWritten === 0) close(socket, refusal.status);
    else socket.destroy();
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    counters.count('malformed');
    close(socket, 405);
  });
  server.on('checkExpectation', (_request, response) => {
    counters.count('malformed');
    response.writeHead(417, { Connection: 'close', 'Content-Length': 0 }).end();
  });
}

/** Refuses requests of HTTP/1.1 without Host (RFC 9112 3.2). */
export function withHost(
  handler: RequestListener,
  counters: Pick<Counters<Refusal['count']>, 'count'>,
): RequestListener {
  return (request, response) => {
    if (request.httpVersion !== '1.1' || request.headers.host !== undefined)
      return handler(request, response);
    counters.count('malformed');
    response.writeHead(400, { Connection: 'close', 'Content-Length': 0 }).end();
  };
}

/** With an answer of that status. A client that never ends its own half holds nothing. */
function close(socket: Duplex, status: number): void {
  socket.on('error', () => undefined);
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, 'Connection: close', 'Content-Length: 0'];
  socket.end(`${head.join('\r\n')}\r\n\r\n`, () => socket.destroy());
}
