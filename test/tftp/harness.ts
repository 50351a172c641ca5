/** A TFTP server on loopback and a bare UDP client to say anything to it. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { systemClock } from '../../src/clock.ts';
import { createLog } from '../../src/log.ts';
import { createCounters } from '../../src/net/counters.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { TFTP_COUNTS, TFTP_DROPS, type TftpCount } from '../../src/tftp/counts.ts';
import type { TftpFact } from '../../src/tftp/facts.ts';
import { decodeTftp, encodeTftp, type TftpPacket } from '../../src/tftp/packet.ts';
import { startTftpServer, type TftpServer, type TftpServerOptions } from '../../src/tftp/server.ts';

export const LOOPBACK = parseIpv4('127.0.0.1') ?? fail('127.0.0.1 is an address');

export type Harness = {
  readonly server: TftpServer;
  readonly facts: readonly TftpFact[];
  count(name: TftpCount): number;
  /** Datagrams on the request port: served, refused or dropped. */
  datagrams(): number;
  /** For tests that run for long. */
  forgetFacts(): void;
};

export async function startServer(
  files: TftpServerOptions['files'],
  options: Partial<TftpServerOptions> = {},
): Promise<Harness> {
  const facts: TftpFact[] = [];
  const counters = createCounters(TFTP_COUNTS);
  const server = await startTftpServer({
    address: LOOPBACK,
    port: 0,
    files,
    clock: systemClock,
    log: createLog('silent'),
    onFact: (fact) => facts.push(fact),
    counters,
    ...options,
  });
  return {
    server,
    facts,
    count: (name) => counters.snapshot()[name],
    datagrams: () => {
      const counts = counters.snapshot();
      return TFTP_DROPS.reduce((sum, reason) => sum + counts[reason], counts.requests);
    },
    forgetFacts: () => facts.splice(0),
  };
}

export type Answer = { readonly packet: TftpPacket; readonly address: string; readonly port: number };

export type BareClient = {
  readonly port: number;
  send(datagram: Uint8Array | TftpPacket, port: number, address?: string): void;
  /** The next datagram that comes; rejects after two seconds of silence. */
  receive(): Promise<Answer>;
  /** Datagrams that came and were not received yet. */
  waiting(): number;
  close(): void;
};

export async function bareClient(address = '127.0.0.1'): Promise<BareClient> {
  const socket: Socket = createSocket('udp4');
  const queue: Answer[] = [];
  socket.on('message', (bytes, from) => {
    const decoded = decodeTftp(bytes);
    if (!decoded.ok) throw new Error(`the server sent garbage: ${bytes.toString('hex')}`);
    queue.push({ packet: decoded.packet, address: from.address, port: from.port });
    socket.emit('queued');
  });
  socket.bind(0, address);
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    send: (datagram, port, to = '127.0.0.1') => {
      socket.send('op' in datagram ? encodeTftp(datagram) : datagram, port, to);
    },
    receive: async () => {
      if (queue.length === 0) await once(socket, 'queued', { signal: AbortSignal.timeout(4000) });
      return queue.shift() ?? fail('a datagram was announced');
    },
    waiting: () => queue.length,
    close: () => socket.close(),
  };
}

export const rrq = (file: string, options: Record<string, string> = {}): TftpPacket => ({
  op: 'rrq',
  file,
  mode: 'octet',
  options: Object.entries(options).map(([name, value]) => ({ name, value })),
});

function fail(sentence: string): never {
  throw new Error(sentence);
}
