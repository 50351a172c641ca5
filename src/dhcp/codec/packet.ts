/**
 * The BOOTP frame that carries DHCP (RFC 951, RFC 2131 2):
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +---------------+---------------+---------------+---------------+
 *   0 |     op        |    htype      |     hlen      |     hops      |
 *   4 |                             xid                               |
 *   8 |            secs               |B            flags             |  B: reply by broadcast
 *  12 |                            ciaddr                             |  what the client has
 *  16 |                            yiaddr                             |  what the client gets
 *  20 |                            siaddr                             |  where it boots from
 *  24 |                            giaddr                             |  the relay on its wire
 *  28 |                            chaddr  (16)                       |
 *  44 |                            sname   (64)                       |
 * 108 |                            file   (128)                       |
 * 236 |                 magic cookie 63 82 53 63                      |
 * 240 |                            options ...                        |
 *     +---------------------------------------------------------------+
 */
import { type Ipv4, ipv4FromNumber, ipv4ToNumber } from '../../net/ipv4.ts';
import { leastArea, parseAreas, writeArea } from './options/areas.ts';
import { text } from './options/kinds.ts';
import type { OptionMap } from './options/table.ts';

export type DhcpPacket = {
  readonly op: 'request' | 'reply';
  /** ARP hardware type: 1 is Ethernet. */
  readonly hardwareType: number;
  /** `hlen` bytes of chaddr, 0 to 16. */
  readonly hardwareAddress: Uint8Array;
  readonly hops: number;
  /**
   * The transaction's number in hex. As text, for V8 keeps numbers from 2^30 on in another way than those below, and
   * compiles for each message anew whatever reads a field that has both.
   */
  readonly xid: string;
  /** Seconds since the client began, as it says. */
  readonly secs: number;
  readonly broadcast: boolean;
  /** Each address is null where the wire has 0.0.0.0. */
  readonly ciaddr: Ipv4 | null;
  readonly yiaddr: Ipv4 | null;
  readonly siaddr: Ipv4 | null;
  readonly giaddr: Ipv4 | null;
  /** Empty when the field carried options. */
  readonly sname: string;
  readonly file: string;
  readonly options: OptionMap;
};

export const PACKET_REFUSALS = ['too_short', 'bad_op', 'bad_hardware_length', 'bad_magic_cookie'] as const;
export type PacketRefusal = (typeof PACKET_REFUSALS)[number];

export type DecodedPacket =
  | {
      readonly ok: true;
      readonly packet: DhcpPacket;
      /** An option ran over the end of its area; the options before it are there. */
      readonly truncated: boolean;
    }
  | { readonly ok: false; readonly reason: PacketRefusal };

const OPTIONS_AT = 240;
const MAGIC_COOKIE = 0x63825363;
const SNAME = { at: 44, size: 64 } as const;
const FILE = { at: 108, size: 128 } as const;
/** Longest `file` of the header: one byte is the terminator. */
export const FILE_MAX = FILE.size - 1;

/** Old relays and ROMs drop anything shorter (RFC 1542 2.1). */
const LEAST_BYTES = 300;
/** What every client takes: the 576 byte IP datagram without its IP and UDP headers (RFC 2131 2). */
export const DEFAULT_MOST_BYTES = 548;

