/** The guard in front of a real server: sockets of one address (127.0.0.1) and of another (127.0.0.2). */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import {
  createFloodGuard,
  FLOOD_COUNTS,
  type FloodLimits,
} from '../../../src/daemon/listeners/flood-guard.ts';
import { createCounters } from '../../../src/net/counters.ts';

const LIMITS: FloodLimits = {
  connectionsPerAddress: 3,
  bodyBytes: 1000,
  bodyBytesPerAddress: 600,
  largestBody: 500,
};

type Guarded = {
  /** Answers that the handler still owes. */
  readonly owed: ServerResponse[];
  connect(from?: string): Promise<Socket>;
  /** Refusals so far, by reason; those that never happened are left out. */
  refused(): Readonly<Record<string, number>>;
};

async function guarded(limits: Partial<FloodLimits> = {}): Promise<Guarded> {
  const counters = createCounters(FLOOD_COUNTS);
  const guard = createFloodGuard({ ...LIMITS, ...limits }, counters);
  const owed: ServerResponse[] = [];
  const server = createServer(
    guard.guard((request, response) => {
      if (request.url === '/now') response.end('taken');
      else owed.push(response);
    }),
  );
  server.on('connection', guard.onConnection);
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    owed,
    refused: () => Object.fromEntries(Object.entries(counters.snapshot()).filter(([, count]) => count > 0)),
    connect: async (localAddress = '127.0.0.1') => {
      const socket = connect({ host: '127.0.0.1', port, localAddress });
      socket.on('error', () => undefined);
      onTestFinished(() => void socket.destroy());
      await once(socket, 'connect');
      return socket;
    },
  };
}

/** The head of a request whose body has not come yet. */
const head = (field: string): string => `POST / HTTP/1.1\r\nHost: x\r\n${field}\r\n\r\n`;
const declares = (bytes: number): string => head(`Content-Length: ${bytes}`);

async function answerTo(socket: Socket, request: string): Promise<string> {
  const cut = once(socket, 'close').then(() => Promise.reject(new Error('cut')));
  const answer = once(socket, 'data').then(([data]) => String(data));
  socket.write(request);
  cut.catch(() => undefined);
  return Promise.race([answer, cut]);
}

const admitted = (at: Guarded, many: number) => expect.poll(() => at.owed.length).toBe(many);

test('an address has so many connections; one more is cut, another address is served', async () => {
  const at = await guarded();
  const mine = [await at.connect(), await at.connect(), await at.connect()];
  const oneMore = await at.connect();
  await once(oneMore, 'close');
  expect(at.refused()).toEqual({ connections_of_address_full: 1 });
  (await at.connect('127.0.0.2')).write(declares(0));
  await admitted(at, 1);
  mine[0]?.destroy();
  await expect.poll(() => statusOf(at, 1).catch(() => 'cut')).toBe('200');
});

test('bodies under way beyond the share of an address are told to come back, and the connection ends', async () => {
  const at = await guarded();
  (await at.connect()).write(declares(500));
  await admitted(at, 1);
  const refused = await at.connect();
  const closed = once(refused, 'close');
  const answer = await answerTo(refused, declares(200));
  expect(answer).toMatch(/^HTTP\/1\.1 503 /);
  expect(answer).toMatch(/\r\nRetry-After: 5\r\n/);
  expect(answer).toMatch(/\r\nConnection: close\r\n/);
  await closed;
  expect(at.refused()).toEqual({ bodies_of_address_full: 1 });
  (await at.connect('127.0.0.2')).write(declares(500));
  await admitted(at, 2);
});

test('bodies under way of all addresses together have a bound', async () => {
  const at = await guarded();
  (await at.connect('127.0.0.1')).write(declares(500));
  (await at.connect('127.0.0.2')).write(declares(500));
  await admitted(at, 2);
  expect(await answerTo(await at.connect('127.0.0.3'), declares(1))).toMatch(/^HTTP\/1\.1 503 /);
  expect(at.refused()).toEqual({ bodies_full: 1 });
});

test('a request without a body is always served', async () => {
  const at = await guarded({ bodyBytes: 0 });
  (await at.connect()).write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await admitted(at, 1);
});

test('a body of unknown length counts as the largest', async () => {
  const at = await guarded();
  (await at.connect()).write(head('Transfer-Encoding: chunked'));
  await admitted(at, 1);
  expect(await answerTo(await at.connect(), declares(101))).toMatch(/^HTTP\/1\.1 503 /);
});

test.each(['answered', 'broken off', 'broken off with requests behind it'] as const)(
  'the room comes back when a request is %s',
  async (end) => {
    const at = await guarded();
    const socket = await at.connect();
    const many = end === 'broken off with requests behind it' ? 3 : 1;
    socket.write(`${declares(200)}${'x'.repeat(200)}`.repeat(many));
    await admitted(at, many);
    expect(await statusOf(at, 500)).toBe('503');
    if (end === 'answered') at.owed[0]?.end();
    else socket.destroy();
    await expect.poll(() => statusOf(at, 500)).toBe('200');
    expect(await statusOf(at, 500)).toBe('200');
  },
);

/** The status of a request that is answered at once when it is let in. */
async function statusOf(at: Guarded, bytes: number): Promise<string> {
  const socket = await at.connect();
  const answer = await answerTo(socket, `${declares(bytes).replace('/', '/now')}${'x'.repeat(bytes)}`);
  socket.destroy();
  return answer.slice(9, 12);
}
