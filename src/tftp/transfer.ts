/**
 * One download as a pure state machine: an event in, packets and a timer out. No socket, no clock.
 *
 *      begin ──options──► offered ──ACK 0──────────► sending ──last ACK──► over (done)
 *        │                  │  ▲                        ▲
 *        │       2 × silence│  │ACK 0                   │     (silence, of who asked for a window: OACK again)
 *        │                  ▼  │                        │
 *        │                 plain ──────ACK 1────────────┤
 *        └──no options──────────────────────────────────┘
 *
 * Blocks are counted from 1 without end; only the packet holds the 16 bits that wrap to 0 (the usual choice,
 * 32 MB at 512 bytes). `acked` and `sent` are such counts.
 */
import type { Negotiated } from './negotiate.ts';
import { PLAIN_BLOCK_SIZE } from './negotiate.ts';
import { TFTP_ERROR, type TftpPacket } from './packet.ts';

export type TransferState = {
  readonly content: Uint8Array;
  readonly negotiated: Negotiated;
  readonly phase: 'offered' | 'plain' | 'sending' | 'over';
  readonly blockSize: number;
  readonly windowSize: number;
  /** The last block that the client has acknowledged. */
  readonly acked: number;
  /** The last block that was sent at least once. */
  readonly sent: number;
  /** While `acked` is not beyond this block, a repeated ACK is the echo of a resend and moves nothing. */
  readonly echoUntil: number;
  /** Windows sent again since `acked` was beyond `echoUntil`. */
  readonly rewinds: number;
  /** True from the first ACK on: only then is the client's address known to be real. */
  readonly heard: boolean;
  /** Times that the timer ran out since the last progress. */
  readonly silences: number;
};

export type TransferEvent =
  | { readonly kind: 'ack'; readonly block: number }
  | { readonly kind: 'error'; readonly code: number; readonly message: string }
  | { readonly kind: 'timeout' }
  /** The whole transfer has taken longer than the server allows. */
  | { readonly kind: 'expire' };

export type TransferEnd =
  | { readonly kind: 'done' }
  /** Everything was sent and only the last ACK is missing: some ROMs jump into the program without it. */
  | { readonly kind: 'unconfirmed' }
  /** The client asked for the size only: EDK2 takes the OACK and answers ERROR 8. */
  | { readonly kind: 'probe' }
  /** It takes no options: RFC 2347 has it ask again without them. */
  | { readonly kind: 'options_refused' }
  | { readonly kind: 'aborted'; readonly code: number; readonly message: string }
  | { readonly kind: 'silent' }
  | { readonly kind: 'expired' };

export type TransferStep = {
  readonly state: TransferState;
  readonly send: readonly TftpPacket[];
  /** Milliseconds to the next `timeout` event; null leaves the running timer alone. */
  readonly timerMs: number | null;
  readonly end: TransferEnd | null;
};

/** Waits after the first send and each resend. Unproven addresses get 3 resends (amplification), others 4. */
const WAITS_BEFORE_FIRST_ACK_MS = [1000, 2000, 4000, 8000];
const WAITS_MS = [1000, 2000, 4000, 8000, 15_000];
/** After so many unanswered OACKs the client is taken for one that does not know them. */
const OACKS_BEFORE_PLAIN = 2;
/**
 * A second block may be lost among those that are sent again, and a third. But who acknowledges every block
 * of a window, by mistake or with ACKs that are forged, would have the whole window for each.
 */
const REWINDS_OF_A_WINDOW = 3;

/**
 * Starts a download. Until the first ACK nothing but one datagram at a time leaves (an OACK, or DATA 1), since a
 * forged source address must not be flooded; the window is filled from the first ACK on.
 */
export function beginTransfer(content: Uint8Array, negotiated: Negotiated): TransferStep {
  const offered = negotiated.accepted.length > 0;
  const state: TransferState = {
    content,
    negotiated,
    phase: offered ? 'offered' : 'sending',
    blockSize: negotiated.blockSize,
    windowSize: negotiated.windowSize,
    acked: 0,
    sent: 0,
    echoUntil: -1,
    rewinds: 0,
    heard: false,
    silences: 0,
  };
  return offered ? proceed(state, [{ op: 'oack', options: negotiated.accepted }]) : sendWindow(state);
}

export function stepTransfer(state: TransferState, event: TransferEvent): TransferStep {
  if (state.phase === 'over') return ignore(state);
  switch (event.kind) {
    case 'ack':
      return onAck(state, event.block);
    case 'error':
      return finish(state, endByError(state, event));
    case 'timeout':
      return onSilence(state);
    case 'expire':
      return {
        ...finish(state, { kind: 'expired' }),
        send: [{ op: 'error', code: TFTP_ERROR.undefined, message: 'the transfer took too long' }],
      };
  }
}

/** Blocks in all: a file that is an exact multiple of the block size ends with an empty block. */
function totalBlocks(state: Pick<TransferState, 'content' | 'blockSize'>): number {
  return Math.floor(state.content.length / state.blockSize) + 1;
}

