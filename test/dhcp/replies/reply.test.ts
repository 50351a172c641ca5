import { describe, expect, it } from 'vitest';
import { OPTIONS, readOption } from '../../../src/dhcp/codec/options/table.ts';
import { type DhcpPacket, decodePacket } from '../../../src/dhcp/codec/packet.ts';
import type { DhcpBootFields } from '../../../src/dhcp/replies/boot-fields.ts';
import { composeReply, type ReplyParts } from '../../../src/dhcp/replies/reply.ts';
import { factsOf, ip, type MessageParts, message, NETWORK } from '../samples.ts';

const BOOT: DhcpBootFields = {
  siaddr: ip('10.77.0.1'),
  file: 'snponly.efi',
  options: [
    { code: 60, value: Buffer.from('PXEClient') },
    { code: 43, value: Uint8Array.of(6, 1, 8, 255) },
    { code: 66, value: Buffer.from('10.77.0.1') },
  ],
};
const UUID = Uint8Array.from({ length: 17 }, (_, i) => i);
const RELAY = Uint8Array.of(1, 2, 7, 7);

type Change = Partial<Pick<ReplyParts, 'kind' | 'boot' | 'network' | 'hostname' | 'message' | 'yiaddr'>>;

/** What a client reads out of the bytes of a reply. */
function received(question: MessageParts, change: Change = {}): { packet: DhcpPacket; bytes: Uint8Array } {
  const { bytes } = composeReply({
    kind: 'offer',
    question: message(question),
    facts: factsOf(question),
    isRouted: false,
    network: NETWORK,
    isBooting: false,
    yiaddr: ip('10.77.0.10'),
    hostname: null,
    boot: BOOT,
    message: null,
    ...change,
  });
  const decoded = decodePacket(bytes);
  if (!decoded.ok) throw new Error(decoded.reason);
  return { packet: decoded.packet, bytes };
}

