import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Ipv4, parseIpv4 } from '../../src/net/ipv4.ts';
import { type Conversation, createSharedPorts, type SharedPorts } from '../../src/net/shared-ports.ts';

const address = (text: string): Ipv4 => parseIpv4(text) ?? (text as never);
const OURS = '127.0.0.2';

let peers: Socket[];
let heard: string[];
let errors: string[];
let shared: SharedPorts;

const open = (ours: string, ports = 2): SharedPorts =>
  createSharedPorts({
    address: address(ours),
    ports,
    elapsed: () => performance.now(),
    onStranger: (datagram, from, answer) => {
      heard.push(`stranger ${Buffer.from(datagram)} from ${from.address}:${from.port}`);
      answer(text('go away'));
    },
    onError: (error) => errors.push(error.message),
  });

beforeEach(() => {
  [peers, heard, errors] = [[], [], []];
  shared = open(OURS);
});
afterEach(() => {
  shared.close();
  for (const peer of peers) peer.close();
});

async function connect(): Promise<Socket> {
  const peer = createSocket('udp4');
  peer.bind(0, '127.0.0.1');
  await once(peer, 'listening');
  peers.push(peer);
  return peer;
}

const end = (peer: Socket) => ({ address: address('127.0.0.1'), port: peer.address().port });
const text = (words: string): Buffer => Buffer.from(words);

/** Writes down what comes, with the words before it. */
function talk(peer: Socket, words = ''): Conversation {
  const opened = shared.open(end(peer), (datagram) => heard.push(`${words}${Buffer.from(datagram)}`));
  if (opened === null) throw new Error('no port');
  return opened;
}

const say = (peer: Socket, words: string, to: Conversation): Promise<unknown> =>
  new Promise((resolve) => peer.send(words, to.port, OURS, resolve));

test('what is sent in parts arrives as one datagram from our address and port', async () => {
  const peer = await connect();
  const conversation = talk(peer);
  const arrived = once(peer, 'message');
  conversation.send([text('one '), text('datagram')]);
  const [datagram, from] = await arrived;
  expect(`${datagram} from ${from.address}:${from.port}`).toBe(
    `one datagram from ${OURS}:${conversation.port}`,
  );
});

test('ends on one port are told apart, and each gets the answers that are its own', async () => {
  shared.close();
  shared = open(OURS, 1);
  const [one, two] = [await connect(), await connect()];
  const answers: string[] = [];
  for (const peer of [one, two]) {
    const opened = shared.open(end(peer), (datagram) => opened?.send([text('re '), datagram]));
    if (opened === null) throw new Error('no port');
    peer.on('message', (datagram) => answers.push(`${datagram}`));
    for (let i = 0; i < 100; i++) peer.send(`${peers.indexOf(peer)}-${i}`, opened.port, OURS);
  }
  await expect.poll(() => answers.length).toBe(200);
  const expected = [0, 1].flatMap((peer) => Array.from({ length: 100 }, (_, i) => `re ${peer}-${i}`));
  expect(answers.toSorted()).toEqual(expected.toSorted());
});

test('a second conversation with the same end has another port; with all ports taken there is none', async () => {
  const peer = await connect();
  const [one, two] = [talk(peer, 'one '), talk(peer, 'two ')];
  expect(one.port).not.toBe(two.port);
  expect(shared.open(end(peer), () => undefined)).toBeNull();
  await say(peer, 'hello', two);
  await expect.poll(() => heard).toEqual(['two hello']);
});

test('after its end a conversation is as strange as any other, and its port can be taken again', async () => {
  const peer = await connect();
  const [over] = [talk(peer), talk(peer)];
  over.close();
  const arrived = once(peer, 'message');
  await say(peer, 'late', over);
  expect(`${(await arrived)[0]}`).toBe('go away');
  expect(heard).toEqual([`stranger late from 127.0.0.1:${end(peer).port}`]);
  expect(talk(peer).port).toBe(over.port);
});

test('what is there already is handed over without a turn of the event loop, one at a time', async () => {
  const peer = await connect();
  const conversation = talk(peer);
  await say(peer, 'one', conversation);
  expect(conversation.waitFor(1_000)).toBe(true);
  expect(heard).toEqual(['one']);
});

test('who waits for the next word while one is handed over gets it, and what it says has left before', async () => {
  const peer = await connect();
  const conversation: Conversation | null = shared.open(end(peer), (datagram) => {
    heard.push(`${Buffer.from(datagram)}`);
    if (heard.length > 1) return;
    conversation?.send([text('next')]);
    conversation?.waitFor(0);
    const deadline = performance.now() + 2_000;
    while (heard.length < 2 && performance.now() < deadline) conversation?.waitFor(5);
  });
  if (conversation === null) throw new Error('no port');
  for (const words of ['one', 'two', 'three']) await say(peer, words, conversation);
  await expect.poll(() => heard).toEqual(['one', 'two', 'three']);
});

test('nothing comes: the wait ends', async () => {
  expect(talk(await connect()).waitFor(5)).toBe(false);
  expect(heard).toEqual([]);
});

test('what the system does not send is told, and what is behind it is sent', async () => {
  const peer = await connect();
  const conversation: Conversation | null = shared.open(end(peer), () => {
    conversation?.send([Buffer.alloc(65_530)]);
    conversation?.send([text('small')]);
  });
  if (conversation === null) throw new Error('no port');
  const arrived = once(peer, 'message');
  await say(peer, 'go', conversation);
  expect(`${(await arrived)[0]}`).toBe('small');
  await expect.poll(() => errors.join()).toMatch(/EMSGSIZE/);
});

test('an end that nobody can reach is told, and throws nothing at who speaks to it', () => {
  const nowhere = shared.open({ address: address('127.0.0.1'), port: 0 }, () => undefined);
  nowhere?.send([text('hello')]);
  expect(errors).toEqual([expect.stringMatching(/port/i)]);
});

test('when all is closed nothing is sent or waited for, and closing again does nothing', async () => {
  const conversation = talk(await connect());
  shared.close();
  shared.close();
  conversation.send([text('late')]);
  expect(conversation.waitFor(1_000)).toBe(false);
  conversation.close();
});

test('an address that is not ours gives no port', async () => {
  const peer = await connect();
  expect(open('192.0.2.1').open(end(peer), () => undefined)).toBeNull();
});

test('nobody else may bind a port that is ours, and get the ACKs meant for us', async () => {
  const peer = await connect();
  const to = { address: address('127.0.0.1'), port: peer.address().port };
  const port = shared.open(to, () => undefined)?.port;
  const other = createSocket({ type: 'udp4', reuseAddr: true });
  other.bind(port, OURS);
  await expect(once(other, 'listening')).rejects.toMatchObject({ code: 'EADDRINUSE' });
  other.close();
});
