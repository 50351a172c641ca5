/** HTTP servers on addresses that may not be there yet: an interface that comes up late is taken when it does. */
import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Log } from '../log.ts';
import type { Counters } from '../net/counters.ts';
import { createFloodGuard, type FloodCount, type FloodLimits } from './flood-guard.ts';

const RETRY_MS = 5_000;
/** Between a stop request and cutting the connections that are still busy. */
const DRAIN_MS = 500;

export type ListenAt = { readonly address: string; readonly port: number } | { readonly path: string };

export type Listener = {
  /** Null while it does not listen yet; then why not. */
  problem(): string | null;
  stop(): Promise<void>;
};

type Options = {
  readonly name: string;
  readonly at: ListenAt;
  readonly handler: RequestListener;
  readonly log: Log;
  /** Told once when listening fails for the first time. */
  readonly onProblem: (sentence: string) => void;
  /** Limits for strangers on a provisioning network; the API's own defaults are Node's. */
  readonly strangers?: { readonly limits: StrangerLimits; readonly counters: Counters<FloodCount> };
  /** Between two attempts; 5000 unless told. */
  readonly retryMs?: number;
};

export type StrangerLimits = FloodLimits & {
  readonly maxConnections: number;
  /** From a request's first byte to its body's last. */
  readonly requestTimeoutMs: number;
};

/** Resolves after the first attempt, and never rejects; failed attempts are repeated every five seconds. */
export async function startListener(options: Options): Promise<Listener> {
  const { at, log, name, retryMs = RETRY_MS } = options;
  let server: Server | null = null;
  let problem: string | null = 'not started';
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;

  const attempt = async (): Promise<void> => {
    const candidate = newServer(options);
    const failure = await listen(candidate, at);
    if (failure !== null || stopped) await closeServer(candidate);
    if (stopped) return;
    if (failure === null) {
      server = candidate;
      problem = null;
      // A connection that cannot be accepted (no descriptor left) is no end of the daemon.
      candidate.on('error', (error) => log.warn({ listener: name, error: error.message }, 'listener error'));
      log.info({ listener: name, at: formatListenAt(at) }, 'listening');
      return;
    }
    const sentence = `${name} cannot listen on ${formatListenAt(at)}: ${failure.message}`;
    if (problem !== sentence) options.onProblem(sentence);
    problem = sentence;
    timer = setTimeout(() => {
      attempting = attempt();
    }, retryMs);
  };
  let attempting = attempt();
  await attempting;

  return {
    problem: () => problem,
    stop: async () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await attempting;
      if (server !== null) await closeServer(server);
    },
  };
}

function formatListenAt(at: ListenAt): string {
  return 'path' in at ? at.path : `${at.address}:${at.port}`;
}

function newServer({ handler, strangers }: Options): Server {
  const server = createServer();
  server.headersTimeout = 20_000;
  server.requestTimeout = strangers?.limits.requestTimeoutMs ?? 300_000;
  server.keepAliveTimeout = 10_000;
  if (strangers === undefined) return server.on('request', handler);
  const { limits, counters } = strangers;
  server.maxConnections = limits.maxConnections;
  server.on('drop', () => counters.count('connections_full'));
  const { guard, onConnection } = createFloodGuard(limits, counters);
  return server.on('connection', onConnection).on('request', guard(handler));
}

/** Resolves to what went wrong; the server may listen all the same, and is the caller's to close. */
async function listen(server: Server, at: ListenAt): Promise<Error | null> {
  try {
    // A socket file left by a killed daemon would refuse the new one.
    if ('path' in at) await rm(at.path, { force: true });
    const listening = once(server, 'listening');
    if ('path' in at) server.listen(at.path);
    else server.listen(at.port, at.address);
    await listening;
    if ('path' in at) await chmod(at.path, 0o600);
    return null;
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
}

async function closeServer(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(cut);
}
