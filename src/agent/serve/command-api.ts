/**
 * The agent's command API (ironic_python_agent/api/app.py). Unlike upstream's, reading commands needs the token
 * too: results and arguments are nobody else's business.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { AgentError, type AgentErrorKind, asAgentError } from '../base/agent-error.ts';
import { isRecord, parseRecord, stringField } from '../base/json.ts';
import type { CommandBook } from './command-book.ts';

export type ApiRequest = {
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  /** Reads the body, bounded; called only when the token is right. Throws `too_large`. */
  readonly readBody: () => Promise<string>;
};

export type ApiAnswer = { readonly status: number; readonly body: object };

export type CommandApiOptions = {
  readonly book: CommandBook;
  /** The token of the last look-up. */
  readonly token: () => string;
  readonly version: string;
  readonly startedAt: number;
};

type Route =
  | { readonly kind: 'root' | 'status' | 'commands' }
  | { readonly kind: 'command'; readonly id: string };

/** Without `/v1` the same is meant, as upstream's agent has it. */
function routeOf(path: string): Route | null {
  const parts = path.split('/').filter((part) => part !== '');
  const [resource, id, ...rest] = parts[0] === 'v1' ? parts.slice(1) : parts;
  if (rest.length > 0) return null;
  if (resource === undefined) return { kind: 'root' };
  if (resource === 'status' && id === undefined) return { kind: 'status' };
  if (resource === 'commands') return id === undefined ? { kind: 'commands' } : { kind: 'command', id };
  return null;
}

/** Compared by digest, so that the time taken tells nothing about the token. */
function sameToken(given: string | null, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given ?? ''), digest(token));
}

/** Answers one request; every failure is an answer in IPA's shape, with `faultstring` which Ironic prints. */
export async function answerRequest(request: ApiRequest, options: CommandApiOptions): Promise<ApiAnswer> {
  try {
    return { status: 200, body: await answer(request, options) };
  } catch (thrown) {
    const wire = asAgentError(thrown, `${request.method} of the agent's API`).toWire();
    const faultcode = wire.code >= 500 ? 'Server' : 'Client';
    return {
      status: wire.code,
      body: { ...wire, faultcode, faultstring: `${wire.message}: ${wire.details}` },
    };
  }
}

async function answer(request: ApiRequest, options: CommandApiOptions): Promise<object> {
  const url = new URL(request.target, 'https://agent');
  const route = routeOf(url.pathname);
  const wait = url.searchParams.get('wait')?.toLowerCase() === 'true';
  if (route === null) throw fail('not_found', `no such resource: ${url.pathname.slice(0, 200)}`);
  if (request.method !== 'GET' && !(request.method === 'POST' && route.kind === 'commands')) {
    throw fail('wrong_method', `${request.method} is not understood at ${url.pathname.slice(0, 200)}`);
  }
  if (route.kind === 'root') return { name: 'ingot-agent', versions: [{ id: 'v1' }] };
  if (route.kind === 'status') return { started_at: options.startedAt / 1000, version: options.version };
  if (!sameToken(url.searchParams.get('agent_token'), options.token())) {
    throw fail(
      'unauthorized',
      'the agent_token is missing or wrong: it is the one that look-up gave to this boot',
    );
  }
  const { book } = options;
  if (route.kind === 'command') return wait ? book.ended(route.id) : book.get(route.id);
  if (request.method === 'GET') return { commands: book.list() };
  const { name, params } = parseCall(await request.readBody());
  const command = await book.execute(name, params);
  return wait ? book.ended(command.id) : command;
}

function parseCall(body: string): {
  readonly name: string;
  readonly params: { readonly [key: string]: unknown };
} {
  const call = parseRecord(body);
  const name = call === null ? null : stringField(call, 'name');
  if (call === null || name === null || !isRecord(call.params)) {
    throw fail(
      'invalid_content',
      'Missing or invalid name or params: send {"name": "extension.command", "params": {}}',
    );
  }
  return { name, params: call.params };
}

function fail(kind: AgentErrorKind, details: string): AgentError {
  return new AgentError(kind, details);
}
