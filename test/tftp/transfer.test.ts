import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  beginTransfer,
  stepTransfer,
  type TransferEvent,
  type TransferState,
  type TransferStep,
} from '../../src/tftp/transfer.ts';
import { download, PLAIN, withOptions } from './fake-client.ts';

const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, i) => (i * 31 + 7) & 0xff));
const ack = (block: number): TransferEvent => ({ kind: 'ack', block });
const TIMEOUT: TransferEvent = { kind: 'timeout' };
/** As ROMs ask: larger blocks, and no window. */
const BLKSIZE = { ...PLAIN, blockSize: 1468, accepted: [{ name: 'blksize', value: '1468' }] };

/** Feeds events one after the other; returns the last step. */
function play(step: TransferStep, ...events: readonly TransferEvent[]): TransferStep {
  return events.reduce((last, event) => stepTransfer(last.state, event), step);
}
const sent = (step: TransferStep): readonly (number | string)[] =>
  step.send.map((packet) => (packet.op === 'data' ? packet.block : packet.op));

describe('a download without loss', () => {
  test.each([
    ['an empty file', 0, 1],
    ['one byte', 1, 1],
    ['one byte less than a block', 511, 1],
    ['exactly one block, so an empty one follows', 512, 2],
    ['one byte more than a block', 513, 2],
    ['an exact multiple of the block size', 5120, 11],
  ])('%s takes %i bytes in %i blocks', (_name, size, blocks) => {
    const outcome = download({ content: bytes(size), negotiated: PLAIN });
    expect(outcome.received.equals(bytes(size))).toBe(true);
    expect(outcome).toMatchObject({ end: { kind: 'done' }, datagrams: blocks, timeouts: 0 });
  });

  test('block numbers wrap to 0 after 65535', () => {
    const content = Buffer.alloc(8 * 70_000, 'ab');
    const outcome = download({ content, negotiated: withOptions(8, 16) });
    expect(outcome.end).toEqual({ kind: 'done' });
    expect(outcome.received.equals(content)).toBe(true);
  });

  test('a window of 4 leaves at once after the first ACK, and the next one after its last block', () => {
    const start = beginTransfer(bytes(6000), withOptions(1000, 4));
    expect(sent(start)).toEqual(['oack']);
    const first = play(start, ack(0));
    expect(sent(first)).toEqual([1, 2, 3, 4]);
    const second = play(first, ack(4));
    expect(sent(second)).toEqual([5, 6, 7]);
    expect(play(second, ack(7)).end).toEqual({ kind: 'done' });
  });
});

describe('loss', () => {
  test('a wire that loses any four packets after the handshake still delivers the file, to every kind of client', () => {
    const losses = fc.array(fc.tuple(fc.constantFrom('to-client', 'to-server'), fc.nat(60)), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(
        fc.record({
          size: fc.integer({ min: 0, max: 20_000 }),
          windowSize: fc.constantFrom(1, 2, 4, 16),
          impatient: fc.boolean(),
          losses,
        }),
        ({ size, windowSize, impatient, losses }) => {
          const content = bytes(size);
          const outcome = download({
            content,
            negotiated: withOptions(512, windowSize),
            impatient,
            loses: (direction, n) => n > 1 && losses.some(([way, nth]) => way === direction && nth + 2 === n),
          });
          expect(['done', 'unconfirmed']).toContain(outcome.end?.kind);
          expect(outcome.received.equals(content)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('whatever is lost, the transfer ends and the client never gets a wrong byte', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 4, 16),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 100 }),
        fc.boolean(),
        (windowSize, luck, impatient) => {
          const content = bytes(10_000);
          const outcome = download({
            content,
            negotiated: withOptions(512, windowSize),
            impatient,
            loses: (_direction, n) => luck[n % luck.length] === true,
          });
          expect(outcome.received.equals(content.subarray(0, outcome.received.length))).toBe(true);
          if (outcome.end?.kind === 'done') expect(outcome.received.length).toBe(content.length);
        },
      ),
    );
  });

  test('a block lost in a window costs one rewind, even for a client that repeats its ACK for each later block', () => {
    const outcome = download({
      content: bytes(512 * 32),
      negotiated: withOptions(512, 8),
      impatient: true,
      loses: (direction, n) => direction === 'to-client' && n === 4,
    });
    // 1 OACK, 33 blocks, and one window again from the lost block on.
    expect(outcome).toMatchObject({ end: { kind: 'done' }, timeouts: 0 });
    expect(outcome.datagrams).toBeLessThanOrEqual(1 + 33 + 8);
    expect(outcome.received.equals(bytes(512 * 32))).toBe(true);
  });

  test('the first block of a window lost: the repeated ACK rewinds once, more repeats do nothing', () => {
    const started = play(beginTransfer(bytes(20_000), withOptions(1000, 4)), ack(0), ack(4));
    const rewound = play(started, ack(4));
    expect(sent(rewound)).toEqual([5, 6, 7, 8]);
    expect(sent(play(rewound, ack(4)))).toEqual([]);
    expect(sent(play(rewound, ack(4), ack(4), ack(4)))).toEqual([]);
  });

  test('the echoes of a rewind (ACKs for blocks got twice) do not make the next window leave twice', () => {
    const rewound = play(beginTransfer(bytes(20_000), withOptions(1000, 4)), ack(0), ack(4), ack(4));
    const next = play(rewound, ack(8));
    expect(sent(next)).toEqual([9, 10, 11, 12]);
    expect(sent(play(next, ack(8)))).toEqual([]);
  });

  test('an ACK inside the window goes on from the block after it', () => {
    const started = play(beginTransfer(bytes(20_000), withOptions(1000, 4)), ack(0));
    expect(sent(play(started, ack(2)))).toEqual([3, 4, 5, 6]);
  });

  test.each([4, 16, 64])(
    'who acknowledges every block of a window of %i has no more than four times the file',
    (size) => {
      const content = bytes(200_000);
      let step = play(beginTransfer(content, withOptions(1000, size)), ack(0));
      let datagrams = step.send.length;
      for (let block = 1; step.end === null; block++) {
        step = play(step, ack(block));
        datagrams += step.send.length;
      }
      expect(step.end).toEqual({ kind: 'done' });
      expect(datagrams).toBeLessThanOrEqual(4 * 201);
    },
  );
});

