/**
 * One transfer at the edge: an ephemeral UDP socket on the server's own address (a multi-homed host must answer
 * from the address that was asked), the state machine between the datagrams, and a due time instead of a timer.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { Counters } from '../net/counters.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { TftpCount } from './counts.ts';
import type { Negotiated } from './negotiate.ts';
import { decodeTftp, encodeTftp, TFTP_ERROR, type TftpPacket } from './packet.ts';
import { beginTransfer, stepTransfer, type TransferEnd, type TransferStep } from './transfer.ts';

export type Session = {
  /** True when the client has acknowledged something, so that a repeated request is a new one. */
  heard(): boolean;
  /** Our port, once bound. */
  port(): number | null;
  /** Lets a due timeout or the final deadline happen. */
  tick(nowMs: number): void;
  /** Ends without a word to the client. */
  close(): void;
};

export type SessionOptions = {
  readonly serverAddress: Ipv4;
  readonly client: { readonly address: Ipv4; readonly port: number };
  readonly content: Uint8Array;
  readonly negotiated: Negotiated;
  readonly now: () => number;
  /** Milliseconds that the whole transfer may take. */
  readonly maxTransferMs: number;
  readonly counters: Counters<TftpCount>;
  readonly onEnd: (end: TransferEnd, bytesAcked: number) => void;
};

/** Error 5 answers to strangers, per transfer: more would make us a reflector. */
const MAX_STRANGER_ANSWERS = 8;

export function startSession(options: SessionOptions): Session {
  const { client, content, counters, now } = options;
  const socket = numericSocket();
  const expiresAt = now() + options.maxTransferMs;
  let dueAt = Number.POSITIVE_INFINITY;
  let strangersAnswered = 0;
  let closed = false;
  let bound = false;

  const send = (packet: TftpPacket, to: { readonly address: string; readonly port: number }): void => {
    socket.send(encodeTftp(packet), to.port, to.address, (error) => {
      if (error !== null) counters.count('send_failed');
    });
  };

  const close = (): void => {
    if (closed) return;
    closed = true;
    socket.close();
  };

  const apply = (step: TransferStep): TransferStep => {
    for (const packet of step.send) send(packet, client);
    if (step.timerMs !== null) dueAt = now() + step.timerMs;
    if (step.end !== null) {
      close();
      options.onEnd(step.end, Math.min(content.length, step.state.acked * step.state.blockSize));
    }
    return step;
  };

  const first = beginTransfer(content, options.negotiated);
  let state = first.state;

  socket.on('message', (datagram: Buffer, from: RemoteInfo) => {
    if (closed) return;
    const decoded = decodeTftp(datagram);
    if (from.address !== client.address || from.port !== client.port) {
      counters.count('stranger');
      // Never an ERROR for an ERROR (two servers would talk for ever), and none to the unreachable port 0.
      const answerable = from.port !== 0 && !(decoded.ok && decoded.packet.op === 'error');
      if (answerable && strangersAnswered++ < MAX_STRANGER_ANSWERS)
        send({ op: 'error', code: TFTP_ERROR.unknownTransfer, message: 'unknown transfer ID' }, from);
      return;
    }
    if (!decoded.ok) {
      counters.count(decoded.reason);
      return;
    }
    const { packet } = decoded;
    if (packet.op !== 'ack' && packet.op !== 'error') {
      counters.count('unexpected_packet');
      return;
    }
    const step =
      packet.op === 'ack'
        ? stepTransfer(state, { kind: 'ack', block: packet.block })
        : stepTransfer(state, { kind: 'error', code: packet.code, message: packet.message });
    if (step.state === state) counters.count('stale_ack');
    state = apply(step).state;
  });
  socket.on('error', () => {
    if (closed) return;
    counters.count('no_socket');
    close();
    // bind() may fail before the caller holds this session.
    process.nextTick(() =>
      options.onEnd({ kind: 'aborted', code: TFTP_ERROR.undefined, message: 'no socket for it here' }, 0),
    );
  });
  socket.bind({ address: options.serverAddress, port: 0, exclusive: true }, () => {
    bound = true;
    if (!closed) apply(first);
  });

  return {
    heard: () => state.heard,
    port: () => (bound && !closed ? socket.address().port : null),
    tick: (nowMs) => {
      if (closed) return;
      if (nowMs >= expiresAt) state = apply(stepTransfer(state, { kind: 'expire' })).state;
      else if (nowMs >= dueAt) state = apply(stepTransfer(state, { kind: 'timeout' })).state;
    },
    close,
  };
}

/** Addresses here are always numeric: without this every send waits a turn for a look-up. */
function numericSocket(): Socket {
  return createSocket({ type: 'udp4', lookup: (address, _options, done) => done(null, address, 4) });
}
