import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Ipv4, parseIpv4 } from '../../src/net/ipv4.ts';
import { createQuickSockets, type QuickSocket } from '../../src/net/quick-socket.ts';

const address = (text: string): Ipv4 => parseIpv4(text) ?? (text as never);
const open = createQuickSockets(() => performance.now());

let peer: Socket;
let heard: string[];
let errors: string[];
let socket: QuickSocket;

beforeEach(async () => {
  peer = createSocket('udp4');
  peer.bind(0, '127.0.0.1');
  await once(peer, 'listening');
  heard = [];
  errors = [];
  const opened = open({
    address: address('127.0.0.2'),
    onDatagram: (datagram, from) => heard.push(`${Buffer.from(datagram)} from ${from.address}:${from.port}`),
    onError: (error) => errors.push(error.message),
  });
  if (opened === null) throw new Error('no socket');
  socket = opened;
});
afterEach(() => {
  socket.close();
  peer.close();
});

const end = () => ({ address: '127.0.0.1', port: peer.address().port });
const text = (words: string): Buffer => Buffer.from(words);

test('what is sent in parts arrives as one datagram from our address and port', async () => {
  const arrived = once(peer, 'message');
  socket.send([text('one '), text('datagram')], end());
  const [datagram, from] = await arrived;
  expect(`${datagram} from ${from.address}:${from.port}`).toBe(`one datagram from 127.0.0.2:${socket.port}`);
});

test('what comes is handed over by itself', async () => {
  peer.send('hello', socket.port, '127.0.0.2');
  await vi.waitFor(() => expect(heard).toEqual([`hello from 127.0.0.1:${end().port}`]));
});

test('what is there already is handed over without a turn of the event loop, one at a time', async () => {
  await new Promise((resolve) => peer.send('one', socket.port, '127.0.0.2', resolve));
  expect(socket.waitFor(1_000)).toBe(true);
  expect(heard).toEqual([`one from 127.0.0.1:${end().port}`]);
});

test('nothing comes: the wait ends', () => {
  expect(socket.waitFor(5)).toBe(false);
  expect(heard).toEqual([]);
});

test('what the system does not send is told', async () => {
  socket.send([Buffer.alloc(65_530)], end());
  await vi.waitFor(() => expect(errors.join()).toMatch(/EMSGSIZE/));
});

test('after its end it neither sends nor waits, and can be ended again', async () => {
  socket.close();
  socket.close();
  socket.send([text('late')], end());
  expect(socket.waitFor(1_000)).toBe(false);
});

test('an address that is not ours gives no socket', () => {
  const ignore = () => undefined;
  expect(open({ address: address('192.0.2.1'), onDatagram: ignore, onError: ignore })).toBeNull();
});