describe("Sorcerer's Apprentice", () => {
  test('in lockstep a repeated ACK sends nothing and does not touch the timer', () => {
    const step = play(beginTransfer(bytes(5000), PLAIN), ack(1), ack(1));
    expect(step).toMatchObject({ send: [], timerMs: null, end: null });
  });

  test('ACKs of blocks that were never sent, or long ago, move nothing', () => {
    const started = play(beginTransfer(bytes(5000), PLAIN), ack(1), ack(2));
    for (const block of [0, 1, 4, 9, 32_768, 65_535]) {
      const step = play(started, ack(block));
      expect(step.state).toBe(started.state);
      expect(step.send).toEqual([]);
    }
  });

  test('a client that repeats every ACK gets every block once', () => {
    let step = beginTransfer(bytes(5000), PLAIN);
    let datagrams = step.send.length;
    for (let block = 1; block <= 10; block++) {
      step = play(step, ack(block));
      datagrams += step.send.length;
      const repeated = play(step, ack(block), ack(block));
      datagrams += repeated.send.length;
      step = { ...repeated, end: step.end };
    }
    expect(step.end).toEqual({ kind: 'done' });
    expect(datagrams).toBe(10);
  });
});

describe('before the first ACK', () => {
  test.each([
    ['with options', withOptions(1468, 64)],
    ['without options', PLAIN],
  ])('%s at most one datagram leaves at a time, four in all', (_name, negotiated) => {
    let step = beginTransfer(bytes(1_000_000), negotiated);
    const sizes = [step.send.length];
    const timers = [step.timerMs];
    while (step.end === null) {
      step = play(step, TIMEOUT);
      sizes.push(step.send.length);
      timers.push(step.timerMs);
    }
    expect(sizes).toEqual([1, 1, 1, 1, 0]);
    expect(timers).toEqual([1000, 2000, 4000, 8000, null]);
    expect(step.end).toEqual({ kind: 'silent' });
  });

  test('an OACK unanswered twice becomes DATA 1 of 512 bytes, for ROMs that do not know OACK', () => {
    const start = beginTransfer(bytes(1200), BLKSIZE);
    expect(sent(play(start, TIMEOUT))).toEqual(['oack']);
    const plain = play(start, TIMEOUT, TIMEOUT);
    expect(plain.send).toEqual([{ op: 'data', block: 1, data: bytes(1200).subarray(0, 512) }]);
    const going = play(plain, ack(1));
    expect(sent(going)).toEqual([2]);
    expect(play(going, ack(2), ack(3)).end).toEqual({ kind: 'done' });
  });

  test('an ACK 0 that comes after that after all brings the options back', () => {
    const step = play(beginTransfer(bytes(10_000), BLKSIZE), TIMEOUT, TIMEOUT, ack(0));
    expect(sent(step)).toEqual([1]);
    expect(step.send[0]).toMatchObject({ data: bytes(10_000).subarray(0, 1468) });
  });

  test('who asked for a window gets the OACK again, and no block that it would take for the end of the file', () => {
    let step = beginTransfer(bytes(10_000), withOptions(1468, 4));
    const all: (number | string)[] = [];
    for (; step.end === null; step = play(step, TIMEOUT)) all.push(...sent(step));
    expect(all).toEqual(['oack', 'oack', 'oack', 'oack']);
    expect(step.end).toEqual({ kind: 'silent' });
  });

  test('a last ACK 0 that gets through brings the whole file to such a client, block for block', () => {
    const content = bytes(10_000);
    const loses = (direction: 'to-client' | 'to-server', n: number) => direction === 'to-server' && n < 3;
    const outcome = download({ content, negotiated: withOptions(1468, 4), loses });
    expect(outcome).toMatchObject({ received: content, end: { kind: 'done' } });
  });

  test('two ACK 0 for a resent OACK make the first window leave once', () => {
    const step = play(beginTransfer(bytes(10_000), withOptions(1000, 4)), TIMEOUT, ack(0));
    expect(sent(step)).toEqual([1, 2, 3, 4]);
    expect(sent(play(step, ack(0)))).toEqual([]);
  });
});

