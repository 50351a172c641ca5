/**
 * The TFTP packets (RFC 1350 section 5, RFC 2347): bytes to values and back. Pure.
 *
 *      2 bytes    string   1 byte   string  1 byte   string  1 byte  string  1 byte
 *     +---------+---------+-------+--------+-------+--------+-------+-------+-------+
 *     | 01 | 02 |  file   |   0   |  mode  |   0   | option |   0   | value |   0   | ...   RRQ / WRQ
 *     +---------+---------+-------+--------+-------+--------+-------+-------+-------+
 *     +---------+----------+-------------------+    +---------+----------+
 *     |   03    |  block   |  0..65464 bytes   |    |   04    |  block   |      DATA / ACK
 *     +---------+----------+-------------------+    +---------+----------+
 *     +---------+----------+---------+-------+      +---------+--------+---+-------+---+
 *     |   05    |   code   | message |   0   |      |   06    | option | 0 | value | 0 | ...   ERROR / OACK
 *     +---------+----------+---------+-------+      +---------+--------+---+-------+---+
 *
 * Strings are Latin-1, so that every byte of a name survives (some ROMs append 0xFF).
 */

export type TftpOption = { readonly name: string; readonly value: string };

export type TftpPacket =
  | {
      readonly op: 'rrq' | 'wrq';
      readonly file: string;
      readonly mode: string;
      readonly options: readonly TftpOption[];
    }
  | { readonly op: 'data'; readonly block: number; readonly data: Uint8Array }
  | { readonly op: 'ack'; readonly block: number }
  | { readonly op: 'error'; readonly code: number; readonly message: string }
  | { readonly op: 'oack'; readonly options: readonly TftpOption[] };

/** Error codes of RFC 1350 (appendix) and RFC 2347 (8). */
export const TFTP_ERROR = {
  undefined: 0,
  fileNotFound: 1,
  accessViolation: 2,
  illegalOperation: 4,
  unknownTransfer: 5,
  optionRefused: 8,
} as const;

export const MALFORMED_REASONS = ['too_short', 'unknown_opcode', 'bad_request_strings'] as const;
export type MalformedReason = (typeof MALFORMED_REASONS)[number];

export type Decoded =
  | { readonly ok: true; readonly packet: TftpPacket }
  | { readonly ok: false; readonly reason: MalformedReason };

const OPCODE = { rrq: 1, wrq: 2, data: 3, ack: 4, error: 5, oack: 6 } as const;
/** More options than any client sends; the rest is not looked at. */
const MAX_OPTIONS = 32;

/**
 * Reads one datagram. Never throws. A request needs its file and mode strings; options cut off at the end are
 * ignored, and an ERROR without its closing NUL is taken as it is, because ROMs send both.
 */
export function decodeTftp(bytes: Uint8Array): Decoded {
  if (bytes.length < 4) return { ok: false, reason: 'too_short' };
  const number = word(bytes, 2);
  switch (word(bytes, 0)) {
    case OPCODE.rrq:
      return decodeRequest('rrq', bytes);
    case OPCODE.wrq:
      return decodeRequest('wrq', bytes);
    case OPCODE.data:
      return { ok: true, packet: { op: 'data', block: number, data: bytes.subarray(4) } };
    case OPCODE.ack:
      return { ok: true, packet: { op: 'ack', block: number } };
    case OPCODE.error:
      return { ok: true, packet: { op: 'error', code: number, message: strings(bytes, 4, true)[0] ?? '' } };
    case OPCODE.oack:
      return { ok: true, packet: { op: 'oack', options: pairs(strings(bytes, 2, false)) } };
    default:
      return { ok: false, reason: 'unknown_opcode' };
  }
}

/** True for what opens a transfer: RRQ and WRQ. */
export function isRequest(datagram: Uint8Array): boolean {
  return datagram[0] === 0 && (datagram[1] === OPCODE.rrq || datagram[1] === OPCODE.wrq);
}

/** The datagram of a packet. Block numbers and codes are 16 bits; strings must not hold NUL or non-Latin-1. */
export function encodeTftp(packet: TftpPacket): Buffer {
  switch (packet.op) {
    case 'rrq':
    case 'wrq':
      return Buffer.concat([
        head(OPCODE[packet.op]),
        nulTerminated([packet.file, packet.mode, ...flat(packet.options)]),
      ]);
    case 'data': {
      const datagram = Buffer.allocUnsafe(4 + packet.data.length);
      datagram.writeUInt16BE(OPCODE.data, 0);
      datagram.writeUInt16BE(packet.block, 2);
      datagram.set(packet.data, 4);
      return datagram;
    }
    case 'ack':
      return Buffer.concat([head(OPCODE.ack), head(packet.block)]);
    case 'error':
      return Buffer.concat([head(OPCODE.error), head(packet.code), nulTerminated([packet.message])]);
    case 'oack':
      return Buffer.concat([head(OPCODE.oack), nulTerminated(flat(packet.options))]);
  }
}

/**
 * The same datagram in parts for a gathering send: a block of a file is not copied, its four bytes of head precede it.
 */
export function encodeInParts(packet: TftpPacket): readonly Uint8Array[] {
  if (packet.op !== 'data') return [encodeTftp(packet)];
  const { block } = packet;
  return [Uint8Array.of(0, OPCODE.data, block >> 8, block & 0xff), packet.data];
}

function decodeRequest(op: 'rrq' | 'wrq', bytes: Uint8Array): Decoded {
  const [file, mode, ...rest] = strings(bytes, 2, false);
  if (file === undefined || file === '' || mode === undefined)
    return { ok: false, reason: 'bad_request_strings' };
  return { ok: true, packet: { op, file, mode, options: pairs(rest) } };
}

/** The NUL-terminated strings from `from` on; the unterminated rest counts only when `keepTail` is set. */
function strings(bytes: Uint8Array, from: number, keepTail: boolean): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const found: string[] = [];
  let at = from;
  while (at < bytes.length && found.length < 2 + 2 * MAX_OPTIONS) {
    const nul = buffer.indexOf(0, at);
    if (nul < 0 && !keepTail) break;
    const end = nul < 0 ? bytes.length : nul;
    found.push(buffer.toString('latin1', at, end));
    at = end + 1;
  }
  return found;
}

function pairs(texts: readonly string[]): TftpOption[] {
  const options: TftpOption[] = [];
  for (let i = 0; i + 1 < texts.length && options.length < MAX_OPTIONS; i += 2)
    options.push({ name: texts[i] ?? '', value: texts[i + 1] ?? '' });
  return options;
}

const flat = (options: readonly TftpOption[]): string[] =>
  options.flatMap(({ name, value }) => [name, value]);

const nulTerminated = (texts: readonly string[]): Buffer =>
  Buffer.from(texts.map((text) => `${text}\0`).join(''), 'latin1');

const word = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

const head = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
