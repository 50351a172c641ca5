import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DhcpPacket, decodePacket, encodePacket } from '../../../src/dhcp/codec/packet.ts';
import { ip, message } from '../samples.ts';
import { CAPTURED_CLIENTS, capturedDiscover } from './captured.ts';

/** A frame typed by hand: DISCOVER with the broadcast flag, relayed by 10.20.0.9. */
function typedFrame(): Buffer {
  const frame = Buffer.alloc(244);
  Buffer.from('01 01 06 02 de ad be ef 00 0a 80 00'.replaceAll(' ', ''), 'hex').copy(frame, 0);
  Buffer.from([10, 20, 0, 9]).copy(frame, 24);
  Buffer.from('525400abcdef', 'hex').copy(frame, 28);
  frame.write('boot.file', 108);
  Buffer.from([0x63, 0x82, 0x53, 0x63, 53, 1, 1, 255]).copy(frame, 236);
  return frame;
}

function decoded(datagram: Uint8Array): DhcpPacket {
  const result = decodePacket(datagram);
  if (!result.ok) throw new Error(result.reason);
  return result.packet;
}

describe('decoding a packet', () => {
  it('reads every field of the frame', () => {
    expect(decoded(typedFrame())).toEqual({
      op: 'request',
      hardwareType: 1,
      hardwareAddress: Uint8Array.of(0x52, 0x54, 0x00, 0xab, 0xcd, 0xef),
      hops: 2,
      xid: 'deadbeef',
      secs: 10,
      broadcast: true,
      ciaddr: null,
      yiaddr: null,
      siaddr: null,
      giaddr: ip('10.20.0.9'),
      sname: '',
      file: 'boot.file',
      options: new Map([[53, Uint8Array.of(1)]]),
    });
  });

  it.each([
    { reason: 'too_short', change: (frame: Buffer) => frame.subarray(0, 239) },
    { reason: 'too_short', change: (frame: Buffer) => frame.subarray(0, 0) },
    { reason: 'bad_op', change: (frame: Buffer) => frame.fill(3, 0, 1) },
    { reason: 'bad_hardware_length', change: (frame: Buffer) => frame.fill(17, 2, 3) },
    { reason: 'bad_magic_cookie', change: (frame: Buffer) => frame.fill(0, 236, 240) },
  ])('refuses a frame as $reason', ({ reason, change }) => {
    expect(decodePacket(change(typedFrame()))).toEqual({ ok: false, reason });
  });

  it('takes hlen 16, which EDK2 uses to send a UUID, and hlen 0, which InfiniBand uses', () => {
    expect(decoded(typedFrame().fill(16, 2, 3)).hardwareAddress).toHaveLength(16);
    expect(decoded(typedFrame().fill(0, 2, 3)).hardwareAddress).toHaveLength(0);
  });

  it('keeps the options before a truncated one and says so', () => {
    const frame = Buffer.concat([typedFrame().subarray(0, 243), Buffer.from([12, 99, 65])]);
    const result = decodePacket(frame);
    expect(result).toMatchObject({ ok: true, truncated: true });
    expect(decoded(frame).options).toEqual(new Map([[53, Uint8Array.of(1)]]));
  });

  it('reads options out of file and sname where option 52 says so, and no names then', () => {
    const frame = Buffer.concat([typedFrame().subarray(0, 243), Buffer.from([52, 1, 3, 255])]);
    frame.fill(0, 44, 236);
    Buffer.from([12, 1, 65, 255]).copy(frame, 108);
    Buffer.from([12, 1, 66, 255]).copy(frame, 44);
    const packet = decoded(frame);
    expect(packet.options.get(12)).toEqual(Uint8Array.of(65, 66));
    expect([packet.file, packet.sname]).toEqual(['', '']);
  });

  it('never throws on random bytes, with and without a valid head (10,000 each)', () => {
    const head = typedFrame().subarray(0, 240);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (noise) => {
        expect(() => decodePacket(noise)).not.toThrow();
        const result = decodePacket(Buffer.concat([head, noise]));
        expect(result.ok).toBe(true);
      }),
      { numRuns: 10_000 },
    );
  });

  it('never throws on a real packet cut anywhere', () => {
    for (const client of CAPTURED_CLIENTS) {
      const datagram = capturedDiscover(client);
      for (let length = 0; length <= datagram.length; length++)
        expect(decodePacket(datagram.subarray(0, length)).ok).toBe(length >= 240);
    }
  });
});

describe('encoding a packet', () => {
  it('pads to 300 bytes, which old relays insist on', () => {
    const { bytes } = encodePacket(message({ type: 'discover' }));
    expect(bytes).toHaveLength(300);
    expect(bytes[243]).toBe(255);
  });

  it('stays within the size that the client takes', () => {
    const packet = message({ type: 'discover', options: [[43, new Uint8Array(700)]] });
    const short = encodePacket(packet, 548);
    expect(short).toMatchObject({ omitted: [43] });
    expect(encodePacket(packet, 1444)).toMatchObject({ omitted: [] });
  });

  it('cuts a file name that is longer than its field, terminator kept', () => {
    const { bytes } = encodePacket({ ...message({ type: 'discover' }), file: 'x'.repeat(200) });
    expect(decoded(bytes).file).toBe('x'.repeat(127));
    expect(bytes[235]).toBe(0);
  });

  it.each(CAPTURED_CLIENTS)('writes back what %s sent', (client) => {
    const packet = decoded(capturedDiscover(client));
    expect(decoded(encodePacket(packet, 1444).bytes)).toEqual(packet);
  });

  it('reads back whatever it wrote', () => {
    const address = fc.option(
      fc
        .ipV4()
        .filter((text) => text !== '0.0.0.0')
        .map(ip),
    );
    const packets: fc.Arbitrary<DhcpPacket> = fc.record({
      op: fc.constantFrom('request', 'reply'),
      hardwareType: fc.nat(255),
      hardwareAddress: fc.uint8Array({ maxLength: 16 }),
      hops: fc.nat(255),
      xid: fc.nat(0xffffffff).map((number) => number.toString(16)),
      secs: fc.nat(0xffff),
      broadcast: fc.boolean(),
      ciaddr: address,
      yiaddr: address,
      siaddr: address,
      giaddr: address,
      sname: fc.stringMatching(/^[a-z0-9./]{0,63}$/),
      file: fc.stringMatching(/^[a-z0-9./:]{0,127}$/),
      options: fc
        .dictionary(fc.constantFrom('1', '12', '43', '60', '67', '97', '175'), fc.uint8Array())
        .map((values) => new Map(Object.entries(values).map(([code, value]) => [Number(code), value]))),
    });
    fc.assert(
      fc.property(packets, (packet) => {
        expect(decoded(encodePacket(packet, 1444).bytes)).toEqual(packet);
      }),
    );
  });
});