describe('the end', () => {
  const running = play(beginTransfer(bytes(5000), PLAIN), ack(1));

  test('a client that falls silent is given up after 30 seconds', () => {
    let step = running;
    let waited = step.timerMs ?? 0;
    while (step.end === null) {
      step = play(step, TIMEOUT);
      waited += step.timerMs ?? 0;
    }
    expect(step.end).toEqual({ kind: 'silent' });
    expect(waited).toBe(30_000);
  });

  test('the timeout option replaces our schedule, the number of tries stays', () => {
    const start = beginTransfer(bytes(5000), { ...withOptions(512, 1), timeoutMs: 3000 });
    const first = play(start, ack(0));
    expect([first.timerMs, play(first, TIMEOUT).timerMs]).toEqual([3000, 3000]);
    expect(play(first, TIMEOUT, TIMEOUT, TIMEOUT, TIMEOUT, TIMEOUT).end).toEqual({ kind: 'silent' });
  });

  test('with everything sent and only the last ACK missing, the file counts as delivered', () => {
    const last = play(beginTransfer(bytes(600), PLAIN), ack(1));
    const timeouts = Array.from({ length: 5 }, () => TIMEOUT);
    expect(play(last, ...timeouts).end).toEqual({ kind: 'unconfirmed' });
  });

  test('ERROR 8 after an OACK with tsize is EDK2 asking for the size, no failure', () => {
    const negotiated = { ...PLAIN, accepted: [{ name: 'tsize', value: '5000' }] };
    const error: TransferEvent = { kind: 'error', code: 8, message: 'User aborted the transfer' };
    expect(play(beginTransfer(bytes(5000), negotiated), error).end).toEqual({ kind: 'probe' });
  });

  test('ERROR 8 after an OACK without tsize is a client that takes no options, no failure', () => {
    const error: TransferEvent = { kind: 'error', code: 8, message: 'Option negotiation failed' };
    expect(play(beginTransfer(bytes(5000), BLKSIZE), error).end).toEqual({ kind: 'options_refused' });
  });

  test.each([
    ['out of space', beginTransfer(bytes(5000), withOptions(1468, 4)), 3],
    ['aborted in the middle', running, 8],
  ])('any other ERROR ends the transfer as broken off: %s', (message, from, code) => {
    expect(play(from, { kind: 'error', code, message }).end).toEqual({ kind: 'aborted', code, message });
  });

  test('after the end nothing moves', () => {
    const over = play(running, { kind: 'expire' });
    expect(over).toMatchObject({ end: { kind: 'expired' }, send: [{ op: 'error', code: 0 }] });
    const events: TransferEvent[] = [ack(1), ack(2), TIMEOUT, { kind: 'expire' }];
    for (const event of events) expect(play(over, event)).toMatchObject({ send: [], end: null });
  });

  test('random events never send more than a window, and never a block out of the file', () => {
    const event: fc.Arbitrary<TransferEvent> = fc.oneof(
      fc.record({ kind: fc.constant('ack'), block: fc.integer({ min: 0, max: 0xffff }) }),
      fc.record({ kind: fc.constant('ack'), block: fc.integer({ min: 0, max: 12 }) }),
      fc.constant(TIMEOUT),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.constantFrom(1, 4, 16), (events, windowSize) => {
        let state: TransferState = beginTransfer(bytes(5000), withOptions(512, windowSize)).state;
        for (const next of events) {
          const step = stepTransfer(state, next);
          expect(step.send.length).toBeLessThanOrEqual(windowSize);
          for (const packet of step.send) {
            if (packet.op === 'data') expect(packet.block >= 1 && packet.block <= 10).toBe(true);
          }
          state = step.state;
        }
      }),
    );
  });
});
