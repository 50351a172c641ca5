/** The HTTPS server under the command API: sockets, limits, bodies. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { AgentError, reasonOf } from '../base/agent-error.ts';
import type { Say } from '../base/say.ts';
import type { Certificate } from './certificate.ts';
import type { ApiAnswer, ApiRequest } from './command-api.ts';

export type CommandServerOptions = {
  readonly certificate: Certificate;
  readonly address: string;
  /** 9999 in a ramdisk; 0 picks a free one. */
  readonly port: number;
  readonly answer: (request: ApiRequest) => Promise<ApiAnswer>;
  readonly say: Say;
};

export type CommandServer = { readonly port: number; close(): Promise<void> };

/** Room for a config drive of 64 MiB in base64 inside JSON, twice (Ironic sends it in two places). */
const BODY_BYTES = 192 * 1024 * 1024;
const MOST_CONNECTIONS = 64;
const HEADERS_MS = 10_000;
const REQUEST_MS = 300_000;

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > BODY_BYTES) throw new AgentError('too_large', `the body is longer than ${BODY_BYTES} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString();
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: CommandServerOptions,
): Promise<void> {
  const { status, body } = await options.answer({
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    readBody: () => readBody(request),
  });
  const text = JSON.stringify(body);
  // A body that was not read (stranger, too large) is not waited for.
  const close = request.complete ? {} : { connection: 'close' };
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...close,
  });
  response.end(text, () => {
    if (!request.complete) request.destroy();
  });
}

/** Resolves when it listens. */
export async function startCommandServer(options: CommandServerOptions): Promise<CommandServer> {
  const { certificate, say } = options;
  const server: Server = createServer(
    {
      key: certificate.keyPem,
      cert: certificate.certPem,
      minVersion: 'TLSv1.2',
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
    },
    (request, response) => {
      respond(request, response, options).catch((error: unknown) => {
        say('command api request failed', { because: reasonOf(error) });
        response.destroy();
      });
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  // Port scans and wrong certificates are not worth a line each.
  server.on('tlsClientError', () => undefined);
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.address, resolve);
  });
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : options.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
