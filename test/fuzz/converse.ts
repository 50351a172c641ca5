/** Talks to a server over TCP in whatever bytes, and reads what its answers say. */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { FLOOD_COUNTS, type FloodCount } from '../../src/daemon/listeners/flood-guard.ts';
import { startListener } from '../../src/daemon/listeners/listeners.ts';
import { createLog } from '../../src/log.ts';
import { createCounters } from '../../src/net/counters.ts';
import { freePorts } from '../rig/ports.ts';

const KEPT_OPEN_MS = 5_000;
/** A server counts an answer when it has left, which is after it came. */
const COUNTED_MS = 2_000;
const MIB = 1024 * 1024;

/** Sends the bytes, ends our half, and resolves to what came until the server ended its own. */
export function converse(port: number, bytes: Uint8Array): Promise<Buffer> {
  const { promise: answered, resolve, reject } = Promise.withResolvers<Buffer>();
  const parts: Buffer[] = [];
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.setTimeout(KEPT_OPEN_MS, () => {
    socket.destroy();
    reject(new Error(`the server keeps a connection open; input: ${Buffer.from(bytes).toString('hex')}`));
  });
  socket.on('data', (part) => parts.push(part));
  // A connection that is reset is an answer too: what came before it counts.
  socket.on('error', () => undefined);
  socket.on('close', () => resolve(Buffer.concat(parts)));
  socket.on('end', () => socket.destroy());
  socket.end(bytes);
  return answered;
}

/** The statuses of the answers, in their order. */
export function statusesOf(answer: Buffer): readonly number[] {
  const lines = answer.toString('latin1').matchAll(/HTTP\/1\.1 (\d{3}) /g);
  return [...lines].map(([, status]) => Number(status));
}

type Handler = Parameters<typeof startListener>[0]['handler'];

/** A listener for strangers, as the daemon has them. */
export async function listenForStrangers(handler: Handler): Promise<{
  readonly port: number;
  refused(): Readonly<Record<FloodCount, number>>;
  stop(): Promise<void>;
}> {
  const { boot: port } = await freePorts('boot');
  const counters = createCounters(FLOOD_COUNTS);
  const limits = {
    connectionsPerAddress: 64,
    bodyBytes: 64 * MIB,
    bodyBytesPerAddress: 32 * MIB,
    largestBody: MIB,
    maxConnections: 128,
    requestTimeoutMs: 60_000,
  };
  const listener = await startListener({
    name: 'fuzzed',
    at: { address: '127.0.0.1', port },
    handler,
    log: createLog('silent'),
    onProblem: (sentence) => {
      throw new Error(sentence);
    },
    strangers: { limits, counters },
  });
  return { port, refused: counters.snapshot, stop: () => listener.stop() };
}

/** Resolves to whether the counts come to be at least so many. */
export async function getsCounted(count: () => number, least: number): Promise<boolean> {
  for (const until = performance.now() + COUNTED_MS; count() < least; await sleep(5))
    if (performance.now() > until) return false;
  return true;
}

export function sumOf(
  counts: Readonly<Record<string, number>>,
  names: readonly string[] = Object.keys(counts),
): number {
  return names.reduce((sum, name) => sum + (counts[name] ?? 0), 0);
}
