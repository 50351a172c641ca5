import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDescriptor } from '../../src/net/bound-socket.ts';
import { type BusySocket, openBusySocket } from '../../src/net/busy-socket.ts';
import { type Ipv4, parseIpv4 } from '../../src/net/ipv4.ts';

const LOOPBACK = parseIpv4('127.0.0.1') as Ipv4;
/** More than one call of the system takes, and than one turn of the event loop. */
const BURST = 400;

describe('a socket that many ask at once', () => {
  let client: Socket;
  let port: number;
  let server: BusySocket;
  let heard: { readonly text: string; readonly bytes: Uint8Array; readonly from: number }[];
  let unsent: string[];

  beforeEach(async () => {
    heard = [];
    unsent = [];
    client = createSocket('udp4');
    client.bind(0, '127.0.0.1');
    await once(client, 'listening');
    const descriptor = openDescriptor({ interface: null, address: LOOPBACK, port: 0 });
    server = await openBusySocket({
      descriptor,
      onDatagram: (bytes, from) =>
        heard.push({ text: Buffer.from(bytes).toString(), bytes, from: from.port }),
      onError: (error) => unsent.push(error.message),
      onUnsent: (to, error) => unsent.push(`${to.address}: ${error?.message}`),
    });
    port = server.port;
  });
  afterEach(async () => {
    client.close();
    await server.close();
  });

  const ask = (text: string): Promise<void> =>
    new Promise((resolve) => client.send(text, port, '127.0.0.1', () => resolve()));

  it('hands over each datagram of a burst once, in order, with bytes that the receiver may keep', async () => {
    for (let i = 0; i < BURST; i++) await ask(`question ${i}`);
    await expect.poll(() => heard.length).toBe(BURST);
    expect(heard.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(
      Array.from({ length: BURST }, (_, i) => `question ${i}`),
    );
    expect(new Set(heard.map(({ from }) => from))).toEqual(new Set([client.address().port]));
  });

  it('hears the next burst as well as the first', async () => {
    for (let round = 1; round <= 3; round++) {
      for (let i = 0; i < BURST; i++) await ask(`${round}`);
      await expect.poll(() => heard.length).toBe(round * BURST);
    }
  });

  it('sends all that is said in one go, in order', async () => {
    const answers: string[] = [];
    client.on('message', (bytes) => answers.push(bytes.toString()));
    for (let i = 0; i < 150; i++)
      server.send(Buffer.from(`answer ${i}`), { address: LOOPBACK, port: client.address().port });
    await expect.poll(() => answers.length).toBe(150);
    expect(answers).toEqual(Array.from({ length: 150 }, (_, i) => `answer ${i}`));
    expect(unsent).toEqual([]);
  });

  it('tells what the system refuses to send, and sends the others', async () => {
    const answers: string[] = [];
    client.on('message', (bytes) => answers.push(bytes.toString()));
    const to = { address: LOOPBACK, port: client.address().port };
    server.send(Buffer.from('before'), to);
    // Nobody may be reached on port 0.
    server.send(Buffer.from('nowhere'), { address: LOOPBACK, port: 0 });
    server.send(Buffer.from('after'), to);
    await expect.poll(() => answers).toEqual(['before', 'after']);
    await expect.poll(() => unsent).toHaveLength(1);
  });

  it('still sends when it reads no more, and frees its port when it is closed', async () => {
    server.stopReading();
    await ask('too late');
    const answered = once(client, 'message');
    server.send(Buffer.from('the last word'), { address: LOOPBACK, port: client.address().port });
    expect(String((await answered)[0])).toBe('the last word');
    expect(heard).toEqual([]);
    await server.close();
    const next = createSocket('udp4');
    next.bind(port, '127.0.0.1');
    await once(next, 'listening');
    next.close();
  });
});
