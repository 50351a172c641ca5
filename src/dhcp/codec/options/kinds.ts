/**
 * The kinds of value that DHCP options carry. Reading never throws: a value of the wrong size is null, as if
 * the client had not sent it.
 */
import { type Ipv4, ipv4FromNumber, ipv4ToNumber } from '../../../net/ipv4.ts';

export type OptionKind<Value> = {
  read(bytes: Uint8Array): Value | null;
  write(value: Value): Uint8Array;
};

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const uint8: OptionKind<number> = {
  read: (bytes) => (bytes.length === 1 ? (bytes[0] ?? null) : null),
  write: (value) => Uint8Array.of(value),
};

export const uint16: OptionKind<number> = {
  read: (bytes) => (bytes.length === 2 ? view(bytes).getUint16(0) : null),
  write: (value) => Uint8Array.of(value >>> 8, value),
};

export const uint32: OptionKind<number> = {
  read: (bytes) => (bytes.length === 4 ? view(bytes).getUint32(0) : null),
  write: (value) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value),
};

/** Big-endian 16-bit numbers, one or more. */
export const uint16List: OptionKind<readonly number[]> = {
  read: (bytes) => {
    if (bytes.length === 0 || bytes.length % 2 !== 0) return null;
    return Array.from({ length: bytes.length / 2 }, (_, i) => view(bytes).getUint16(2 * i));
  },
  write: (values) => Uint8Array.from(values.flatMap((value) => [value >>> 8, value & 255])),
};

export const ipv4: OptionKind<Ipv4> = {
  read: (bytes) => {
    const value = uint32.read(bytes);
    return value === null ? null : ipv4FromNumber(value);
  },
  write: (address) => uint32.write(ipv4ToNumber(address)),
};

/** The address of one machine. Some clients send the addresses of nobody and of everybody where they mean none. */
export const hostIpv4: OptionKind<Ipv4> = {
  read: (bytes) => {
    const value = uint32.read(bytes);
    return value === null || value === 0 || value === 0xffffffff ? null : ipv4FromNumber(value);
  },
  write: ipv4.write,
};

/** Addresses in order of preference, one or more. */
export const ipv4List: OptionKind<readonly Ipv4[]> = {
  read: (bytes) => {
    if (bytes.length === 0 || bytes.length % 4 !== 0) return null;
    return Array.from({ length: bytes.length / 4 }, (_, i) => ipv4FromNumber(view(bytes).getUint32(4 * i)));
  },
  write: (addresses) => Buffer.concat(addresses.map(ipv4.write)),
};

/** Text without a terminator; trailing NULs of sloppy senders are dropped. */
export const text: OptionKind<string> = {
  read: (bytes) => {
    let end = bytes.length;
    while (end > 0 && bytes[end - 1] === 0) end--;
    return Buffer.from(bytes.buffer, bytes.byteOffset, end).toString('latin1');
  },
  write: (value) => Buffer.from(value, 'latin1'),
};

/**
 * Text with a NUL behind it. Options 66 and 67 need it: EDK2 writes a terminator behind the value that it
 * received and so overwrites the code of the next option (NetworkPkg/UefiPxeBcDxe/PxeBcDhcp4.c).
 */
export const terminatedText: OptionKind<string> = {
  read: text.read,
  write: (value) => Buffer.from(`${value}\0`, 'latin1'),
};

export const raw: OptionKind<Uint8Array> = {
  read: (bytes) => bytes,
  write: (bytes) => bytes,
};
