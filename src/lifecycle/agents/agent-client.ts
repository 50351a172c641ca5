/**
 * Client of the agent's command API (port 9999 of ironic-python-agent). An agent that gave its certificate with
 * the heartbeat is called over HTTPS and must show exactly that certificate; its name is of no matter, it made
 * the certificate itself. The token of this boot goes with every call.
 */
import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Agent, buildConnector, request } from 'undici';
import type { z } from 'zod';
import { IngotError } from '../../errors.ts';
import type { Json } from '../../json.ts';
import { type AgentCommand, commandAnswer, commandListAnswer, refusalAnswer } from './agent-wire.ts';

export type AgentTarget = {
  readonly nodeUuid: string;
  /** `http(s)://address:port`, as the heartbeat gave it. */
  readonly callbackUrl: string;
  /** PEM, as the heartbeat gave it. */
  readonly certificate: string | null;
  readonly token: string;
};

export type AgentClient = {
  /** All commands since the agent's start, oldest first. */
  commands(): Promise<readonly AgentCommand[]>;
  /** `wait`: the answer comes when the command has ended; otherwise at once, while it runs. */
  run(command: {
    readonly name: string;
    readonly params: { readonly [key: string]: Json };
    readonly wait: boolean;
  }): Promise<AgentCommand>;
};

/** Milliseconds for the answer's header: upstream's agent collects clean steps and inventories meanwhile. */
const ANSWER_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Bytes of one answer: a command list whose results hold inventories. */
const LONGEST_ANSWER = 16 * 1024 * 1024;

/**
 * Calls reject with `agent_unreachable` or `busy` (both worth a retry), or `agent_failed` (the agent said no).
 * The certificate must have been checked to be one.
 */
export function connectAgent(target: AgentTarget): AgentClient {
  const base = target.callbackUrl.replace(/\/+$/, '');

  const call = async <T>(
    method: 'GET' | 'POST',
    path: string,
    { body, shape }: { readonly body?: string; readonly shape: z.ZodType<T> },
  ): Promise<T> => {
    const dispatcher = dispatcherFor(target);
    try {
      const response = await request(`${base}${path}`, {
        method,
        dispatcher,
        headersTimeout: ANSWER_TIMEOUT_MS,
        bodyTimeout: ANSWER_TIMEOUT_MS,
        ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
      });
      const text = await readBounded(response.body);
      if (response.statusCode >= 300) throw refused(target, response.statusCode, text);
      return parseAnswer(target, text, shape);
    } catch (thrown) {
      throw thrown instanceof IngotError ? thrown : unreachable(target, thrown);
    } finally {
      await dispatcher.destroy();
    }
  };

  const token = encodeURIComponent(target.token);
  return {
    commands: async () =>
      (await call('GET', `/v1/commands/?agent_token=${token}`, { shape: commandListAnswer })).commands,
    run: ({ name, params, wait }) =>
      call('POST', `/v1/commands/?wait=${wait}&agent_token=${token}`, {
        body: JSON.stringify({ name, params }),
        shape: commandAnswer,
      }),
  };
}

/**
 * The certificate is compared itself, so neither its name nor its dates matter: a ramdisk's clock may be years
 * off. That the agent holds the key to it is proved by the TLS handshake.
 */
function dispatcherFor({ certificate }: AgentTarget): Agent {
  if (certificate === null) return new Agent({ connect: { timeout: CONNECT_TIMEOUT_MS } });
  const pinned = new X509Certificate(certificate).fingerprint256;
  const connect = buildConnector({ timeout: CONNECT_TIMEOUT_MS, rejectUnauthorized: false });
  return new Agent({
    connect: (options, callback) => {
      connect(options, (...[error, socket]) => {
        if (error !== null) return callback(error, null);
        if (isPinned(socket, pinned)) return callback(null, socket);
        socket.destroy();
        callback(new Error('it shows another certificate than the heartbeat gave'), null);
      });
    },
  });
}

function isPinned(socket: Socket, fingerprint: string): boolean {
  return socket instanceof TLSSocket && socket.getPeerCertificate().fingerprint256 === fingerprint;
}

async function readBounded(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > LONGEST_ANSWER) throw new Error(`the answer is longer than ${LONGEST_ANSWER} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseAnswer<T>(target: AgentTarget, text: string, shape: z.ZodType<T>): T {
  const answer = shape.safeParse(parseJson(text));
  if (answer.success) return answer.data;
  throw new IngotError(
    'agent_failed',
    `The agent of node ${target.nodeUuid} at ${target.callbackUrl} gave an answer that is no agent's.`,
    { hint: 'Check that nothing else listens at that address and port, and that the ramdisk is intact.' },
  );
}

function refused(target: AgentTarget, status: number, text: string): IngotError {
  const body = refusalAnswer.safeParse(parseJson(text));
  const said = body.success
    ? [body.data.message, body.data.details, body.data.faultstring].filter((one) => one !== undefined)
    : [];
  const message = `The agent of node ${target.nodeUuid} refused with ${status}: ${said.join(': ').slice(0, 500) || 'no reason given'}`;
  if (status === 401 || status === 403) {
    return new IngotError('agent_failed', message, {
      hint: 'Another boot of the machine answers there (its token is of another boot): ask for the verb again.',
    });
  }
  // An agent that is busy, starting or out of breath may take it later.
  return new IngotError(status === 409 || status >= 500 ? 'busy' : 'agent_failed', message, {
    hint: 'Look at the console of the machine: the agent prints what it does there.',
  });
}

/** Whether a call failed because the machine is there and no program listens at the agent's port. */
export function hasNobodyListening(thrown: unknown): boolean {
  if (!(thrown instanceof IngotError) || thrown.code !== 'agent_unreachable') return false;
  const { cause } = thrown;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}

function unreachable(target: AgentTarget, cause: unknown): IngotError {
  const because = cause instanceof Error ? cause.message || cause.name : String(cause);
  return new IngotError(
    'agent_unreachable',
    `The agent of node ${target.nodeUuid} at ${target.callbackUrl} does not answer: ${because}`,
    {
      hint: 'Check that the machine is still on and in the ramdisk (its console tells), and that port 9999 is open on the PXE network.',
      cause,
    },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
