import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeArpReply, encodeArpProbe } from '../../src/net/arp.ts';
import { EVERY_MAC } from '../../src/net/ethernet.ts';
import { type Ipv4, ipv4FromNumber } from '../../src/net/ipv4.ts';
import { type Mac, macFromBytes, macToBytes } from '../../src/net/mac.ts';
import { decodeUdpFrame, encodeUdpFrame } from '../../src/net/udp-frame.ts';

const macs = fc.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes) => macFromBytes(bytes));
const addresses = fc.integer({ min: 0, max: 0xffffffff }).map(ipv4FromNumber);
const ends = fc.record({ mac: macs, address: addresses, port: fc.integer({ min: 0, max: 65_535 }) });
const payloads = fc.uint8Array({ maxLength: 1472 });

describe('a UDP frame', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(ends, ends, payloads, (from, to, payload) => {
        expect(decodeUdpFrame(encodeUdpFrame({ from, to, payload }))).toEqual({ from, to, payload });
      }),
    );
  });

  it('is no datagram when it is cut, a fragment, or of another protocol', () => {
    const end = { mac: EVERY_MAC, address: '10.0.0.1' as Ipv4, port: 67 };
    const whole = encodeUdpFrame({ from: end, to: end, payload: Uint8Array.of(1, 2, 3) });
    const changed = (at: number, value: number): Uint8Array => whole.with(at, value);
    expect(decodeUdpFrame(whole.subarray(0, 44))).toBeNull();
    expect(decodeUdpFrame(changed(23, 6))).toBeNull();
    expect(decodeUdpFrame(changed(20, 0x20))).toBeNull();
    expect(decodeUdpFrame(changed(13, 6))).toBeNull();
    expect(decodeUdpFrame(changed(14, 0x41))).toBeNull();
  });

  it('never throws on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        decodeUdpFrame(bytes);
        decodeArpReply(bytes);
      }),
    );
  });
});

describe('an ARP probe', () => {
  const probe = encodeArpProbe('52:54:00:00:00:01' as Mac, '10.77.1.9' as Ipv4);

  it('asks everybody for the address, and claims none itself', () => {
    expect(Buffer.from(probe).toString('hex')).toBe(
      'ffffffffffff5254000000010806' + '0001080006040001' + '52540000000100000000' + '0000000000000a4d0109',
    );
  });

  it('is answered by who has the address', () => {
    const reply = Buffer.from(probe);
    reply.writeUInt16BE(2, 20);
    reply.set(macToBytes('52:54:00:00:00:02' as Mac), 22);
    reply.set([10, 77, 1, 9], 28);
    expect(decodeArpReply(reply)).toEqual({ address: '10.77.1.9', mac: '52:54:00:00:00:02' });
    expect(decodeArpReply(probe)).toBeNull();
    expect(decodeArpReply(reply.subarray(0, 41))).toBeNull();
  });
});
