/** TFTP without a socket: the codec, names and negotiation, and the state machine of a transfer. */
import { ipv4FromNumber } from '../../../src/net/ipv4.ts';
import { TFTP_LIMITS } from '../../../src/tftp/limits.ts';
import { findFile } from '../../../src/tftp/names.ts';
import { negotiate } from '../../../src/tftp/negotiate.ts';
import { decodeTftp, encodeTftp } from '../../../src/tftp/packet.ts';
import {
  beginTransfer,
  stepTransfer,
  type TransferEvent,
  type TransferState,
} from '../../../src/tftp/transfer.ts';
import { FUZZ_FILES, tftpDatagram } from '../inputs/tftp.ts';
import { mutate, pick, type Random } from '../mutate.ts';
import { type FuzzRun, type FuzzTarget, promise, survives } from '../target.ts';

function openCodec(random: Random): FuzzRun {
  const step = (): void => {
    const valid = tftpDatagram(random);
    const input = random.below(8) === 0 ? valid : mutate(valid, random, [tftpDatagram(random)]);
    const decoded = survives(input, () => decodeTftp(input));
    if (!decoded.ok) return;
    const { packet } = decoded;
    // An OACK of nothing is shorter than any packet; it is not sent.
    if (packet.op === 'oack' && packet.options.length === 0) return;
    const again = survives(input, () => decodeTftp(encodeTftp(packet)));
    promise(again.ok && again.packet.op === packet.op, 'what was read and written reads otherwise', input);
    if (packet.op !== 'rrq' && packet.op !== 'wrq') return;
    const client = ipv4FromNumber(random.below(2 ** 32 - 1));
    const found = survives(input, () => findFile(FUZZ_FILES, { requested: packet.file, client }));
    promise(found === null || FUZZ_FILES.has(found.name), 'it found a file that is not there', input);
    const settled = survives(input, () => negotiate(packet.options, { fileSize: 3000, limits: TFTP_LIMITS }));
    const { blockSize, windowSize, timeoutMs } = settled;
    const isWithin =
      blockSize >= 8 && blockSize <= TFTP_LIMITS.maxBlockSize && windowSize >= 1 && windowSize <= 64;
    promise(isWithin && (timeoutMs ?? 1000) <= 6000, 'options were settled out of their limits', input);
    promise(
      encodeTftp({ op: 'oack', options: settled.accepted }).length <= input.length + 64,
      'an OACK is longer than what it answers',
      input,
    );
  };
  return { step };
}

const EVENTS: readonly ((random: Random, state: TransferState) => TransferEvent)[] = [
  (_random, state) => ({ kind: 'ack', block: state.sent & 0xffff }),
  (_random, state) => ({ kind: 'ack', block: state.acked & 0xffff }),
  (random, state) => ({ kind: 'ack', block: (state.acked + random.below(70)) & 0xffff }),
  (random) => ({ kind: 'ack', block: random.below(65_536) }),
  () => ({ kind: 'timeout' }),
];

function openTransfer(random: Random): FuzzRun {
  const content = new Uint8Array(3_000_000);
  const step = (): void => {
    const options = [
      { name: 'blksize', value: String(pick(random, [8, 9, 512, 1432, 1468, 65_464])) },
      { name: 'windowsize', value: String(pick(random, [1, 2, 4, 16, 64, 65_535])) },
    ].slice(random.below(3));
    const size = pick(random, [0, 1, 512, 1468, 70_000 * 8, content.length]);
    const negotiated = negotiate(options, { fileSize: size, limits: TFTP_LIMITS });
    let { state, end } = beginTransfer(content.subarray(0, size), negotiated);
    const story: string[] = [JSON.stringify({ size, options })];
    for (let i = 0; i < 200 && end === null; i++) {
      const event = pick(random, EVENTS)(random, state);
      story.push(JSON.stringify(event));
      const told = Buffer.from(story.slice(0, 1).concat(story.slice(-20)).join(' '));
      const next = survives(told, () => stepTransfer(state, event));
      promise(
        next.send.length <= Math.max(1, next.state.windowSize),
        'more than a window left at once',
        told,
      );
      promise(next.state.acked >= state.acked, 'a transfer went back', told);
      ({ state, end } = next);
    }
  };
  return { step };
}

export const targets: readonly FuzzTarget[] = [
  { group: 'tftp', name: 'the TFTP codec', open: openCodec },
  { group: 'tftp', name: 'the TFTP transfer', open: openTransfer },
];
