import { afterEach, describe, expect, test, vi } from 'vitest';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import type { TftpServerOptions } from '../../src/tftp/server.ts';
import { type BareClient, bareClient, type Harness, rrq, startServer } from './harness.ts';

const CONTENT = Buffer.alloc(3000, 'ingot');
const FILES = new Map([['undionly.kpxe', CONTENT]]);
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const thing of open.splice(0)) await thing.close();
});

async function set(options: Partial<TftpServerOptions> = {}): Promise<{ at: Harness; client: BareClient }> {
  const at = await startServer(FILES, options);
  const client = await bareClient();
  open.push({ close: () => at.server.stop() }, client);
  return { at, client };
}

describe('a download', () => {
  test('comes from a port of its own, and tells its story in facts', async () => {
    const { at, client } = await set();
    client.send(rrq('UNDIONLY.KPXE\xff', { blksize: '1468', tsize: '0' }), at.server.port);
    const oack = await client.receive();
    expect(oack.port).not.toBe(at.server.port);
    expect(oack.packet).toEqual({
      op: 'oack',
      options: [
        { name: 'blksize', value: '1468' },
        { name: 'tsize', value: '3000' },
      ],
    });
    for (const block of [0, 1, 2, 3]) {
      client.send({ op: 'ack', block }, oack.port);
      if (block < 3) expect((await client.receive()).packet).toMatchObject({ op: 'data', block: block + 1 });
    }
    await expect.poll(() => at.server.activeTransfers()).toBe(0);
    expect(at.facts).toMatchObject([
      { kind: 'tftp.request', address: '127.0.0.1', file: 'undionly.kpxe', bytes: 3000 },
      {
        kind: 'tftp.done',
        sentence: expect.stringMatching(/^loaded undionly\.kpxe by TFTP: 3000 bytes in \d+\.\d s$/),
      },
    ]);
    expect([at.count('requests'), at.count('done')]).toEqual([1, 1]);
  });

  test('a stranger gets ERROR 5 and the transfer goes on', async () => {
    const { at, client } = await set();
    const stranger = await bareClient();
    open.push(stranger);
    client.send(rrq('undionly.kpxe'), at.server.port);
    const { port } = await client.receive();
    stranger.send({ op: 'ack', block: 1 }, port);
    expect((await stranger.receive()).packet).toMatchObject({ op: 'error', code: 5 });
    stranger.send({ op: 'error', code: 0, message: 'stop it' }, port);
    client.send({ op: 'ack', block: 1 }, port);
    expect((await client.receive()).packet).toMatchObject({ op: 'data', block: 2 });
    await expect.poll(() => at.count('stranger')).toBe(2);
    expect(stranger.waiting()).toBe(0);
  });

  test("EDK2's question for the size is counted and is no event beyond the request", async () => {
    const { at, client } = await set();
    client.send(rrq('undionly.kpxe', { tsize: '0' }), at.server.port);
    const { port } = await client.receive();
    client.send({ op: 'error', code: 8, message: 'User aborted the transfer' }, port);
    await expect.poll(() => at.count('probe')).toBe(1);
    expect(at.facts.map((fact) => fact.kind)).toEqual(['tftp.request']);
  });

  test('a client that refuses options, and asks again from the same port without them, gets the file', async () => {
    const { at, client } = await set();
    client.send(rrq('undionly.kpxe', { blksize: '1024' }), at.server.port);
    const { packet, port } = await client.receive();
    expect(packet.op).toBe('oack');
    client.send({ op: 'error', code: 8, message: 'Option negotiation failed' }, port);
    await expect.poll(() => at.count('options_refused')).toBe(1);
    client.send(rrq('undionly.kpxe'), at.server.port);
    const again = await client.receive();
    expect(again.packet).toMatchObject({ op: 'data', block: 1 });
    client.send({ op: 'ack', block: 1 }, again.port);
    expect((await client.receive()).packet).toMatchObject({ op: 'data', block: 2 });
    expect(at.facts.map((fact) => fact.kind)).not.toContain('tftp.failed');
    expect(at.facts[1]?.sentence).toContain('takes no TFTP options');
  });

  test('a request sent twice before the first ACK makes one transfer; after it, a new one', async () => {
    const { at, client } = await set();
    client.send(rrq('undionly.kpxe'), at.server.port);
    const first = await client.receive();
    client.send(rrq('undionly.kpxe'), at.server.port);
    await expect.poll(() => at.count('duplicate_request')).toBe(1);
    client.send({ op: 'ack', block: 1 }, first.port);
    expect((await client.receive()).packet).toMatchObject({ block: 2 });
    client.send(rrq('undionly.kpxe'), at.server.port);
    const second = await client.receive();
    expect(second.packet).toMatchObject({ block: 1 });
    expect(second.port).not.toBe(first.port);
    expect(at.server.activeTransfers()).toBe(1);
  });

  test('an unanswered OACK is sent again after a second', async () => {
    const { at, client } = await set();
    client.send(rrq('undionly.kpxe', { tsize: '0' }), at.server.port);
    expect((await client.receive()).packet.op).toBe('oack');
    expect((await client.receive()).packet.op).toBe('oack');
  });

  test('a transfer that takes longer than allowed is ended with a word to the client', async () => {
    const { at, client } = await set({ limits: { maxTransferMs: 300 } });
    client.send(rrq('undionly.kpxe'), at.server.port);
    expect((await client.receive()).packet.op).toBe('data');
    expect((await client.receive()).packet).toEqual({
      op: 'error',
      code: 0,
      message: 'the transfer took too long',
    });
    expect(at.facts.at(-1)).toMatchObject({ kind: 'tftp.failed' });
  });
});