function onAck(state: TransferState, block: number): TransferStep {
  if (state.phase === 'offered' || (state.phase === 'plain' && block === 0)) {
    if (block !== 0) return ignore(state);
    const { blockSize, windowSize } = state.negotiated;
    // A resent OACK earns a second ACK 0, which must not make the first window leave twice.
    const echoUntil = state.silences > 0 ? 0 : -1;
    return sendWindow({ ...progressed(state), phase: 'sending', blockSize, windowSize, sent: 0, echoUntil });
  }
  const ahead = (block - state.acked) & 0xffff;
  if (ahead > state.sent - state.acked) return ignore(state);
  const acked = state.acked + ahead;
  if (ahead === 0) return onRepeatedAck(state);
  if (acked === totalBlocks(state)) return finish({ ...state, acked }, { kind: 'done' });
  const next: TransferState = { ...progressed(state), phase: 'sending', acked };
  if (acked === state.sent) return sendWindow(next);
  // Short of the window's end: the client has lost a block and shall get all from there on (RFC 7440 section 4).
  const rewinds = acked > state.echoUntil ? 0 : state.rewinds;
  if (rewinds >= REWINDS_OF_A_WINDOW) return sendWindow(next, state.sent);
  return sendWindow({ ...next, echoUntil: state.sent, rewinds: rewinds + 1 });
}

/**
 * A repeated ACK moves nothing in lockstep (answering it is Sorcerer's Apprentice: RFC 1123 section 4.2.3.1). In a
 * window it says that the first block was lost: one rewind, and the several repeats that EDK2 sends, and the
 * echoes of the rewind itself, are ignored.
 */
function onRepeatedAck(state: TransferState): TransferStep {
  const firstBlockLost = state.windowSize > 1 && state.heard && state.acked > state.echoUntil;
  return firstBlockLost ? sendWindow({ ...state, echoUntil: state.sent, rewinds: 1 }) : ignore(state);
}

function onSilence(state: TransferState): TransferStep {
  const silent = { ...state, silences: state.silences + 1 };
  if (silent.silences >= waits(state).length)
    return finish(silent, {
      kind: state.sent === totalBlocks(state) && state.heard ? 'unconfirmed' : 'silent',
    });
  if (state.phase === 'offered' && (knowsOacks(state) || silent.silences < OACKS_BEFORE_PLAIN))
    return proceed(silent, [{ op: 'oack', options: state.negotiated.accepted }]);
  if (state.phase === 'offered')
    return sendWindow({ ...silent, phase: 'plain', blockSize: PLAIN_BLOCK_SIZE, windowSize: 1 });
  return sendWindow({ ...silent, echoUntil: state.sent, rewinds: 0 });
}

/** Sends the blocks of the window that come after `after`: all of them unless told. */
function sendWindow(state: TransferState, after = state.acked): TransferStep {
  const last = Math.min(state.acked + state.windowSize, totalBlocks(state));
  const send: TftpPacket[] = [];
  for (let block = after + 1; block <= last; block++) {
    const data = state.content.subarray((block - 1) * state.blockSize, block * state.blockSize);
    send.push({ op: 'data', block: block & 0xffff, data });
  }
  return proceed({ ...state, sent: Math.max(state.sent, last) }, send);
}

const proceed = (state: TransferState, send: readonly TftpPacket[]): TransferStep => ({
  state,
  send,
  timerMs: state.negotiated.timeoutMs ?? waits(state)[state.silences] ?? null,
  end: null,
});

const ignore = (state: TransferState): TransferStep => ({ state, send: [], timerMs: null, end: null });

const finish = (state: TransferState, end: TransferEnd): TransferStep => ({
  state: { ...state, phase: 'over' },
  send: [],
  timerMs: null,
  end,
});

const progressed = (state: TransferState): TransferState => ({ ...state, heard: true, silences: 0 });

const waits = (state: TransferState): readonly number[] =>
  state.heard ? WAITS_MS : WAITS_BEFORE_FIRST_ACK_MS;

/**
 * Whoever asks for a window is of a time when all know OACKs. It may have taken ours, with its ACK 0 lost: then it
 * reads a block of 512 bytes, shorter than agreed, as the end of the file.
 */
const knowsOacks = (state: TransferState): boolean => hasAgreed(state, 'windowsize');

const hasAgreed = ({ negotiated }: TransferState, option: 'windowsize' | 'tsize'): boolean =>
  negotiated.accepted.some(({ name }) => name.toLowerCase() === option);

function endByError(
  state: TransferState,
  { code, message }: Extract<TransferEvent, { kind: 'error' }>,
): TransferEnd {
  if (state.phase !== 'offered') return { kind: 'aborted', code, message };
  if (isSizeProbe(state, code)) return { kind: 'probe' };
  return code === TFTP_ERROR.optionRefused ? { kind: 'options_refused' } : { kind: 'aborted', code, message };
}

/** EDK2 ends its size probe with 8 (PxeBcMtftp.c); 0 before any data says the same. */
const isSizeProbe = (state: TransferState, code: number): boolean =>
  (code === TFTP_ERROR.optionRefused || code === TFTP_ERROR.undefined) && hasAgreed(state, 'tsize');
