/** The few calls of libc that Node does not offer, and how their numbers are laid out in memory. */
import { getSystemErrorMessage } from 'node:util';
import koffi from 'koffi';
import { IngotError } from '../errors.ts';
import { type Ipv4, ipv4ToNumber } from './ipv4.ts';

/**
 * Linux numbers (asm-generic/socket.h, sockios.h, fcntl.h, if_packet.h, if_ether.h, sched.h), the same on x86-64 and
 * arm64.
 */
export const LINUX = {
  AF_INET: 2,
  AF_PACKET: 17,
  SOCK_DGRAM: 2,
  SOCK_RAW: 3,
  SOCK_NONBLOCK: 0o4000,
  SOCK_CLOEXEC: 0o2000000,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  SO_BROADCAST: 6,
  SO_SNDBUF: 7,
  SO_RCVBUF: 8,
  SO_BINDTODEVICE: 25,
  SO_ATTACH_FILTER: 26,
  SO_SNDBUFFORCE: 32,
  SO_RCVBUFFORCE: 33,
  SO_MEMINFO: 55,
  SIOCGIFMTU: 0x8921,
  MSG_DONTWAIT: 0x40,
  SCHED_OTHER: 0,
  SCHED_RR: 2,
} as const;

/** Bytes of `struct sockaddr_in`. */
export const SOCKET_ADDRESS_BYTES = 16;

export type Libc = {
  readonly socket: (domain: number, type: number, protocol: number) => number;
  readonly setsockopt: (
    ...args: readonly [fd: number, level: number, option: number, value: Uint8Array, length: number]
  ) => number;
  readonly getsockopt: (
    ...args: readonly [fd: number, level: number, option: number, value: Uint8Array, length: Uint8Array]
  ) => number;
  readonly bind: (fd: number, address: Uint8Array, length: number) => number;
  /** Datagrams by an array of `struct mmsghdr`; returns how many were sent before the first that was not. */
  readonly sendmmsg: (fd: number, messages: Uint8Array, count: number, flags: number) => number;
  /** Fills an array of `struct mmsghdr`; -1 when there is nothing. */
  readonly recvmmsg: (
    ...args: readonly [fd: number, messages: Uint8Array, count: number, flags: number, timeout: null]
  ) => number;
  readonly send: (fd: number, bytes: Uint8Array, length: number, flags: number) => number;
  readonly recv: (fd: number, bytes: Uint8Array, length: number, flags: number) => number;
  /** For requests that take a structure in memory. */
  readonly ioctl: (fd: number, request: number, structure: Uint8Array) => number;
  readonly getsockname: (fd: number, address: Uint8Array, length: Uint8Array) => number;
  readonly close: (fd: number) => number;
  /** The thread sleeps for so many microseconds. */
  readonly usleep: (microseconds: number) => number;
  /** 0: there is no interface of that name. */
  readonly if_nametoindex: (name: string) => number;
  /** Of a thread; 0 is the calling one. */
  readonly sched_setscheduler: (thread: number, policy: number, parameters: Uint8Array) => number;
};

function load(): Libc {
  const process = koffi.load(null);
  return {
    socket: process.func('int socket(int, int, int)'),
    setsockopt: process.func('int setsockopt(int, int, int, const void *, uint32_t)'),
    getsockopt: process.func('int getsockopt(int, int, int, void *, void *)'),
    bind: process.func('int bind(int, const void *, uint32_t)'),
    sendmmsg: process.func('int sendmmsg(int, void *, unsigned int, int)'),
    recvmmsg: process.func('int recvmmsg(int, void *, unsigned int, int, void *)'),
    send: process.func('intptr_t send(int, const void *, size_t, int)'),
    recv: process.func('intptr_t recv(int, void *, size_t, int)'),
    ioctl: process.func('int ioctl(int, unsigned long, void *)'),
    getsockname: process.func('int getsockname(int, void *, void *)'),
    close: process.func('int close(int)'),
    sched_setscheduler: process.func('int sched_setscheduler(int, int, const void *)'),
    usleep: process.func('int usleep(unsigned int)'),
    if_nametoindex: process.func('unsigned int if_nametoindex(const char *)'),
  };
}

/** Made once: koffi compiles each call and never forgets one, and sockets are opened anew all the time. */
export const libc: Libc = load();

/** The number of the last call's failure in this thread. */
export function lastErrno(): number {
  return koffi.errno();
}

/** `struct sockaddr_in`: family in host order, port and address in network order, eight zero bytes; null is 0.0.0.0. */
export function socketAddress(address: Ipv4 | null, port: number): Uint8Array {
  const bytes = Buffer.alloc(SOCKET_ADDRESS_BYTES);
  bytes.writeUInt16LE(LINUX.AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.writeUInt32BE(address === null ? 0 : ipv4ToNumber(address), 4);
  return bytes;
}

export function int32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

const EADDRINUSE = 98;

/** What to do about each errno that setting up a socket usually meets. */
const HINTS: Readonly<Record<number, string>> = {
  1: 'Run ingot as root or give it CAP_NET_RAW and CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=).',
  13: 'Ports below 1024 need root or CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=).',
  19: 'No interface has that name: see `ip link` and correct `interface` in the configuration.',
  [EADDRINUSE]:
    'Another server holds that port: find it with `ss -ulpn` and stop it, or turn this service off.',
  99: 'The interface does not have that address: see `ip address` and correct `address` in the configuration.',
};

/** `conflict` for what somebody else has, else `environment`. */
export function socketError(attempted: string, errno: number): IngotError {
  const because = `${getSystemErrorMessage(-errno)} (errno ${errno})`;
  const code = errno === EADDRINUSE ? 'conflict' : 'environment';
  return new IngotError(code, `${attempted} failed: ${because}`, {
    hint: HINTS[errno] ?? 'See errno(3) for the number; `dmesg` and `ip link` may say more.',
  });
}

/** What kind of socket is made; `where` says what for, such as "UDP port 67 on eth1". */
type NewSocket = { readonly family: number; readonly type: number; readonly where: string };

type SocketBeingMade = {
  readonly fd: number;
  /** Passes a call's result on as fine when it is 0; else closes the descriptor and throws with the call's name. */
  readonly must: (result: number, call: string) => void;
};

/** A socket that neither blocks nor outlives an exec. @throws IngotError `environment`, as `must` does */
export function makeSocket({ family, type, where }: NewSocket): SocketBeingMade {
  const fd = libc.socket(family, type | LINUX.SOCK_NONBLOCK | LINUX.SOCK_CLOEXEC, 0);
  if (fd < 0) throw socketError(`cannot open ${where}: socket`, lastErrno());
  return {
    fd,
    must: (result, call) => {
      if (result === 0) return;
      const errno = lastErrno();
      libc.close(fd);
      throw socketError(`cannot open ${where}: ${call}`, errno);
    },
  };
}
