/** A scripted Ironic (or ingot daemon): for each call the next prepared answer, the last one for ever. */
import { createServer } from 'node:http';
import { serveInTest } from '../../rig/serve-in-test.ts';

export type Call = {
  readonly method: string;
  readonly path: string;
  readonly version: string | null;
  /** That the look-up shows. */
  readonly ticket: string | null;
  readonly body: { readonly [key: string]: unknown } | null;
};
/** Status and body; `'hang up'` cuts the connection. */
export type Answer = readonly [status: number, body?: unknown] | 'hang up';
/** By `METHOD /path` without query and without the last part of a heartbeat's path. */
export type Script = Readonly<Record<string, readonly Answer[]>>;

export type FakeIronic = {
  readonly url: string;
  readonly calls: readonly Call[];
  to(key: string): readonly Call[];
};

export const NODE_UUID = '9174949b-0daa-4f6f-90a7-b8c9b114028d';
export const ROOT_ANSWER = { name: 'fake', default_version: { id: 'v1', version: '1.96' } };

/** A look-up's answer as Ironic 29 gives it. */
export function lookupAnswer(token: string, heartbeatTimeout = 20): object {
  return {
    node: { uuid: NODE_UUID, properties: {}, instance_info: {}, driver_internal_info: {} },
    config: { heartbeat_timeout: heartbeatTimeout, agent_token: token, agent_token_required: true },
  };
}

/** An error body as Ironic gives it: JSON in JSON. */
export function fault(text: string): object {
  return { error_message: JSON.stringify({ faultcode: 'Client', faultstring: text, debuginfo: null }) };
}

function keyOf(method: string, path: string): string {
  return `${method} ${path.replace(/\?.*/, '').replace(/^(\/v1\/heartbeat)\/.*/, '$1')}`;
}

export async function fakeIronic(
  script: Script,
  headers: Readonly<Record<string, string>> = {},
): Promise<FakeIronic> {
  const calls: Call[] = [];
  const to = (key: string): readonly Call[] => calls.filter((call) => keyOf(call.method, call.path) === key);
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const text = Buffer.concat(chunks).toString();
    const { method = '', url: path = '' } = request;
    const version = request.headers['x-openstack-ironic-api-version'];
    calls.push({
      method,
      path,
      version: version === undefined ? null : String(version),
      ticket: request.headers['x-ingot-ticket']?.toString() ?? null,
      body: text === '' ? null : JSON.parse(text),
    });
    const answers = script[keyOf(method, path)] ?? [];
    const answer = answers[Math.min(to(keyOf(method, path)).length, answers.length) - 1] ?? [
      404,
      fault('Not Found'),
    ];
    if (answer === 'hang up') {
      request.socket.destroy();
      return;
    }
    const [status, body] = answer;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body === undefined ? '' : JSON.stringify(body));
  });
  const port = await serveInTest(server);
  return { url: `http://127.0.0.1:${port}`, calls, to };
}
