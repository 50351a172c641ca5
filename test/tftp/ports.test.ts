/** Which address and port answers come from, and how large a block the wire takes. */
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import type { TftpServerOptions } from '../../src/tftp/server.ts';
import { type BareClient, bareClient, type Harness, LOOPBACK, rrq, startServer } from './harness.ts';

const CONTENT = Buffer.alloc(3000, 'ingot');
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const thing of open.splice(0)) await thing.close();
});

async function serve(options: Partial<TftpServerOptions>): Promise<Harness> {
  const at = await startServer(new Map([['a.efi', CONTENT]]), options);
  open.push({ close: () => at.server.stop() });
  return at;
}

async function connect(): Promise<BareClient> {
  const client = await bareClient();
  open.push(client);
  return client;
}

test('a host of several addresses answers from the one that was asked', async () => {
  const at = await serve({ address: parseIpv4('127.0.0.2') ?? LOOPBACK });
  const client = await connect();
  client.send(rrq('a.efi'), at.server.port, '127.0.0.2');
  expect((await client.receive()).address).toBe('127.0.0.2');
});

describe('with a single port', () => {
  test('a whole transfer comes from the request port', async () => {
    const at = await serve({ singlePort: true });
    const client = await connect();
    const { port } = at.server;
    client.send(rrq('a.efi', { blksize: '1468' }), port);
    expect(await client.receive()).toMatchObject({ port, packet: { op: 'oack' } });
    for (const block of [0, 1, 2, 3]) {
      client.send({ op: 'ack', block }, port);
      if (block < 3)
        expect(await client.receive()).toMatchObject({ port, packet: { op: 'data', block: block + 1 } });
    }
    await expect.poll(() => at.count('done')).toBe(1);
    expect(at.facts.map(({ kind }) => kind)).toEqual(['tftp.request', 'tftp.done']);
  });

  test('transfers of several clients are told apart by where they come from', async () => {
    const at = await serve({ singlePort: true });
    const clients = [await connect(), await connect(), await connect()];
    for (const client of clients) {
      client.send(rrq('a.efi'), at.server.port);
      expect((await client.receive()).packet).toMatchObject({ block: 1 });
    }
    for (const [ahead, client] of clients.entries()) {
      for (let block = 1; block <= ahead; block++) {
        client.send({ op: 'ack', block }, at.server.port);
        expect((await client.receive()).packet).toMatchObject({ block: block + 1 });
      }
    }
    expect(at.server.activeTransfers()).toBe(3);
  });

  test('an ACK that belongs to no transfer gets error 5, an ERROR gets nothing', async () => {
    const at = await serve({ singlePort: true });
    const client = await connect();
    client.send({ op: 'error', code: 0, message: 'no' }, at.server.port);
    client.send({ op: 'ack', block: 7 }, at.server.port);
    expect((await client.receive()).packet).toMatchObject({ op: 'error', code: 5 });
    expect([at.count('not_a_request'), at.count('stranger'), client.waiting()]).toEqual([1, 1, 0]);
  });

  test('error 5 has the same bound a second as requests', async () => {
    const at = await serve({ singlePort: true, limits: { requestBurst: 3, requestsPerSecond: 0 } });
    const client = await connect();
    for (let i = 0; i < 10; i++) client.send({ op: 'ack', block: 1 }, at.server.port);
    await expect.poll(() => at.count('rate_limited')).toBe(7);
    expect(at.count('stranger')).toBe(3);
  });

  test('the same request again before the first ACK is still one transfer', async () => {
    const at = await serve({ singlePort: true });
    const client = await connect();
    for (let i = 0; i < 3; i++) client.send(rrq('a.efi'), at.server.port);
    await expect.poll(() => at.count('duplicate_request')).toBe(2);
    expect(at.server.activeTransfers()).toBe(1);
  });
});

describe('the largest block', () => {
  test.each([
    ['an MTU of 1500', 1500, '1468'],
    ['a tunnel with an MTU of 1400', 1400, '1368'],
    ['jumbo frames, which not every client on the wire must know', 9000, '1468'],
    ['an MTU that no network should have', 300, '512'],
    ['an unknown MTU', null, '1468'],
  ])('with %s', async (_name, mtu, granted) => {
    const at = await serve({ mtu: () => mtu });
    const client = await connect();
    client.send(rrq('a.efi', { blksize: '65464' }), at.server.port);
    expect((await client.receive()).packet).toEqual({
      op: 'oack',
      options: [{ name: 'blksize', value: granted }],
    });
  });
});

