/** The files are bigger than what the kernel's buffers take at once, so a reader that stops is seen. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { LARGEST_PIECE_BYTES } from '../../src/boot/http-send.ts';
import { LEAST_RATE } from '../../src/boot/least-rate.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { GOOD, LEAF_KEY } from '../bmc/certificates.ts';
import { type BootHttp, IMAGE, startBootHttp } from './http-harness.ts';

const INITRD_BYTES = 40 * 1024 * 1024;
const RAMDISK = '/files/initrd.zst';
const TLS = { cert: GOOD, key: LEAF_KEY };
const CHANNELS = [['HTTP'], ['HTTPS']] as const;
type Channel = (typeof CHANNELS)[number][0];

/** A clock whose sleeps end when the test says so. */
function windows(): Clock & { readonly pass: () => Promise<void> } {
  const asleep = new Set<() => void>();
  return {
    ...systemClock,
    sleep: (_ms, signal) =>
      new Promise<void>((resolve, reject) => {
        asleep.add(resolve);
        signal?.addEventListener('abort', () => {
          asleep.delete(resolve);
          reject(signal.reason as Error);
        });
      }),
    pass: async () => {
      for (const wake of asleep) wake();
      asleep.clear();
      await settled();
    },
  };
}

/** The kernel's buffers on loopback are refilled at once: some turns of the loop, and all is where it can be. */
async function settled(): Promise<void> {
  for (let i = 0; i < 50; i++) await turn();
}

async function serving(images = 64): Promise<BootHttp & { readonly pass: () => Promise<void> }> {
  const clock = windows();
  const at = await startBootHttp({ tls: TLS, clock, initrdBytes: INITRD_BYTES, limits: { images } });
  onTestFinished(() => at.stop());
  return { ...at, pass: clock.pass };
}

/** Asks for a file and takes nothing beyond what fits into the buffers between; resolves when it has begun. */
async function askFor(path: string, { by, port }: { by: Channel; port: number }): Promise<Socket> {
  const at = { port, host: '127.0.0.1' };
  const socket = by === 'HTTP' ? connect(at) : connectTls({ ...at, rejectUnauthorized: false });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  await once(socket, 'readable');
  await settled();
  return socket;
}

const portOf = (at: BootHttp, by: Channel): number => (by === 'HTTP' ? at.port : (at.tlsPort ?? 0));

/** Takes so many bytes, or what there is until the end; resolves to how many it took. */
async function take(socket: Socket, bytes: number): Promise<number> {
  const over = new AbortController();
  const closed = once(socket, 'close', over).catch(() => undefined);
  let taken = 0;
  while (taken < bytes && !socket.destroyed && !socket.readableEnded) {
    const chunk: Buffer | null = socket.read(Math.min(bytes - taken, Math.max(1, socket.readableLength)));
    if (chunk === null) await Promise.race([once(socket, 'readable', over).catch(() => undefined), closed]);
    else taken += chunk.length;
  }
  over.abort();
  await settled();
  return taken;
}

const STEADY = LEAST_RATE.bytes + 4096;
/** What one window takes too little the next takes too much. */
const UNEVEN = [1024 * 1024, 2 * LEAST_RATE.bytes] as const;

test.each([
  { by: 'HTTP', how: 'steadily', takes: [STEADY, STEADY] },
  { by: 'HTTPS', how: 'steadily', takes: [STEADY, STEADY] },
  { by: 'HTTP', how: 'unevenly', takes: UNEVEN },
] as const)(
  'a ramdisk that is taken just above the least rate comes whole by $by, $how over many windows',
  async ({ by, takes }) => {
    const at = await serving();
    const socket = await askFor(RAMDISK, { by, port: portOf(at, by) });
    let taken = 0;
    for (let window = 0; taken < INITRD_BYTES && !socket.destroyed && window < 12; window++) {
      taken += await take(socket, takes[window % 2 === 0 ? 0 : 1]);
      await at.pass();
    }
    expect(taken).toBeGreaterThan(INITRD_BYTES);
    await expect.poll(() => at.facts).toMatchObject([{ kind: 'boot.initrd' }]);
  },
);

test.each(CHANNELS)(
  'a ramdisk of which nothing is taken any more is cut by %s within a few windows',
  async (by) => {
    const at = await serving();
    const socket = await askFor(RAMDISK, { by, port: portOf(at, by) });
    await take(socket, 2 * LEAST_RATE.bytes);
    for (let window = 0; window < 4; window++) await at.pass();
    await expect.poll(() => at.facts).toMatchObject([{ kind: 'boot.failed' }]);
  },
);

test('an image of which too little is taken is cut, and its place is free again', async () => {
  const at = await serving(1);
  const path = `/images/${IMAGE.id}`;
  const socket = await askFor(path, { by: 'HTTP', port: at.port });
  for (let window = 0; window < 4; window++) {
    await take(socket, 1024);
    await at.pass();
  }
  await expect
    .poll(() => at.facts)
    .toMatchObject([
      {
        kind: 'boot.failed',
        sentence: expect.stringMatching(/broke off .*: ingot cut it off, .* 64 KiB a second/),
      },
    ]);
  const next = await fetch(`http://127.0.0.1:${at.port}${path}`, { headers: { range: 'bytes=0-0' } });
  expect(next.status).toBe(206);
});

test.each(CHANNELS)(
  'no more than a piece of a ramdisk waits for a reader that stands still, by %s',
  async (by) => {
    const at = await serving();
    const sockets: Socket[] = [];
    const server: Server = by === 'HTTP' ? createServer() : createTlsServer(TLS);
    server.on('request', (request, response) => {
      sockets.push(request.socket);
      void at.handler(request, response);
    });
    server.listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const client = await askFor(RAMDISK, { by, port });
    const [socket] = sockets;
    expect(socket?.writableLength).toBeGreaterThan(0);
    expect(socket?.writableLength).toBeLessThan(LARGEST_PIECE_BYTES + 1024);
    client.destroy();
    await expect.poll(() => at.facts.length).toBe(1);
  },
);
