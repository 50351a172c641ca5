/**
 * UDP sockets for conversations of many short turns. `dgram` sends only when the running code has returned, and each
 * datagram costs it a sleep and a wake-up; these send at once, and can wait a moment for the answer. What comes at
 * other times comes through `dgram`, as ever.
 */
import { createSocket, type RemoteInfo } from 'node:dgram';
import { type Ipv4, parseIpv4 } from './ipv4.ts';
import { LINUX, libc, SOCKET_ADDRESS_BYTES, socketAddress } from './libc.ts';

export type RemoteEnd = { readonly address: string; readonly port: number };
export type OnDatagram = (datagram: Uint8Array, from: RemoteEnd) => void;

export type QuickSocket = {
  readonly port: number;
  /** One datagram of these parts. What the system refuses comes to `onError`. */
  send(parts: readonly Uint8Array[], to: RemoteEnd): void;
  /**
   * Hands over the next datagram, if it is there within `ms`, to `onDatagram`: true. The thread does nothing else
   * meanwhile, so `ms` is a fraction of one. The bytes are good until this is called again.
   */
  waitFor(ms: number): boolean;
  close(): void;
};

export type QuickSocketOptions = {
  /** Ours; the system chooses the port. */
  readonly address: Ipv4;
  readonly onDatagram: OnDatagram;
  /** A datagram could not be sent. */
  readonly onError: (error: Error) => void;
};

const LARGEST_DATAGRAM = 65_535;

/** Returns what opens such sockets; null when the system has none, or not that address. They share their buffers. */
export function createQuickSockets(
  elapsed: () => number,
): (options: QuickSocketOptions) => QuickSocket | null {
  const outgoing = Buffer.alloc(LARGEST_DATAGRAM);
  const incoming = Buffer.alloc(LARGEST_DATAGRAM);
  const sender = Buffer.alloc(SOCKET_ADDRESS_BYTES);
  const senderLength = Buffer.alloc(4);

  const openDescriptor = (address: Ipv4): number | null => {
    const { AF_INET, SOCK_DGRAM, SOCK_NONBLOCK, SOCK_CLOEXEC } = LINUX;
    const fd = libc.socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return null;
    if (libc.bind(fd, socketAddress(address, 0), SOCKET_ADDRESS_BYTES) === 0) return fd;
    libc.close(fd);
    return null;
  };

  return ({ address, onDatagram, onError }) => {
    const fd = openDescriptor(address);
    if (fd === null) return null;
    const socket = createSocket({ type: 'udp4', lookup: (name, _options, done) => done(null, name, 4) });
    socket.on('message', (datagram: Buffer, from: RemoteInfo) => onDatagram(datagram, from));
    socket.on('error', onError);
    const onSent = (error: Error | null): void => {
      if (error !== null) onError(error);
    };
    socket.bind({ fd, exclusive: true });
    let isOpen = true;
    let to: { readonly end: RemoteEnd; readonly bytes: Uint8Array } | null = null;

    return {
      port: socket.address().port,
      send: (parts, end) => {
        if (!isOpen) return;
        if (to?.end !== end) to = { end, bytes: socketAddress(parseIpv4(end.address), end.port) };
        let length = 0;
        for (const part of parts) {
          outgoing.set(part, length);
          length += part.length;
        }
        const sent = libc.sendto(fd, outgoing, length, 0, to.bytes, SOCKET_ADDRESS_BYTES);
        // The queue is full, or worse: dgram waits, or tells what is wrong.
        if (sent < 0) socket.send(parts, end.port, end.address, onSent);
      },
      waitFor: (ms) => {
        const until = elapsed() + ms;
        while (isOpen) {
          senderLength.writeInt32LE(SOCKET_ADDRESS_BYTES);
          const length = libc.recvfrom(fd, incoming, LARGEST_DATAGRAM, 0, sender, senderLength);
          if (length >= 0) {
            onDatagram(incoming.subarray(0, length), readSocketAddress(sender));
            return true;
          }
          if (elapsed() >= until) return false;
        }
        return false;
      },
      close: () => {
        if (isOpen) socket.close();
        isOpen = false;
      },
    };
  };
}

function readSocketAddress(bytes: Buffer): RemoteEnd {
  return { address: `${bytes[4]}.${bytes[5]}.${bytes[6]}.${bytes[7]}`, port: bytes.readUInt16BE(2) };
}
