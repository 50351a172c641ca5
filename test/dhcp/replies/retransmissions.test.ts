import { expect, test } from 'vitest';
import { encodePacket } from '../../../src/dhcp/codec/packet.ts';
import { startExchange } from '../exchange-rig.ts';
import { message } from '../samples.ts';

/** A DISCOVER with so many zero bytes behind its end. */
const discover = (padding: number): Buffer =>
  Buffer.concat([encodePacket(message({ type: 'discover' })).bytes, Buffer.alloc(padding)]);

test.each([
  ['as clients send it is answered again from memory', 1000, 1],
  ['of 60,000 bytes is answered, and not kept in memory', 60_000, 0],
])('a question %s', (_name, padding, fromMemory) => {
  const rig = startExchange();
  rig.receive(discover(padding));
  rig.receive(discover(padding));
  expect(rig.sent.length).toBe(2);
  expect(rig.counters.snapshot().retransmission).toBe(fromMemory);
});