describe('an OFFER', () => {
  it('carries the lease, the mask and what to boot, asked for or not', () => {
    const { packet } = received({ type: 'discover', xid: 77, broadcast: true });
    expect(packet).toMatchObject({
      op: 'reply',
      xid: '4d',
      broadcast: true,
      yiaddr: '10.77.0.10',
      siaddr: '10.77.0.1',
      ciaddr: null,
      file: 'snponly.efi',
    });
    expect(readOption(packet.options, OPTIONS.messageType)).toBe(2);
    expect(readOption(packet.options, OPTIONS.serverIdentifier)).toBe('10.77.0.1');
    expect(readOption(packet.options, OPTIONS.leaseTime)).toBe(3600);
    expect(readOption(packet.options, OPTIONS.renewalTime)).toBe(1800);
    expect(readOption(packet.options, OPTIONS.rebindingTime)).toBe(3150);
    expect(readOption(packet.options, OPTIONS.subnetMask)).toBe('255.255.255.0');
    expect(readOption(packet.options, OPTIONS.vendorClass)).toBe('PXEClient');
    expect([...packet.options.keys()]).not.toContain(OPTIONS.routers.code);
    expect([...packet.options.keys()]).not.toContain(OPTIONS.nameservers.code);
  });

  it('terminates options 66 and 67 with NUL: EDK2 writes one behind them', () => {
    const { packet } = received({ type: 'discover' });
    expect(packet.options.get(66)).toEqual(Uint8Array.from(Buffer.from('10.77.0.1\0')));
    expect(packet.options.get(67)).toEqual(Uint8Array.from(Buffer.from('snponly.efi\0')));
  });

  it('has the router and name servers where the network has them', () => {
    const network = { ...NETWORK, gateway: ip('10.77.0.254'), nameservers: [ip('9.9.9.9'), ip('1.1.1.1')] };
    const { packet } = received({ type: 'discover' }, { network, hostname: 'node-1' });
    expect(readOption(packet.options, OPTIONS.routers)).toEqual(['10.77.0.254']);
    expect(readOption(packet.options, OPTIONS.nameservers)).toEqual(['9.9.9.9', '1.1.1.1']);
    expect(readOption(packet.options, OPTIONS.hostname)).toBe('node-1');
  });

  it('echoes the UUID, the client identifier, and last of all the relay’s option', () => {
    const options: MessageParts['options'] = [
      [82, RELAY],
      [97, UUID],
      [61, Uint8Array.of(255, 9)],
    ];
    const { packet, bytes } = received({ type: 'discover', giaddr: '10.77.0.9', options });
    expect(packet.options.get(97)).toEqual(UUID);
    expect(packet.options.get(61)).toEqual(Uint8Array.of(255, 9));
    expect([...packet.options.keys()].at(-1)).toBe(82);
    expect(Buffer.from(bytes).includes(Buffer.from([82, 4, ...RELAY, 255]))).toBe(true);
    expect(packet.giaddr).toBe('10.77.0.9');
  });

  it.each([
    ['has it as well', { giaddr: '10.77.0.9' }, Uint8Array.of(10, 77, 0, 0)],
    ['has it not, where no relay asks and it is not heeded', {}, undefined],
  ])('to who selects the subnet by option 118 (RFC 3011) %s', (_what, from, expected) => {
    const options: MessageParts['options'] = [[118, Uint8Array.of(10, 77, 0, 0)]];
    for (const parts of [
      { type: 'discover', ...from, options },
      { type: 'request', asks: '10.77.0.10', ...from, options },
    ] as const)
      expect(received(parts).packet.options.get(118)).toEqual(expected);
  });

  it('gives a long URL in option 67 alone, where the header has no room for it', () => {
    const url = `http://10.77.0.1/${'x'.repeat(300)}`;
    const size: MessageParts['options'] = [[57, Uint8Array.of(5, 192)]];
    const { packet } = received({ type: 'discover', options: size }, { boot: { ...BOOT, file: url } });
    expect(packet.file).toBe('');
    expect(readOption(packet.options, OPTIONS.bootFile)).toBe(url);
  });

  it.each([
    { option57: null, most: 548 },
    { option57: 300, most: 548 },
    { option57: 576, most: 548 },
    { option57: 1000, most: 972 },
    { option57: 1472, most: 1444 },
    { option57: 65_535, most: 1444 },
  ])('is at most $most bytes for a client whose option 57 is $option57', ({ option57, most }) => {
    const options: MessageParts['options'] =
      option57 === null ? [] : [[57, Uint8Array.of(option57 >>> 8, option57 & 255)]];
    const filler = Array.from({ length: 20 }, (_, i) => ({ code: 200 + i, value: new Uint8Array(90) }));
    const { bytes, packet } = received({ type: 'discover', options }, { boot: { ...BOOT, options: filler } });
    expect(bytes.length).toBeLessThanOrEqual(most);
    expect(bytes.length).toBeGreaterThan(most - 100);
    expect(readOption(packet.options, OPTIONS.serverIdentifier)).toBe('10.77.0.1');
  });

  it('echoes chaddr as it came, also where it is no MAC (EDK2 with its UUID, InfiniBand with nothing)', () => {
    for (const [hardwareType, length] of [
      [1, 16],
      [32, 0],
    ] as const) {
      const hardwareAddress = new Uint8Array(length).fill(7);
      const question = { ...message({ type: 'discover', broadcast: true }), hardwareType, hardwareAddress };
      const { bytes, destination } = composeReply({
        kind: 'offer',
        question,
        facts: factsOf({ type: 'discover' }),
        network: NETWORK,
        boot: BOOT,
        isRouted: false,
        isBooting: false,
        hostname: null,
        message: null,
        yiaddr: ip('10.77.0.10'),
      });
      expect(decodePacket(bytes)).toMatchObject({
        packet: { hardwareType, hardwareAddress, broadcast: true },
      });
      expect(destination.address).toBe('255.255.255.255');
    }
  });

  it('without anything to boot is a plain lease', () => {
    const { packet } = received({ type: 'discover' }, { boot: null });
    expect(packet).toMatchObject({ siaddr: null, file: '' });
    expect([43, 60, 66, 67].filter((code) => packet.options.has(code))).toEqual([]);
  });
});

describe('an ACK', () => {
  it('has the same options and boot fields as the OFFER, or EDK2 gives up', () => {
    const offer = received({ type: 'discover' }).packet;
    const ack = received(
      { type: 'request', serverId: '10.77.0.1', asks: '10.77.0.10' },
      { kind: 'ack' },
    ).packet;
    expect([...ack.options.keys()]).toEqual([...offer.options.keys()]);
    expect({ ...ack, options: null }).toEqual({ ...offer, options: null });
  });

  it('to INFORM has no lease times and no address', () => {
    const { packet } = received({ type: 'inform', ciaddr: '10.77.0.80' }, { kind: 'inform', yiaddr: null });
    expect(packet).toMatchObject({ yiaddr: null, ciaddr: '10.77.0.80' });
    expect([51, 58, 59].filter((code) => packet.options.has(code))).toEqual([]);
    expect(readOption(packet.options, OPTIONS.messageType)).toBe(5);
  });
});

describe('a NAK', () => {
  it('says why, and nothing of leases or booting', () => {
    const question: MessageParts = { type: 'request', asks: '10.77.0.10', options: [[82, RELAY]] };
    const { packet } = received(question, { kind: 'nak', yiaddr: null, boot: null, message: 'taken' });
    expect(packet).toMatchObject({ yiaddr: null, siaddr: null, ciaddr: null, file: '' });
    expect([...packet.options.keys()]).toEqual([53, 54, 56, 82]);
    expect(readOption(packet.options, OPTIONS.message)).toBe('taken');
  });
});
