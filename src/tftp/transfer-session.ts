/**
 * One transfer at the edge: its outlet to the network, the state machine between the datagrams, and a due time that
 * the server looks at, instead of a timer of its own.
 */
import type { Counters } from '../net/counters.ts';
import type { RemoteEnd } from '../net/gathered-sends.ts';
import type { TftpCount } from './counts.ts';
import type { Negotiated } from './negotiate.ts';
import type { OpenOutlet } from './outlet.ts';
import { decodeTftp, encodeInParts, TFTP_ERROR } from './packet.ts';
import { beginTransfer, stepTransfer, type TransferEnd, type TransferStep } from './transfer.ts';

export type Session = {
  /** True when the client has acknowledged something, so that a repeated request is a new one. */
  heard(): boolean;
  /** Our port; null when there is no socket any more. */
  port(): number | null;
  /** A datagram of the client that came for this transfer. */
  receive(datagram: Uint8Array): void;
  /** Lets a due timeout or the final deadline happen. */
  tick(elapsedMs: number): void;
  /** Ends without a word to the client. */
  close(): void;
};

export type SessionOptions = {
  readonly client: RemoteEnd;
  readonly content: Uint8Array;
  readonly negotiated: Negotiated;
  readonly openOutlet: OpenOutlet;
  /**
   * Whether nobody else is served just now: then a client on a quick wire may have our whole attention for a moment.
   */
  readonly isAlone: () => boolean;
  /** Milliseconds since some fixed moment: timeouts must not follow a clock that is set. */
  readonly elapsed: () => number;
  /** Milliseconds that the whole transfer may take. */
  readonly maxTransferMs: number;
  readonly counters: Counters<TftpCount>;
  readonly onEnd: (end: TransferEnd, bytesAcked: number) => void;
};

/**
 * A client in lockstep on a quick wire answers within microseconds; to wait for it awake is quicker than to sleep until
 * it has. Others on this thread (DHCP) wait for `turnMs` at most. A client that takes longer than `answerMs` is not
 * waited for during its next datagrams: 4 of them, and twice as many after each further time, up to 256.
 */
const ATTENTION = { answerMs: 0.05, turnMs: 0.5, leastRest: 4, mostRest: 256 } as const;

const NO_SOCKET: TransferEnd = {
  kind: 'aborted',
  code: TFTP_ERROR.undefined,
  message: 'no socket for it here',
};

export function startSession(options: SessionOptions): Session {
  const { client, content, counters, elapsed } = options;
  const expiresAt = elapsed() + options.maxTransferMs;
  let dueAt = Number.POSITIVE_INFINITY;
  let closed = false;
  let resting = 0;
  let nextRest: number = ATTENTION.leastRest;

  const close = (): void => {
    if (closed) return;
    closed = true;
    outlet?.close();
  };

  const apply = (step: TransferStep): TransferStep => {
    for (const packet of step.send) outlet?.send(encodeInParts(packet));
    if (step.timerMs !== null) dueAt = elapsed() + step.timerMs;
    if (step.end !== null) {
      close();
      options.onEnd(step.end, Math.min(content.length, step.state.acked * step.state.blockSize));
    }
    return step;
  };

  const take = (datagram: Uint8Array): void => {
    if (closed) return;
    const decoded = decodeTftp(datagram);
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
  };

  const stayAwake = (): void => {
    const until = elapsed() + ATTENTION.turnMs;
    while (!closed && elapsed() < until) {
      if (outlet?.waitFor(ATTENTION.answerMs) !== true) {
        resting = nextRest;
        nextRest = Math.min(2 * nextRest, ATTENTION.mostRest);
        return;
      }
      nextRest = ATTENTION.leastRest;
    }
  };

  let isAwake = false;
  const receive = (datagram: Uint8Array): void => {
    take(datagram);
    if (isAwake || closed || state.windowSize > 1 || resting-- > 0 || !options.isAlone()) return;
    isAwake = true;
    stayAwake();
    isAwake = false;
  };

  const outlet = options.openOutlet(client, receive);
  let { state } = apply(beginTransfer(content, options.negotiated));
  if (outlet === null) {
    close();
    // The caller does not hold this session yet.
    process.nextTick(() => options.onEnd(NO_SOCKET, 0));
  }

  return {
    heard: () => state.heard,
    port: () => (closed ? null : (outlet?.port ?? null)),
    receive,
    tick: (elapsedMs) => {
      if (closed) return;
      if (elapsedMs >= expiresAt) state = apply(stepTransfer(state, { kind: 'expire' })).state;
      else if (elapsedMs >= dueAt) state = apply(stepTransfer(state, { kind: 'timeout' })).state;
    },
    close,
  };
}
