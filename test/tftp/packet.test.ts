import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeTftp, encodeTftp, type TftpPacket } from '../../src/tftp/packet.ts';

/** Text as it may stand in a packet: Latin-1 without NUL. */
const text = (minLength: number) =>
  fc
    .array(fc.integer({ min: 1, max: 255 }), { minLength, maxLength: 60 })
    .map((codes) => String.fromCharCode(...codes));
const options = fc.array(fc.record({ name: text(0), value: text(0) }), { maxLength: 8 });
const word = fc.integer({ min: 0, max: 0xffff });
const packets: fc.Arbitrary<TftpPacket> = fc.oneof(
  fc.record({ op: fc.constantFrom('rrq', 'wrq'), file: text(1), mode: text(1), options }),
  fc.record({ op: fc.constant('data'), block: word, data: fc.uint8Array({ maxLength: 1468 }) }),
  fc.record({ op: fc.constant('ack'), block: word }),
  fc.record({ op: fc.constant('error'), code: word, message: text(0) }),
  fc.record({
    op: fc.constant('oack'),
    options: fc.array(fc.record({ name: text(1), value: text(1) }), { minLength: 1, maxLength: 8 }),
  }),
);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('the TFTP codec', () => {
  test('reads back whatever it wrote', () => {
    fc.assert(
      fc.property(packets, (packet) => {
        expect(normal(decodeTftp(encodeTftp(packet)))).toEqual(normal({ ok: true, packet }));
      }),
    );
  });

  test('never throws on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        expect(typeof decodeTftp(bytes).ok).toBe('boolean');
      }),
      { numRuns: 2000 },
    );
  });

  test('writes the bytes that EDK2 sends to ask for the size of a file', () => {
    const packet: TftpPacket = {
      op: 'rrq',
      file: 'snponly.efi',
      mode: 'octet',
      options: [
        { name: 'tsize', value: '0' },
        { name: 'blksize', value: '1468' },
      ],
    };
    const bytes = `0001${hex(Buffer.from('snponly.efi\0octet\0tsize\x000\0blksize\x001468\0'))}`;
    expect(hex(encodeTftp(packet))).toBe(bytes);
    expect(decodeTftp(Buffer.from(bytes, 'hex'))).toEqual({ ok: true, packet });
  });

  test.each([
    ['data', { op: 'data', block: 258, data: Buffer.from('hi') }, '000301026869'],
    ['ack', { op: 'ack', block: 65535 }, '0004ffff'],
    ['error', { op: 'error', code: 8, message: 'no' }, '000500086e6f00'],
    ['oack', { op: 'oack', options: [{ name: 'tsize', value: '9' }] }, '00067473697a6500390'.concat('0')],
  ] as const)('writes %s as RFC 1350 draws it', (_name, packet, bytes) => {
    expect(hex(encodeTftp(packet))).toBe(bytes);
  });

  test.each([
    ['nothing', '', 'too_short'],
    ['one byte', '00', 'too_short'],
    ['an opcode and half a block number', '000400', 'too_short'],
    ['opcode 0', '00000001', 'unknown_opcode'],
    ['opcode 7', '00070001', 'unknown_opcode'],
    ['a file name that never ends', '000161626364', 'bad_request_strings'],
    ['an empty file name', '00010061000000', 'bad_request_strings'],
    ['no mode', '0001616200', 'bad_request_strings'],
  ])('refuses %s', (_name, bytes, reason) => {
    expect(decodeTftp(Buffer.from(bytes, 'hex'))).toEqual({ ok: false, reason });
  });

  test.each([
    [
      'an option cut off in its value is left out',
      Buffer.from('\0\x01f\0octet\0tsize\x000\0blksize\x0014'),
      [{ name: 'tsize', value: '0' }],
    ],
    ['an option without a value is left out', Buffer.from('\0\x01f\0octet\0tsize\0'), []],
  ])('%s', (_name, bytes, expected) => {
    expect(decodeTftp(bytes)).toEqual({
      ok: true,
      packet: { op: 'rrq', file: 'f', mode: 'octet', options: expected },
    });
  });

  test('an ERROR without its closing NUL is still an ERROR', () => {
    expect(decodeTftp(Buffer.from('0005000061', 'hex'))).toEqual({
      ok: true,
      packet: { op: 'error', code: 0, message: 'a' },
    });
  });

  test('a request with thousands of options costs no more than the first 32', () => {
    const bytes = Buffer.concat([Buffer.from('\0\x01f\0octet\0'), Buffer.from('a\x001\0'.repeat(15_000))]);
    const decoded = decodeTftp(bytes);
    expect(decoded.ok && decoded.packet.op === 'rrq' && decoded.packet.options.length).toBe(32);
  });
});

/** Buffers and plain byte arrays compare alike. */
function normal(decoded: ReturnType<typeof decodeTftp>): unknown {
  return decoded.ok && decoded.packet.op === 'data'
    ? { ...decoded.packet, data: hex(decoded.packet.data) }
    : decoded;
}
