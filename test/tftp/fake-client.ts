/** A TFTP client of the tests: takes what the state machine sends over a wire that loses what it is told to. */
import type { Negotiated } from '../../src/tftp/negotiate.ts';
import type { TftpPacket } from '../../src/tftp/packet.ts';
import {
  beginTransfer,
  stepTransfer,
  type TransferEnd,
  type TransferEvent,
  type TransferStep,
} from '../../src/tftp/transfer.ts';

export const PLAIN: Negotiated = { blockSize: 512, windowSize: 1, timeoutMs: null, accepted: [] };

export const withOptions = (blockSize: number, windowSize: number): Negotiated => ({
  blockSize,
  windowSize,
  timeoutMs: null,
  accepted: [
    { name: 'blksize', value: String(blockSize) },
    { name: 'windowsize', value: String(windowSize) },
  ],
});

export type Outcome = {
  readonly received: Buffer;
  readonly end: TransferEnd | null;
  readonly datagrams: number;
  readonly timeouts: number;
};

type Wire = {
  readonly content: Uint8Array;
  readonly negotiated: Negotiated;
  /** True when the n-th packet of that direction is lost. */
  readonly loses?: (direction: 'to-client' | 'to-server', n: number) => boolean;
  /** How the client takes a block out of order: EDK2 acknowledges every time, others once per gap. */
  readonly impatient?: boolean;
};

/** Plays a whole download; time passes only when nothing is under way. Throws when it would never end. */
export function download(wire: Wire): Outcome {
  const { content, negotiated, loses = () => false } = wire;
  const toServer: TransferEvent[] = [];
  const blocks: Buffer[] = [];
  const total = Math.floor(content.length / negotiated.blockSize) + 1;
  let expected = 1;
  let inWindow = 0;
  let gapAnswered = false;
  let datagrams = 0;
  let answers = 0;
  let timeouts = 0;
  let end: TransferEnd | null = null;

  const answer = (block: number): void => {
    inWindow = 0;
    if (!loses('to-server', answers++)) toServer.push({ kind: 'ack', block: block & 0xffff });
  };
  const take = (packet: TftpPacket): void => {
    if (loses('to-client', datagrams++)) return;
    if (packet.op === 'oack') answer(0);
    if (packet.op !== 'data') return;
    if (packet.block !== (expected & 0xffff)) {
      if (wire.impatient || !gapAnswered) answer(expected - 1);
      gapAnswered = true;
      return;
    }
    blocks.push(Buffer.from(packet.data));
    expected++;
    gapAnswered = false;
    inWindow++;
    if (inWindow >= negotiated.windowSize || packet.data.length < negotiated.blockSize) answer(expected - 1);
  };

  let step: TransferStep = beginTransfer(content, negotiated);
  for (let turn = 0; turn < 40 * total + 400; turn++) {
    for (const packet of step.send) take(packet);
    if (step.end !== null) end = step.end;
    if (end !== null) return { received: Buffer.concat(blocks), end, datagrams, timeouts };
    const event = toServer.shift();
    if (event === undefined) {
      timeouts++;
      // Patience has an end: what comes again after a silence is answered again.
      gapAnswered = false;
    }
    step = stepTransfer(step.state, event ?? { kind: 'timeout' });
  }
  throw new Error('the transfer did not end');
}