test('the more clients there are, the smaller the windows, so that all of them leave DHCP its turn', async () => {
  const at = await serve({ limits: { maxTransfersPerClient: 40 } });
  const granted: (string | undefined)[] = [];
  for (let i = 0; i < 40; i++) {
    const client = await connect();
    client.send(rrq('a.efi', { windowsize: '64' }), at.server.port);
    const { packet } = await client.receive();
    granted.push(packet.op === 'oack' ? packet.options[0]?.value : packet.op);
  }
  expect([granted[0], granted[15], granted[31], granted[39]]).toEqual(['64', '64', '32', '25']);
});

describe.each([
  ['on a port of its own', false],
  ['with a single port', true],
])(
  "the last ACK of a transfer %s that comes twice gets no ERROR, which would end the client's next one",
  (_name, singlePort) => {
    async function load(client: BareClient, at: Harness): Promise<number> {
      client.send(rrq('a.efi', { blksize: '1468' }), at.server.port);
      const { port } = await client.receive();
      for (const block of [0, 1, 2, 3]) {
        client.send({ op: 'ack', block }, port);
        if (block < 3) await client.receive();
      }
      return port;
    }

    test('when nothing else is asked for', async () => {
      const at = await serve({ singlePort });
      const client = await connect();
      const port = await load(client, at);
      client.send({ op: 'ack', block: 3 }, port);
      await expect.poll(() => at.count('stale_ack')).toBe(1);
      expect([at.count('done'), at.count('stranger'), client.waiting()]).toEqual([1, 0, 0]);
    });

    test('when the next transfer has begun from the same port', async () => {
      const at = await serve({ singlePort });
      const client = await connect();
      const port = await load(client, at);
      client.send(rrq('a.efi'), at.server.port);
      const next = await client.receive();
      client.send({ op: 'ack', block: 3 }, port);
      await expect.poll(() => at.count('stale_ack')).toBe(1);
      client.send({ op: 'ack', block: 1 }, next.port);
      expect((await client.receive()).packet).toMatchObject({ op: 'data', block: 2 });
    });

    test('until nobody remembers that transfer: then it is a stranger', async () => {
      let later = 0;
      const at = await serve({
        singlePort,
        clock: { ...systemClock, elapsed: () => systemClock.elapsed() + later },
      });
      const client = await connect();
      const port = await load(client, at);
      await expect.poll(() => at.count('done')).toBe(1);
      later = 10_000;
      client.send({ op: 'ack', block: 3 }, port);
      expect((await client.receive()).packet).toMatchObject({ op: 'error', code: 5 });
    });
  },
);

test('a clock that is set forward by an hour ends no transfer', async () => {
  let [set, looks] = [0, 0];
  const elapsed = (): number => {
    looks++;
    return systemClock.elapsed();
  };
  const at = await serve({ clock: { ...systemClock, now: () => systemClock.now() + set, elapsed } });
  const client = await connect();
  client.send(rrq('a.efi'), at.server.port);
  const { port } = await client.receive();
  set = 3_600_000;
  const before = looks;
  // Nothing comes: only its timers look, those that would end a transfer.
  await expect.poll(() => looks).toBeGreaterThan(before + 1);
  client.send({ op: 'ack', block: 1 }, port);
  expect((await client.receive()).packet).toMatchObject({ op: 'data', block: 2 });
});

test("a Raspberry Pi's flood of missing names is answered name by name, and told in a few sentences", async () => {
  const at = await serve({});
  const client = await connect();
  for (let i = 0; i < 60; i++) client.send(rrq(`8e0d4f2a/overlay${i}.dtb`), at.server.port);
  for (let i = 0; i < 60; i++)
    expect((await client.receive()).packet).toMatchObject({ op: 'error', code: 1 });
  expect(at.count('file_not_found')).toBe(60);
  expect(at.facts.length).toBe(8);
  expect(at.facts[0]).toMatchObject({ kind: 'tftp.request' });
});
