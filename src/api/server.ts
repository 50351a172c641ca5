/**
 * The ground that every listener's API stands on: versions on each answer, errors in Ironic's shapes, bounded
 * bodies, paths with and without `/v1`, and 405 with `Allow` where only the method is wrong.
 */
import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance, type FastifyRequest, type FastifyServerOptions } from 'fastify';
import { IngotError } from '../errors.ts';
import type { Log } from '../log.ts';
import { answerFor, faultBody, routingBody } from './error-body.ts';
import { withoutJsonSuffix } from './json-suffix.ts';
import { MAX_VERSION, MIN_MINOR, MIN_VERSION, negotiate } from './version.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The `N` of the microversion 1.N that this request speaks. */
    minor: number;
  }
}

/** Bytes that a request body may have. `provision`: a config drive (packed, 4 MiB) and steps. */
export const BODY_LIMITS = {
  usual: 1 << 20,
  provision: 8 << 20,
  inspection: 16 << 20,
  dhcp: 64 << 20,
} as const;

/** Ironic serves `/nodes` like `/v1/nodes`. */
const WITHOUT_VERSION =
  /^\/(nodes|ports|portgroups|chassis|volume|allocations|inspection_rules|drivers|conductors|deploy_templates|runbooks|shards|lookup|heartbeat|continue_inspection|events)(?=[/?]|\.json|$)/;

/** Routes parse by zod: without this, fastify loads a second schema compiler (5 MB) that nobody asks. */
const NO_SCHEMAS: NonNullable<FastifyServerOptions['schemaController']> = {
  compilersFactory: { buildValidator: () => noSchema, buildSerializer: () => noSchema },
};

function noSchema(): never {
  throw new IngotError('internal', 'A route has a schema for fastify', {
    hint: 'This is a defect in ingot: parse by zod.',
  });
}

export function createServer(log: Log): FastifyInstance {
  const app = Fastify({
    logger: false,
    genReqId: () => `req-${randomUUID()}`,
    bodyLimit: BODY_LIMITS.usual,
    forceCloseConnections: true,
    schemaController: NO_SCHEMAS,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 255 },
    rewriteUrl: ({ url = '/', headers }) =>
      withoutJsonSuffix(url.replace(WITHOUT_VERSION, '/v1/$1'), headers),
    // A URL that cannot be decoded never reaches a hook, so the answer is written by hand.
    frameworkErrors: (error, _request, reply) => {
      const status = error.statusCode ?? 400;
      reply.raw.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
      reply.raw.end(JSON.stringify(routingBody(status, 'Bad Request', error.message)));
    },
  });
  const routes = rememberRoutes(app);
  app.decorateRequest('minor', MIN_MINOR);
  takeJson(app);

  app.addHook('onRequest', async (request, reply) => {
    reply.header('X-OpenStack-Ironic-API-Minimum-Version', MIN_VERSION);
    reply.header('X-OpenStack-Ironic-API-Maximum-Version', MAX_VERSION);
    reply.header('Openstack-Request-Id', request.id);
    const asked = negotiate(request.headers);
    // A failing `GET /` would make an agent fall back to 1.31, which has neither tokens nor TLS.
    if (!asked.ok && /^\/v1(?:[/?]|$)/.test(request.url)) {
      return reply.code(406).send(routingBody(406, 'Not Acceptable', asked.description));
    }
    request.minor = asked.ok ? asked.minor : MIN_MINOR;
    reply.header('X-OpenStack-Ironic-API-Version', `1.${request.minor}`);
  });
  app.addHook('onResponse', async (request, reply) => {
    const fields = {
      method: request.method,
      url: pathOf(request),
      status: reply.statusCode,
      ms: reply.elapsedTime,
    };
    log.debug({ ...fields, request: request.id }, 'answered');
  });
  app.setErrorHandler((thrown, request, reply) => {
    const attempted = `${request.method} ${pathOf(request)}`;
    const { status, error, title } = answerFor(thrown, attempted);
    const shown = error ?? refused(status, title, request.routeOptions.bodyLimit ?? BODY_LIMITS.usual);
    if (status >= 500)
      log.error(
        { request: request.id, attempted, error: shown.message, stack: stackOf(thrown) },
        'request failed',
      );
    return reply.code(status).send(faultBody(shown, request.id));
  });
  app.setNotFoundHandler((request, reply) => {
    const allowed = routes.methodsAt(pathOf(request));
    if (allowed.length === 0) return reply.code(404).send(routingBody(404, 'Not Found', ''));
    reply.header('Allow', allowed.join(', '));
    return reply.code(405).send(routingBody(405, 'Method Not Allowed', ''));
  });
  return app;
}

/** The framework's own refusal; `bodyLimit` in bytes. */
function refused(status: number, title: string, bodyLimit: number): IngotError {
  if (status !== 413) return new IngotError('invalid_input', title, { hint: 'Correct the request.' });
  const most = `At most ${bodyLimit / 1024 ** 2} MiB are taken here.`;
  return new IngotError('too_large', title, { hint: most });
}

/** `http://host` as the client wrote it: links lead back the way the request came. */
export function baseUrl(request: FastifyRequest): string {
  return `${request.protocol}://${request.host === '' ? 'localhost' : request.host}`;
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/';
}

function stackOf(thrown: unknown): string | null {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  return cause instanceof Error ? (cause.stack ?? null) : null;
}

/** JSON, also as a patch; an empty body of any media type is no body (Ironic's client sends DELETE so). */
function takeJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/json', 'application/json-patch+json'],
    { parseAs: 'string' },
    (request, body, done) => {
      if (body.length === 0) done(null, undefined);
      else
        void parse(request, body.toString(), (error, value) => {
          if (error !== null) done(forbiddenKey(body.toString()) ?? error);
          else if (isDeeper(value, MOST_LEVELS)) done(tooDeep());
          else done(null, value);
        });
    },
  );
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else done(notJson(request.headers['content-type']));
  });
}

/** Levels of lists and objects in a body: whoever reads it after us may do so by recursion. */
const MOST_LEVELS = 100;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

function tooDeep(): IngotError {
  const message = `The body has lists and objects within each other, more than ${MOST_LEVELS} of them`;
  return new IngotError('invalid_input', message, { hint: 'Send it flatter, or as text.' });
}

/** What JSON parsers refuse although it is JSON, lest it reaches an object's prototype; null for what is no JSON. */
function forbiddenKey(body: string): IngotError | null {
  try {
    JSON.parse(body);
  } catch {
    return null;
  }
  const message = 'The body has a key "__proto__", or a "constructor" with a "prototype", which is not taken';
  return new IngotError('invalid_input', message, { hint: 'Leave it out.' });
}

function notJson(mediaType: string | undefined): IngotError {
  return new IngotError('invalid_input', `A body of type "${mediaType ?? 'none'}" is not taken here`, {
    hint: 'Send JSON with "Content-Type: application/json".',
  });
}

/** Which methods a path has, for the `Allow` header. */
function rememberRoutes(app: FastifyInstance): { methodsAt(path: string): readonly string[] } {
  const routes: { pattern: RegExp; methods: readonly string[] }[] = [];
  app.addHook('onRoute', (route) => {
    const source = route.url.replace(/:[a-zA-Z]+/g, '[^/]+').replace(/\/$/, '');
    routes.push({ pattern: new RegExp(`^${source}/?$`), methods: [route.method].flat() });
  });
  return {
    methodsAt: (path) => [
      ...new Set(routes.filter((route) => route.pattern.test(path)).flatMap((route) => route.methods)),
    ],
  };
}
