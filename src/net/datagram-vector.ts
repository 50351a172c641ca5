/**
 * Many UDP datagrams with one call of the system (recvmmsg(2), sendmmsg(2)): their bytes, addresses and lengths lie in
 * memory that is laid out once. The structures are those of 64-bit Linux, the same on x86-64 and arm64:
 *
 *     mmsghdr (64): msg_name 0, msg_namelen 8, msg_iov 16, msg_iovlen 24, ..., msg_len 56
 *     iovec (16): base 0, length 8
 */
import koffi from 'koffi';
import { LINUX, libc, SOCKET_ADDRESS_BYTES } from './libc.ts';

/** `struct sockaddr_in`, as `socketAddress` makes it. */
export type SocketAddress = Uint8Array;

/** An IPv4 address as a number, and a port. */
export type Peer = { readonly address: number; readonly port: number };

export type Arrival = (datagram: Uint8Array, from: Peer) => void;

/** Datagrams of one call. */
export const VECTOR_DATAGRAMS = 64;
/** More than the largest datagram, and 64 of the usual ones. */
const OUTGOING_BYTES = 128 * 1024;

const MESSAGE = { bytes: 64, name: 0, nameLength: 8, vector: 16, vectors: 24, length: 56 } as const;
const VECTOR = { bytes: 16, base: 0, length: 8 } as const;
const WORD = 4;

/** Where each part begins: the messages, their vectors, the names, the bytes. */
const VECTORS_AT = VECTOR_DATAGRAMS * MESSAGE.bytes;
const NAMES_AT = VECTORS_AT + VECTOR_DATAGRAMS * VECTOR.bytes;
const DATA_AT = NAMES_AT + VECTOR_DATAGRAMS * SOCKET_ADDRESS_BYTES;

type Layout = {
  readonly messages: Buffer;
  readonly names: Buffer;
  readonly data: Buffer;
  /** Where the bytes of message `i` are: an offset into `data`, and how many. */
  place(i: number, offset: number, length: number): void;
};

function layOut(dataBytes: number): Layout {
  // In one piece, which lives as long as any part of it is held: the collector knows nothing of pointers. V8 never
  // moves what a buffer of this size holds.
  const memory = Buffer.alloc(DATA_AT + dataBytes);
  const start = koffi.address(memory);
  const messages = memory.subarray(0, VECTORS_AT);
  for (let i = 0; i < VECTOR_DATAGRAMS; i++) {
    const at = i * MESSAGE.bytes;
    messages.writeBigUInt64LE(start + BigInt(NAMES_AT + i * SOCKET_ADDRESS_BYTES), at + MESSAGE.name);
    messages.writeUInt32LE(SOCKET_ADDRESS_BYTES, at + MESSAGE.nameLength);
    messages.writeBigUInt64LE(start + BigInt(VECTORS_AT + i * VECTOR.bytes), at + MESSAGE.vector);
    messages.writeBigUInt64LE(1n, at + MESSAGE.vectors);
  }
  // Numbers are quicker than BigInts, and hold every address of a process (47 bits).
  const base = Number(start) + DATA_AT;
  const words = new Uint32Array(
    memory.buffer,
    memory.byteOffset + VECTORS_AT,
    (NAMES_AT - VECTORS_AT) / WORD,
  );
  return {
    messages,
    names: memory.subarray(NAMES_AT, DATA_AT),
    data: memory.subarray(DATA_AT),
    place: (i, offset, length) => {
      const word = (i * VECTOR.bytes) / WORD;
      words[word] = (base + offset) % 2 ** 32;
      words[word + 1] = (base + offset) / 2 ** 32;
      words[word + VECTOR.length / WORD] = length;
    },
  };
}

export type IncomingDatagrams = {
  /**
   * Hands over what waits in the socket, at most `most` (up to 64) datagrams; returns how many. Their bytes are good
   * until the next call. Called again for one datagram by who gets one, it leaves the rest of the outer call whole.
   */
  take(fd: number, most: number, arrival: Arrival): number;
};

/** `mostBytes`: what of a datagram is of interest; longer ones are cut. */
export function createIncomingDatagrams(mostBytes: number): IncomingDatagrams {
  const { messages, names, data, place } = layOut(VECTOR_DATAGRAMS * mostBytes);
  for (let i = 0; i < VECTOR_DATAGRAMS; i++) place(i, i * mostBytes, mostBytes);
  return {
    take: (fd, most, arrival) => {
      const count = libc.recvmmsg(fd, messages, most, LINUX.MSG_DONTWAIT, null);
      for (let i = 0; i < count; i++) {
        const length = messages.readUInt32LE(i * MESSAGE.bytes + MESSAGE.length);
        const offset = i * mostBytes;
        arrival(data.subarray(offset, offset + length), readName(names, i));
      }
      return Math.max(0, count);
    },
  };
}

export type OutgoingDatagrams = {
  /** Puts a datagram of these parts behind the others; false when there is no room before `send`. */
  add(parts: readonly Uint8Array[], name: SocketAddress): boolean;
  /** Sends all of them; what the system does not take comes to `onRefused`, whose bytes are good until it returns. */
  send(fd: number, onRefused: (datagram: Uint8Array, to: Peer) => void): void;
};

export function createOutgoingDatagrams(): OutgoingDatagrams {
  const { messages, names, data, place } = layOut(OUTGOING_BYTES);
  /** Where each datagram that waits begins. */
  const offsets: number[] = [];
  let used = 0;
  return {
    add: (parts, name) => {
      const i = offsets.length;
      const offset = used;
      let end = used;
      for (const part of parts) end += part.length;
      if (i === VECTOR_DATAGRAMS || end > OUTGOING_BYTES) return false;
      for (const part of parts) {
        data.set(part, used);
        used += part.length;
      }
      place(i, offset, used - offset);
      names.set(name, i * SOCKET_ADDRESS_BYTES);
      offsets.push(offset);
      return true;
    },
    send: (fd, onRefused) => {
      const count = offsets.length;
      for (let done = 0; done < count; ) {
        const rest = done === 0 ? messages : messages.subarray(done * MESSAGE.bytes);
        done += Math.max(0, libc.sendmmsg(fd, rest, count - done, 0));
        // It ends before the first that it cannot send.
        if (done === count) break;
        onRefused(data.subarray(offsets[done], offsets[done + 1] ?? used), readName(names, done));
        done++;
      }
      offsets.length = 0;
      used = 0;
    },
  };
}

function readName(names: Buffer, i: number): Peer {
  const at = i * SOCKET_ADDRESS_BYTES;
  return { address: names.readUInt32BE(at + 4), port: names.readUInt16BE(at + 2) };
}
