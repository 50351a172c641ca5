/**
 * How long a session keeps the thread for a client that answers at once, told by an outlet and a clock of the test's.
 */
import { expect, test } from 'vitest';
import { createCounters } from '../../src/net/counters.ts';
import { TFTP_COUNTS } from '../../src/tftp/counts.ts';
import type { OpenOutlet } from '../../src/tftp/outlet.ts';
import { encodeTftp } from '../../src/tftp/packet.ts';
import { type Session, startSession } from '../../src/tftp/transfer-session.ts';
import { PLAIN, withOptions } from './fake-client.ts';
import { LOOPBACK } from './harness.ts';

const CLIENT = { address: LOOPBACK, port: 2070 };
const ack = (block: number): Buffer => encodeTftp({ op: 'ack', block });

type Rig = { readonly session: Session; readonly waits: number[]; blocks(): number };

/** A client that answers within `answerMs`, or never; time passes only while we wait. */
function start(changes: Partial<Parameters<typeof startSession>[0]> & { readonly answerMs?: number }): Rig {
  const { answerMs = Number.POSITIVE_INFINITY, ...options } = changes;
  const waits: number[] = [];
  let now = 0;
  let sent = 0;
  const openOutlet: OpenOutlet = (_client, onDatagram) => ({
    port: 40_000,
    send: () => {
      sent++;
    },
    waitFor: (ms) => {
      waits.push(ms);
      now += Math.min(ms, answerMs);
      if (answerMs > ms) return false;
      onDatagram(ack(sent));
      return true;
    },
    close: () => undefined,
  });
  const session = startSession({
    client: CLIENT,
    content: Buffer.alloc(5_000_000),
    negotiated: PLAIN,
    openOutlet,
    isAlone: () => true,
    elapsed: () => now,
    maxTransferMs: 60_000,
    counters: createCounters(TFTP_COUNTS),
    onEnd: () => undefined,
    ...options,
  });
  return { session, waits, blocks: () => sent };
}

test('a quick client in lockstep gets block after block in one turn, for half a millisecond', () => {
  const rig = start({ answerMs: 0.02 });
  rig.session.receive(ack(1));
  expect(rig.blocks()).toBe(27);
  expect(rig.waits.reduce((sum) => sum + 0.02, 0)).toBeCloseTo(0.5);
});

test('a slow client is waited for ever more rarely, for a twentieth of a millisecond', () => {
  const rig = start({});
  const waitedAt: number[] = [];
  for (let block = 1; block <= 600; block++) {
    const before = rig.waits.length;
    rig.session.receive(ack(block));
    if (rig.waits.length > before) waitedAt.push(block);
  }
  expect(waitedAt).toEqual([1, 6, 15, 32, 65, 130, 259, 516]);
  expect(new Set(rig.waits)).toEqual(new Set([0.05]));
});

test.each([
  ['while others are served too', { isAlone: () => false }],
  ['that takes whole windows', { negotiated: withOptions(512, 4) }],
])('nobody waits for a client %s', (_name, changes) => {
  const rig = start({ answerMs: 0.02, ...changes });
  for (let block = 0; block <= 3; block++) rig.session.receive(ack(block));
  expect(rig.waits).toEqual([]);
});

test('the end of the transfer ends the wait', () => {
  const rig = start({ answerMs: 0.001, content: Buffer.alloc(512 * 3) });
  rig.session.receive(ack(1));
  expect(rig.blocks()).toBe(4);
  expect(rig.session.port()).toBeNull();
});
