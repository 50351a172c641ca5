import { createSocket } from 'node:dgram';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSyslogSender } from '../../src/agent/base/syslog.ts';
import { systemClock } from '../../src/clock.ts';
import { createLog } from '../../src/log.ts';
import { createCounters } from '../../src/net/counters.ts';
import { SYSLOG_COUNTS } from '../../src/syslog/counts.ts';
import { type SyslogFact, type SyslogServer, startSyslogServer } from '../../src/syslog/server.ts';
import { ipv4 } from '../boot/fixtures.ts';

let server: SyslogServer;
let facts: SyslogFact[];
let known = true;
const counters = createCounters(SYSLOG_COUNTS);
const restart = (): Promise<SyslogServer> =>
  startSyslogServer({
    address: ipv4('127.0.0.1'),
    interface: null,
    port: 0,
    clock: systemClock,
    log: createLog('silent'),
    isClient: () => known,
    counters,
    onFact: (fact) => facts.push(fact),
  });
beforeEach(async () => {
  facts = [];
  known = true;
  server = await restart();
});
afterEach(() => server.stop());

test('what the agent says becomes a sentence, several lines together', async () => {
  const say = createSyslogSender('127.0.0.1', server.port);
  say('ingot-agent: starts api=http://10.20.0.1:6180');
  say('ingot-agent: lookup ok node=1b4e');
  await expect
    .poll(() => facts, { timeout: 10_000 })
    .toMatchObject([
      {
        kind: 'machine.log',
        mac: null,
        address: '127.0.0.1',
        sentence: 'ingot-agent says: starts api=http://10.20.0.1:6180 / lookup ok node=1b4e',
      },
    ]);
});

test('a flood is bounded, empty lines and strangers are counted, and the receiver stays', async () => {
  const before = counters.snapshot();
  const since = (name: keyof typeof before): number => counters.snapshot()[name] - before[name];
  const socket = createSocket('udp4');
  const send = (text: string): Promise<void> =>
    new Promise((done) => socket.send(text, server.port, '127.0.0.1', () => done()));
  await send('<14>');
  await expect.poll(() => since('empty')).toBe(1);
  for (let i = 0; i < 1_500; i++) {
    await send(`<14>noise: ${i}`);
    // The receiver's turn: a full buffer would drop them before they are counted.
    if (i % 50 === 0) await new Promise((done) => setImmediate(done));
  }
  await expect.poll(() => since('rate_limited')).toBeGreaterThan(0);
  expect(since('lines')).toBeLessThanOrEqual(1_100);
  expect(facts.length).toBeLessThanOrEqual(41);
  known = false;
  await send('<14>x: y');
  await expect.poll(() => since('not_our_network')).toBe(1);
  socket.close();
});

test('what was heard just before the receiver stops is told', async () => {
  const socket = createSocket('udp4');
  const lines = counters.snapshot().lines;
  await new Promise<void>((done) =>
    socket.send('<14>ipxe: last words', server.port, '127.0.0.1', () => done()),
  );
  await expect.poll(() => counters.snapshot().lines).toBe(lines + 1);
  expect(facts).toEqual([]);
  await server.stop();
  expect(facts).toMatchObject([{ sentence: 'ipxe says: last words' }]);
  server = await restart();
  socket.close();
});
