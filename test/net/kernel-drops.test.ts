import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openBoundSocket, openDescriptor } from '../../src/net/bound-socket.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { createDropWatch, droppedAt } from '../../src/net/kernel-drops.ts';
import { libc } from '../../src/net/libc.ts';

const LOOPBACK = parseIpv4('127.0.0.1');
/** The kernel makes it 2 KiB at least: a handful of small datagrams. */
const SMALL = { interface: null, address: LOOPBACK, receiveBufferBytes: 1 };

/** Floods a port that nobody reads. */
async function flood(port: number, datagrams: number): Promise<void> {
  const sender: Socket = createSocket('udp4');
  const bytes = Buffer.alloc(200);
  for (let sent = 0; sent < datagrams; sent++)
    await new Promise<void>((resolve) => sender.send(bytes, port, '127.0.0.1', () => resolve()));
  sender.close();
  await once(sender, 'close');
}

/** A port of the system's choice, bound and read by nobody. */
async function unread(): Promise<{ readonly descriptor: number; readonly port: number }> {
  const other = createSocket('udp4');
  other.bind(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address();
  other.close();
  await once(other, 'close');
  const descriptor = openDescriptor({ ...SMALL, port });
  onTestFinished(() => void libc.close(descriptor));
  return { descriptor, port };
}

/** A clock whose every sleep ends when the test says so. */
function steps() {
  const waiting: (() => void)[] = [];
  return {
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        waiting.push(resolve);
        signal?.addEventListener('abort', () => reject(signal.reason));
      }),
    pass: async () => {
      await expect.poll(() => waiting.length).toBeGreaterThan(0);
      waiting.shift()?.();
      await sleep(1);
    },
  };
}

test('what finds no room in the buffer of a socket is known to the socket', async () => {
  const { descriptor, port } = await unread();
  expect(droppedAt(descriptor)).toBe(0);
  await flood(port, 100);
  const dropped = droppedAt(descriptor) ?? 0;
  expect(dropped).toBeGreaterThan(0);
  expect(dropped).toBeLessThan(100);
});

test('what is no socket drops nothing', () => {
  expect(droppedAt(-1)).toBeNull();
});

test('each look tells of what was dropped since the last one, and of nothing where nothing was', async () => {
  const { descriptor, port } = await unread();
  const clock = steps();
  const told: number[] = [];
  const end = createDropWatch(clock, (datagrams) => told.push(datagrams))(descriptor);
  await flood(port, 50);
  await clock.pass();
  await clock.pass();
  expect(told).toEqual([droppedAt(descriptor)]);
  await flood(port, 30);
  await clock.pass();
  expect(told[1]).toBe(30);
  end();
});

test('a socket is looked at until it is closed', async () => {
  const seen: string[] = [];
  const drops = (): (() => void) => {
    seen.push('begins');
    return () => seen.push('ends');
  };
  const socket = await openBoundSocket({ ...SMALL, port: 0, drops });
  expect(seen).toEqual(['begins']);
  socket.close();
  await once(socket, 'close');
  expect(seen).toEqual(['begins', 'ends']);
});
