import type { RemoteInfo } from 'node:dgram';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createGate } from '../../src/tftp/gate.ts';
import { TFTP_LIMITS } from '../../src/tftp/limits.ts';
import { encodeTftp } from '../../src/tftp/packet.ts';
import { createSessionTable } from '../../src/tftp/session-table.ts';
import { LOOPBACK, rrq } from './harness.ts';

const sessions = createSessionTable(systemClock.elapsed);
sessions.add({ address: LOOPBACK, port: 2070 }, 'request', {
  heard: () => false,
  port: () => 40_001,
  receive: () => undefined,
  tick: () => undefined,
  close: () => undefined,
});
const gate = createGate({
  address: LOOPBACK,
  listeningPort: 69,
  files: new Map([['a', Buffer.from('a')]]),
  limits: TFTP_LIMITS,
  clock: systemClock,
  sessions,
  singlePort: false,
});
const from = (address: string, port: number): RemoteInfo => ({ address, port, family: 'IPv4', size: 0 });
const request = encodeTftp(rrq('a'));

// A forged source address makes a packet come "from" us; answering it would be a conversation with ourselves.
test.each([
  ['port 0', from('10.0.0.9', 0), { kind: 'drop', reason: 'source_port_0' }],
  ['our own request port', from('127.0.0.1', 69), { kind: 'drop', reason: 'own_datagram' }],
  ['the port of a transfer of ours', from('127.0.0.1', 40_001), { kind: 'drop', reason: 'own_datagram' }],
  ['that port on another machine', from('127.0.0.9', 40_001), { kind: 'serve' }],
  ['an IPv6 address', from('fe80::1', 2070), { kind: 'drop', reason: 'not_our_network' }],
])('a request from %s', (_name, source, verdict) => {
  expect(gate(request, source)).toMatchObject(verdict);
});