describe('what is refused', () => {
  test.each(['../../etc/passwd', '/etc/passwd', 'undionly.kpxe\\..\\..\\shadow', '%2e%2e/x', 'missing'])(
    '%s does not exist: ERROR 1, and a sentence',
    async (file) => {
      const { at, client } = await set();
      client.send(rrq(file), at.server.port);
      expect((await client.receive()).packet).toMatchObject({ op: 'error', code: 1 });
      expect(at.facts).toMatchObject([{ kind: 'tftp.failed', bytes: 0 }]);
      expect(at.count('file_not_found')).toBe(1);
    },
  );

  test('autoexec.ipxe is answered at once and is no failure', async () => {
    const { at, client } = await set();
    client.send(rrq('autoexec.ipxe'), at.server.port);
    expect((await client.receive()).packet).toMatchObject({ op: 'error', code: 1 });
    expect(at.facts.map((fact) => fact.kind)).toEqual(['tftp.request']);
  });

  test('writing is refused, and nothing is listened for', async () => {
    const { at, client } = await set();
    client.send({ op: 'wrq', file: 'undionly.kpxe', mode: 'octet', options: [] }, at.server.port);
    expect((await client.receive()).packet).toMatchObject({ op: 'error', code: 2 });
    expect(at.server.activeTransfers()).toBe(0);
  });
});

describe('limits', () => {
  test('a client has so many transfers and no more; silence lets it try again', async () => {
    const { at, client } = await set({ limits: { maxTransfersPerClient: 2 } });
    const others = [await bareClient(), await bareClient()];
    open.push(...others);
    for (const one of [client, ...others]) one.send(rrq('undionly.kpxe'), at.server.port);
    await expect.poll(() => at.count('client_limit')).toBe(1);
    expect(at.server.activeTransfers()).toBe(2);
  });

  test('so many transfers in all', async () => {
    const { at, client } = await set({ limits: { maxTransfers: 1 } });
    const other = await bareClient();
    open.push(other);
    for (const one of [client, other]) one.send(rrq('undionly.kpxe'), at.server.port);
    await expect.poll(() => at.count('server_limit')).toBe(1);
  });

  test('so many requests a second from one address', async () => {
    const { at, client } = await set({ limits: { requestBurst: 2, requestsPerSecond: 1 } });
    for (let i = 0; i < 5; i++) client.send(rrq('missing'), at.server.port);
    await expect.poll(() => at.count('rate_limited')).toBe(3);
    expect(at.count('file_not_found')).toBe(2);
  });

  test('addresses that are not ours to serve get nothing', async () => {
    const { at, client } = await set({ isClient: (address) => address === parseIpv4('10.20.0.9') });
    client.send(rrq('undionly.kpxe'), at.server.port);
    await expect.poll(() => at.count('not_our_network')).toBe(1);
    expect(client.waiting()).toBe(0);
  });
});

describe('hostile input', () => {
  test.each([
    ['nothing', '', 'too_short'],
    ['one byte', '00', 'too_short'],
    ['an unknown opcode', '000900000000', 'unknown_opcode'],
    ['a request without end', '0001414141', 'bad_request_strings'],
    ['an ACK without a transfer', '00040001', 'not_a_request'],
    ['an ERROR', '000500004100', 'not_a_request'],
  ] as const)('%s is dropped and counted as such', async (_name, bytes, reason) => {
    const { at, client } = await set();
    client.send(Buffer.from(bytes, 'hex'), at.server.port);
    await expect.poll(() => at.count(reason)).toBe(1);
    expect(client.waiting()).toBe(0);
  });

  test('what has no place in a download is counted and does not end it', async () => {
    const { at, client } = await set();
    client.send(rrq('undionly.kpxe'), at.server.port);
    const { port } = await client.receive();
    client.send(rrq('undionly.kpxe'), port);
    client.send(Buffer.from('ff', 'hex'), port);
    client.send({ op: 'ack', block: 77 }, port);
    client.send({ op: 'ack', block: 1 }, port);
    expect((await client.receive()).packet).toMatchObject({ op: 'data', block: 2 });
    expect([at.count('unexpected_packet'), at.count('too_short'), at.count('stale_ack')]).toEqual([1, 1, 1]);
  });

  test('10,000 random and cut-off datagrams are all counted, and the server still serves', async () => {
    const { at, client } = await set({ limits: { requestBurst: 100_000 } });
    let seed = 42;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    const request = Buffer.from('\0\x01undionly.kpxe\0octet\0blksize\x001468\0windowsize\x0016\0');
    for (let sent = 0; sent < 10_000; ) {
      for (let i = 0; i < 200; i++, sent++) {
        const noise = Buffer.from(Array.from({ length: random(80) }, () => random(256)));
        if (random(2) === 0 && noise.length > 1) noise.writeUInt16BE(random(8), 0);
        client.send(
          random(4) === 0 ? request.subarray(0, random(request.length - 12)) : noise,
          at.server.port,
        );
      }
      await vi.waitFor(() => expect(at.datagrams()).toBe(sent), { timeout: 10_000, interval: 1 });
    }
    const honest = await bareClient();
    open.push(honest);
    honest.send(rrq('undionly.kpxe'), at.server.port);
    expect((await honest.receive()).packet).toMatchObject({ op: 'data', block: 1 });
  });
});

test('stop ends the transfers under way and frees the port', async () => {
  const { at, client } = await set();
  client.send(rrq('undionly.kpxe'), at.server.port);
  await client.receive();
  await at.server.stop();
  expect([at.server.activeTransfers(), at.count('stopped')]).toEqual([0, 1]);
  open.splice(0, 1);
  const again = await startServer(FILES, { port: at.server.port });
  await again.server.stop();
});