/** Reads one datagram. Never throws, whatever the bytes. */
export function decodePacket(datagram: Uint8Array): DecodedPacket {
  const bytes = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  if (bytes.length < OPTIONS_AT) return { ok: false, reason: 'too_short' };
  const op = bytes[0] === 1 ? 'request' : bytes[0] === 2 ? 'reply' : null;
  if (op === null) return { ok: false, reason: 'bad_op' };
  const hardwareLength = bytes.readUInt8(2);
  if (hardwareLength > 16) return { ok: false, reason: 'bad_hardware_length' };
  if (bytes.readUInt32BE(236) !== MAGIC_COOKIE) return { ok: false, reason: 'bad_magic_cookie' };

  const field = (at: number, size: number): Uint8Array =>
    new Uint8Array(datagram.buffer, datagram.byteOffset + at, size);
  const file = field(FILE.at, FILE.size);
  const sname = field(SNAME.at, SNAME.size);
  const area = field(OPTIONS_AT, bytes.length - OPTIONS_AT);
  const { options, truncated, overloaded } = parseAreas({ options: area, file, sname });
  const packet: DhcpPacket = {
    op,
    hardwareType: bytes.readUInt8(1),
    hardwareAddress: field(28, hardwareLength),
    hops: bytes.readUInt8(3),
    xid: bytes.readUInt32BE(4).toString(16),
    secs: bytes.readUInt16BE(8),
    broadcast: (bytes.readUInt16BE(10) & 0x8000) !== 0,
    ciaddr: readAddress(bytes, 12),
    yiaddr: readAddress(bytes, 16),
    siaddr: readAddress(bytes, 20),
    giaddr: readAddress(bytes, 24),
    sname: overloaded.sname ? '' : readPadded(sname),
    file: overloaded.file ? '' : readPadded(file),
    options,
  };
  return { ok: true, packet, truncated };
}

export type EncodedPacket = {
  readonly bytes: Uint8Array;
  /** Options that did not fit. */
  readonly omitted: readonly number[];
};

/**
 * Writes a packet of 300 to `mostBytes` bytes (more only where option 82 alone needs it). `file` and `sname`
 * never carry options: old ROMs read them as they stand. Text that does not fit its field is cut.
 */
export function encodePacket(packet: DhcpPacket, mostBytes: number = DEFAULT_MOST_BYTES): EncodedPacket {
  const roomForOptions = Math.max(mostBytes - OPTIONS_AT, leastArea(packet.options));
  // Out of Node's pool, which costs a tenth of memory of its own.
  const bytes = Buffer.allocUnsafe(Math.max(LEAST_BYTES, OPTIONS_AT + roomForOptions)).fill(0);
  const area = writeArea(packet.options, bytes.subarray(OPTIONS_AT, OPTIONS_AT + roomForOptions));
  bytes.writeUInt8(packet.op === 'request' ? 1 : 2, 0);
  bytes.writeUInt8(packet.hardwareType, 1);
  bytes.writeUInt8(packet.hardwareAddress.length, 2);
  bytes.writeUInt8(packet.hops, 3);
  bytes.writeUInt32BE(Number.parseInt(packet.xid, 16), 4);
  bytes.writeUInt16BE(packet.secs, 8);
  bytes.writeUInt16BE(packet.broadcast ? 0x8000 : 0, 10);
  writeAddress(bytes, packet.ciaddr, 12);
  writeAddress(bytes, packet.yiaddr, 16);
  writeAddress(bytes, packet.siaddr, 20);
  writeAddress(bytes, packet.giaddr, 24);
  bytes.set(packet.hardwareAddress.subarray(0, 16), 28);
  bytes.write(packet.sname, SNAME.at, SNAME.size - 1, 'latin1');
  bytes.write(packet.file, FILE.at, FILE.size - 1, 'latin1');
  bytes.writeUInt32BE(MAGIC_COOKIE, 236);
  const length = Math.max(LEAST_BYTES, OPTIONS_AT + area.length);
  return { bytes: bytes.subarray(0, length), omitted: area.omitted };
}

function readAddress(bytes: Buffer, at: number): Ipv4 | null {
  const value = bytes.readUInt32BE(at);
  return value === 0 ? null : ipv4FromNumber(value);
}

function writeAddress(bytes: Buffer, address: Ipv4 | null, at: number): void {
  if (address !== null) bytes.writeUInt32BE(ipv4ToNumber(address), at);
}

/** A fixed field's text up to its first NUL. */
function readPadded(field: Uint8Array): string {
  const end = field.indexOf(0);
  if (end === 0) return '';
  return text.read(end === -1 ? field : field.subarray(0, end)) ?? '';
}
