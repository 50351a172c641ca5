/** A BMC's web server: HTTP in, routes, answers out. Everything about Redfish itself stands in the files beside. */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import { type Clock, systemClock } from '../../clock.ts';
import { asIngotError, IngotError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Machine } from '../machine/machine.ts';
import type { Credentials } from '../records.ts';
import { type Answer, refuse } from './answers.ts';
import type { BmcContext } from './handlers.ts';
import { type Method, ROUTES, type Route } from './routes.ts';
import { Sessions } from './sessions.ts';

const MAX_BODY = 64 * 1024;

export type BmcServerOptions = {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** PEM texts; null: plain HTTP, for simulations. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly credentials: Credentials;
  readonly uuid: string;
  /** The machines by Redfish system id. */
  readonly systems: ReadonlyMap<string, Machine>;
  readonly log: Log;
  readonly clock?: Clock;
};

export type BmcServer = {
  /** `https://HOST:PORT` as it listens. */
  readonly url: string;
  close(): Promise<void>;
};

type Body = { readonly kind: 'body'; readonly value: Readonly<Record<string, unknown>> };
type BadBody = { readonly kind: 'refused'; readonly answer: Answer };

async function readBody(request: IncomingMessage): Promise<Body | BadBody> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    // Read on, so that the answer reaches a client that is still sending; but keep nothing.
    if (size <= MAX_BODY) chunks.push(bytes);
  }
  if (size > MAX_BODY) return { kind: 'refused', answer: refuse('PayloadTooLarge') };
  if (size === 0) return { kind: 'body', value: {} };
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { kind: 'body', value: { ...value } };
    }
  } catch {
    // Answered below, together with JSON that is no object.
  }
  return { kind: 'refused', answer: refuse('MalformedJSON') };
}

function findRoute(path: string): { readonly route: Route; readonly params: readonly string[] } | null {
  for (const route of ROUTES) {
    const match = route.pattern.exec(path);
    if (match !== null) return { route, params: match.slice(1) };
  }
  return null;
}

/** The path without query and trailing slashes: BMCs take both forms. */
const pathOf = (url: string): string => (url.split('?')[0] ?? '').replace(/(?!^)\/+$/, '');

const isMethod = (text: string): text is Method => ['GET', 'POST', 'PATCH', 'DELETE'].includes(text);

/** Null when the request may pass. */
function refusedAccess(request: IncomingMessage, sessions: Sessions, path: string): Answer | null {
  const token = request.headers['x-auth-token'];
  if (typeof token === 'string') return sessions.isToken(token) ? null : refuse('NoValidSession');
  const { authorization } = request.headers;
  if (authorization === undefined) return refuse('NoValidSession');
  return sessions.isBasic(authorization) ? null : refuse('ResourceAtUriUnauthorized', [path]);
}

async function respond(request: IncomingMessage, context: BmcContext): Promise<Answer> {
  const path = pathOf(request.url ?? '');
  const found = findRoute(path);
  const asked = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
  const method = isMethod(asked) ? asked : null;
  const open = found !== null && method !== null && found.route.open.includes(method);
  if (!open) {
    const refused = refusedAccess(request, context.sessions, path);
    if (refused !== null) return refused;
  }
  if (found === null) return refuse('ResourceMissingAtURI', [path]);
  const handler = method === null ? undefined : found.route.methods[method];
  if (handler === undefined) {
    const refused = refuse('OperationNotAllowed', [asked]);
    return { ...refused, headers: { allow: Object.keys(found.route.methods).join(', ') } };
  }
  const body = await readBody(request);
  if (body.kind === 'refused') return body.answer;
  const ifMatch = request.headers['if-match'] ?? null;
  return handler({ context, path, params: found.params, body: body.value, ifMatch });
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  const headers = { 'odata-version': '4.0', 'cache-control': 'no-cache', ...answer.headers };
  if (answer.body === null) {
    response.writeHead(answer.status, headers).end();
    return;
  }
  const described = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  response.writeHead(answer.status, { ...described, ...headers });
  response.end(request.method === 'HEAD' ? undefined : text);
}

/** Starts to listen. @throws IngotError `environment` when the address or port cannot be had. */
export async function startBmcServer(options: BmcServerOptions): Promise<BmcServer> {
  const { log } = options;
  const clock = options.clock ?? systemClock;
  const stopping = new AbortController();
  const context: BmcContext = {
    uuid: options.uuid,
    systems: options.systems,
    sessions: new Sessions(options.credentials, clock),
    clock,
    signal: stopping.signal,
  };

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    respond(request, context)
      .catch((error: unknown) => {
        const failure = asIngotError(error, `${request.method} ${request.url}`);
        log.error({ error: failure.message }, 'request failed');
        return refuse('InternalError', [failure.message]);
      })
      .then((answer) => {
        log.debug({ method: request.method, path: request.url, status: answer.status }, 'request');
        if (!response.destroyed) send(request, response, answer);
      })
      .catch((error: unknown) => log.error({ error: String(error) }, 'cannot answer'));
  };

  const server =
    options.tls === null ? http.createServer(onRequest) : https.createServer(options.tls, onRequest);
  server.requestTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const where = `${options.host}:${options.port}`;
      reject(
        new IngotError('environment', `The BMC cannot listen on ${where}: ${cause.message}`, {
          hint: 'Is another lab or program using that address?',
          cause,
        }),
      );
    });
    server.listen(options.port, options.host, resolve);
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.port;
  return {
    url: `${options.tls === null ? 'http' : 'https'}://${options.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        stopping.abort(new Error('the BMC stops'));
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
