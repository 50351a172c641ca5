/** HTTP servers on addresses that may not be there yet: an interface that comes up late is taken when it does. */
import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { asIngotError, IngotError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Counters } from '../../net/counters.ts';
import { RepeatLimit } from '../../net/repeat-limit.ts';
import type { Pem } from '../../pki/openssl.ts';
import { createFloodGuard, type FloodCount, type FloodLimits } from './flood-guard.ts';
import { answerMalformed, withHost } from './malformed-requests.ts';
import { MOST_UNDER_WAY, withoutLongPipelines } from './pipelining.ts';
import { withPathOnly } from './request-target.ts';
import { giveToGroup } from './unix-group.ts';

const RETRY_MS = 5_000;
/** Firmware that does not trust us tries again and again, and so may who means harm. */
const REMARKS = { quietMs: 60_000, mostKeys: 256 } as const;
const PIPELINE_CUT = `a connection with more than ${MOST_UNDER_WAY} requests under way was cut`;
/** Between a stop request and cutting the connections that are still busy. */
const DRAIN_MS = 500;

export type ListenAt =
  | { readonly address: string; readonly port: number }
  /** A Unix socket for its owner, and for that group where one is named. */
  | { readonly path: string; readonly group?: string | null };

export type Listener = {
  /** Null while it does not listen yet; then why not. */
  problem(): string | null;
  /** For new connections; nothing while it does not listen. */
  useCertificate(pair: Pem): void;
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
  /** HTTPS with this, for firmware; plain HTTP unless told. */
  readonly tls?: Pem;
  /** HTTPS with what this gives, for operators' programs; asked again at each attempt to listen. */
  readonly loadTls?: () => Promise<Pem>;
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
    const { candidate, failure } = await openServer(options);
    if (stopped && failure === null) await closeServer(candidate);
    if (stopped) return;
    if (failure === null) {
      server = candidate;
      problem = null;
      // A connection that cannot be accepted (no descriptor left) is no end of the daemon.
      candidate.on('error', (error) => log.warn({ listener: name, error: error.message }, 'listener error'));
      log.info({ listener: name, at: formatListenAt(at) }, 'listening');
      return;
    }
    const taken = 'code' in failure && failure.code === 'EADDRINUSE' && 'port' in at;
    const wayOn = taken ? '. Another server holds that port: find it with `ss -tlpn` and stop it' : '';
    const sentence = `${name} cannot listen on ${formatListenAt(at)}: ${failure.message}${wayOn}`;
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
    useCertificate: ({ key, certificate }) => {
      if (server instanceof TlsServer) server.setSecureContext({ ...MODERN_TLS, key, cert: certificate });
    },
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

/**
 * iPXE speaks TLS 1.1 and 1.2 (config/crypto.h), old builds with RSA key exchange and CBC only; EDK2 1.2 and 1.3.
 */
const TLS = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'AES128-GCM-SHA256',
    'AES256-GCM-SHA384',
    'AES128-SHA256',
    'AES256-SHA256',
    'AES128-SHA',
    'AES256-SHA',
  ].join(':'),
  handshakeTimeout: 20_000,
} as const;

/** For operators' programs: Node's own choice of ciphers, and no TLS that is out of date. */
const MODERN_TLS = { minVersion: 'TLSv1.2' } as const;

type Attempt =
  | { readonly candidate: Server; readonly failure: null }
  | { readonly candidate: null; readonly failure: Error };

async function openServer(options: Options): Promise<Attempt> {
  try {
    const candidate = newServer(options, await options.loadTls?.());
    const failure = await listen(candidate, options.at);
    if (failure === null) return { candidate, failure };
    await closeServer(candidate);
    return { candidate: null, failure };
  } catch (thrown) {
    return { candidate: null, failure: withHint(asIngotError(thrown, `opening ${options.name}`)) };
  }
}

function withHint({ message, hint }: IngotError): Error {
  return new Error(`${message}. ${hint}`);
}

function newServer({ handler, log, name, strangers, tls }: Options, modern: Pem | undefined): Server {
  // Of strangers it is asked for below, and counted.
  const perhapsHost = { requireHostHeader: strangers === undefined };
  const server =
    tls !== undefined
      ? createTlsServer({ ...TLS, ...perhapsHost, key: tls.key, cert: tls.certificate })
      : modern !== undefined
        ? createTlsServer({ ...MODERN_TLS, key: modern.key, cert: modern.certificate })
        : createServer(perhapsHost);
  server.headersTimeout = 20_000;
  server.requestTimeout = strangers?.limits.requestTimeoutMs ?? 300_000;
  server.keepAliveTimeout = 10_000;
  const served = withPathOnly(handler);
  const remarks = new RepeatLimit(REMARKS);
  if (strangers === undefined)
    return server.on(
      'request',
      withoutLongPipelines(served, () => {
        if (remarks.allows(PIPELINE_CUT, performance.now())) log.warn({ listener: name }, PIPELINE_CUT);
      }),
    );
  const { limits, counters } = strangers;
  server.maxConnections = limits.maxConnections;
  server.on('drop', () => counters.count('connections_full'));
  answerMalformed(server, counters);
  const { guard, onConnection } = createFloodGuard(limits, counters);
  // By TLS a request's socket is the encrypted one, which is there after the handshake.
  const connected = tls === undefined ? 'connection' : 'secureConnection';
  if (tls !== undefined) {
    // Those that never shake hands hold a connection too.
    server.on('connection', createFloodGuard(limits, counters).onConnection);
    // The address is unknown when the connection is gone already.
    server.on('tlsClientError', (error: Error, { remoteAddress = 'somebody' }: Socket) => {
      counters.count('tls_failed');
      if (!remarks.allows(remoteAddress, performance.now())) return;
      log.warn(
        { listener: name, error: error.message },
        `${remoteAddress} ended an HTTPS handshake: does its firmware or iPXE hold our authority (ingot boot ca)?`,
      );
    });
  }
  const bounded = withoutLongPipelines(withHost(guard(served), counters), () =>
    counters.count('requests_of_connection_full'),
  );
  return server.on(connected, onConnection).on('request', bounded);
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
    if ('path' in at) await openTo(at);
    return null;
  } catch (thrown) {
    if (thrown instanceof IngotError) return withHint(thrown);
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
}

async function openTo({ path, group = null }: Extract<ListenAt, { path: string }>): Promise<void> {
  if (group !== null) await giveToGroup(path, group);
  await chmod(path, group === null ? 0o600 : 0o660);
}

async function closeServer(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(cut);
}
