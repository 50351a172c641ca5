/**
 * UDP sockets bound to one interface. Node cannot set SO_BINDTODEVICE, and without it a server sees broadcasts
 * of every interface or of none (socket(7)): so the descriptor is made through libc and handed to `dgram`.
 * Generic over the port: DHCP and TFTP share it.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { IngotError } from '../errors.ts';
import type { Ipv4 } from './ipv4.ts';
import type { WatchDrops } from './kernel-drops.ts';
import { int32, LINUX, libc, makeSocket, SOCKET_ADDRESS_BYTES, socketAddress } from './libc.ts';

export type BoundSocketOptions = {
  /** Interface name; null binds to no interface (any may then deliver). */
  readonly interface: string | null;
  /** Local address; null is 0.0.0.0, which alone receives broadcasts. */
  readonly address: Ipv4 | null;
  readonly port: number;
  /**
   * Binds beside another server that allows it too (SO_REUSEADDR), such as a DHCP client or server of another
   * interface that is bound to all addresses. Without it the port is ours alone.
   */
  readonly shared?: boolean;
  /** Bytes asked of the kernel for unread datagrams; its default holds about 100 DHCP messages. */
  readonly receiveBufferBytes?: number;
  /** Bytes asked of the kernel for what waits for the link; its own default when absent. */
  readonly sendBufferBytes?: number;
  /** Looks at the socket as long as it is open. */
  readonly drops?: WatchDrops | undefined;
};

export const DEFAULT_RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/**
 * Opens, binds and wraps a UDP socket; resolves when it listens.
 * @throws IngotError `environment` with the failing call, the interface and what to do.
 */
export async function openBoundSocket(options: BoundSocketOptions): Promise<Socket> {
  const fd = openDescriptor(options);
  const socket = await adoptSocket(fd, options.drops);
  // libuv allows sharing on every descriptor it adopts (uv_udp_open), whatever was bound.
  if (options.shared !== true) forbidSharing(fd);
  return socket;
}

/** Replies go to addresses, never to names: no resolver, and no turn of the event loop for it. */
export function createUdpSocket(): Socket {
  return createSocket({ type: 'udp4', lookup: (address, _options, done) => done(null, address, 4) });
}

/**
 * Wraps a bound UDP descriptor, such as one that systemd passed; the socket owns (and closes) it. `drops` looks at it
 * until then.
 */
export async function adoptSocket(fd: number, drops?: WatchDrops): Promise<Socket> {
  const socket = createUdpSocket();
  try {
    const listening = once(socket, 'listening');
    listening.catch(() => undefined);
    // A descriptor that is no UDP socket throws here, a bad one comes as an event.
    socket.bind({ fd, exclusive: true });
    await listening;
    if (drops !== undefined) socket.once('close', drops(fd));
    return socket;
  } catch (cause) {
    socket.close();
    const because = cause instanceof Error ? cause.message : String(cause);
    throw new IngotError('environment', `cannot listen on socket descriptor ${fd}: ${because}`, {
      hint: 'The descriptor must be a bound UDP socket; check the .socket unit (ListenDatagram=).',
      cause,
    });
  }
}

export type PassedDescriptor = { readonly fd: number; readonly name: string };

/** Descriptors that systemd passed to this process (sd_listen_fds(3)), with their `FileDescriptorName=`. */
export function passedDescriptors(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): readonly PassedDescriptor[] {
  const count = Number(env.LISTEN_FDS ?? '0');
  if (env.LISTEN_PID !== String(pid) || !Number.isInteger(count) || count < 1 || count > 64) return [];
  const names = (env.LISTEN_FDNAMES ?? '').split(':');
  return Array.from({ length: count }, (_, i) => ({ fd: 3 + i, name: names[i] ?? '' }));
}

/** Opens and binds; whoever gets the descriptor closes it. @throws IngotError `environment`, as `openBoundSocket` */
export function openDescriptor(options: BoundSocketOptions): number {
  const where = `UDP port ${options.port} on ${options.interface ?? options.address ?? 'every interface'}`;
  const { fd, must } = makeSocket({ family: LINUX.AF_INET, type: LINUX.SOCK_DGRAM, where });
  const set = (option: number, value: Uint8Array): number =>
    libc.setsockopt(fd, LINUX.SOL_SOCKET, option, value, value.length);

  if (options.shared === true) must(set(LINUX.SO_REUSEADDR, int32(1)), 'setsockopt SO_REUSEADDR');
  must(set(LINUX.SO_BROADCAST, int32(1)), 'setsockopt SO_BROADCAST');
  if (options.interface !== null)
    must(set(LINUX.SO_BINDTODEVICE, Buffer.from(`${options.interface}\0`)), 'setsockopt SO_BINDTODEVICE');
  // Only CAP_NET_ADMIN may exceed net.core.rmem_max and wmem_max; a smaller buffer is no reason to fail.
  const received = int32(options.receiveBufferBytes ?? DEFAULT_RECEIVE_BUFFER_BYTES);
  if (set(LINUX.SO_RCVBUFFORCE, received) !== 0) set(LINUX.SO_RCVBUF, received);
  if (options.sendBufferBytes !== undefined) {
    const sent = int32(options.sendBufferBytes);
    if (set(LINUX.SO_SNDBUFFORCE, sent) !== 0) set(LINUX.SO_SNDBUF, sent);
  }
  must(libc.bind(fd, socketAddress(options.address, options.port), SOCKET_ADDRESS_BYTES), 'bind');
  return fd;
}

/** Takes back what libuv allows on every descriptor that it adopts: nobody else may bind the same address and port. */
export function forbidSharing(fd: number): void {
  const off = int32(0);
  libc.setsockopt(fd, LINUX.SOL_SOCKET, LINUX.SO_REUSEADDR, off, off.length);
}
