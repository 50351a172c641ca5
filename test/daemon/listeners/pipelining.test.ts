/** Many requests on one connection, none of which waits for an answer (RFC 9112 9.3.2). */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { MOST_UNDER_WAY, withoutLongPipelines } from '../../../src/daemon/listeners/pipelining.ts';
import { withPathOnly } from '../../../src/daemon/listeners/request-target.ts';
import { listenOnLoopback } from '../../rig/loopback.ts';

const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`;

async function serving(handler: RequestListener): Promise<(bytes: string) => ReturnType<typeof connect>> {
  const server = createServer(handler);
  const port = await listenOnLoopback(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (bytes) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    socket.write(bytes);
    return socket;
  };
}

test('a connection with too many requests under way is cut, told once, and nothing more of it is begun', async () => {
  let begun = 0;
  let full = 0;
  const send = await serving(
    withoutLongPipelines(
      () => begun++,
      () => full++,
    ),
  );
  const socket = send(get('/').repeat(20_000));
  await new Promise((resolve) => socket.once('close', resolve));
  expect({ begun, full }).toEqual({ begun: MOST_UNDER_WAY, full: 1 });
});

test('as many requests as one likes are answered one after the other', async () => {
  const rounds = 3 * MOST_UNDER_WAY;
  let full = 0;
  const send = await serving(
    withoutLongPipelines(
      (_request, response) => response.end('here'),
      () => full++,
    ),
  );
  const socket = send(get('/'));
  for (let round = 1; round < rounds; round++) {
    await once(socket, 'data');
    socket.write(get('/'));
  }
  await once(socket, 'data');
  expect(full).toBe(0);
});

test.each([
  ['/boot/x?y=1', '/boot/x?y=1'],
  ['http://10.20.0.1:6180/boot/x', '/boot/x'],
  ['HTTPS://seed/boot/x?y=1', '/boot/x?y=1'],
  ['http://seed', '/'],
  ['http://seed?y=1', '/?y=1'],
])('a request for %s is one for %s', async (target, path) => {
  const send = await serving(withPathOnly((request, response) => response.end(request.url)));
  const [answer] = await once(send(get(target)), 'data');
  expect(String(answer).split('\r\n\r\n')[1]).toBe(path);
});
