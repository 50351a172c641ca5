import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createDhcpCounters } from '../../src/dhcp/counters.ts';
import type { Send } from '../../src/dhcp/question.ts';
import { startDhcpServer } from '../../src/dhcp/server.ts';
import { createLog } from '../../src/log.ts';
import { openDescriptor } from '../../src/net/bound-socket.ts';
import { ip } from './samples.ts';

/** Loopback addresses are many: this process has one, and its ports, for itself. */
const ADDRESS = ip(`127.${67 + (process.pid >> 16)}.${(process.pid >> 8) & 255}.${process.pid & 255}`);
const PORT = 6767;

it('a server that stops sends what waited, and what comes later goes nowhere', async () => {
  let reply: Send | null = null;
  const client = createSocket('udp4');
  client.bind(0, '127.0.0.1');
  await once(client, 'listening');
  const to = { address: ip('127.0.0.1'), port: client.address().port, broadcastFlag: false };
  const counters = createDhcpCounters();
  const say = (text: string): void => reply?.(Buffer.from(text), to);
  const heard: string[] = [];
  client.on('message', (bytes) => heard.push(String(bytes)));

  const arrived = Promise.withResolvers<void>();
  const server = await startDhcpServer({
    answerer: {
      receive: (_datagram, { send }) => {
        reply = send;
        arrived.resolve();
      },
      settle: async () => say('the lease is on disk'),
    },
    endpoint: { arrival: { by: 'address', address: ADDRESS }, networks: ['pxe'] },
    port: PORT,
    descriptor: openDescriptor({ interface: null, address: ADDRESS, port: PORT }),
    counters,
    clock: systemClock,
    log: createLog('silent'),
  });
  client.send('a question', PORT, ADDRESS);
  await arrived.promise;
  await server.stop();
  expect(() => say('nobody has that address')).not.toThrow();
  await expect.poll(() => heard).toEqual(['the lease is on disk']);
  expect(counters.snapshot()).toMatchObject({ send_failed: 0, internal_error: 0 });
  client.close();
});
