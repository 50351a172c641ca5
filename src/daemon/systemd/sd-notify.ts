/**
 * Tells systemd how the daemon is (sd_notify(3)): a datagram to the Unix socket in NOTIFY_SOCKET. Node has no
 * Unix datagram sockets, hence koffi. Without NOTIFY_SOCKET every call is a no-op.
 */
import koffi from 'koffi';
import type { Log } from '../../log.ts';

const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const SUN_PATH_BYTES = 108;

export type SdNotify = {
  /** READY=1, with a status line for `systemctl status`. */
  ready(status: string): void;
  stopping(): void;
  /** WATCHDOG=1: the daemon is well. */
  alive(): void;
  /** Milliseconds without `alive` after which systemd restarts the daemon; null when it does not ask for it. */
  readonly watchdogMs: number | null;
};

export function createSdNotify(env: NodeJS.ProcessEnv, log: Log): SdNotify {
  const path = env.NOTIFY_SOCKET;
  const microseconds = Number(env.WATCHDOG_USEC ?? '0');
  const send = path === undefined || path === '' ? () => {} : datagramSender(path, log);
  return {
    ready: (status) => send(`READY=1\nSTATUS=${status}\nMAINPID=${process.pid}`),
    stopping: () => send('STOPPING=1'),
    alive: () => send('WATCHDOG=1'),
    watchdogMs: microseconds > 0 ? microseconds / 1000 : null,
  };
}

/** `sockaddr_un` for a path, or for an abstract name written as `@name` (unix(7)). */
function unixAddress(path: string): Uint8Array {
  const name = Buffer.from(path.startsWith('@') ? `\0${path.slice(1)}` : `${path}\0`, 'utf8');
  const address = Buffer.alloc(2 + Math.min(name.length, SUN_PATH_BYTES));
  address.writeUInt16LE(AF_UNIX, 0);
  name.copy(address, 2);
  return address;
}

function datagramSender(path: string, log: Log): (text: string) => void {
  const libc = koffi.load('libc.so.6');
  const socket = libc.func('int socket(int domain, int type, int protocol)');
  const sendto = libc.func(
    'int64_t sendto(int fd, const void *buf, size_t len, int flags, const void *addr, uint32_t addrlen)',
  );
  const close = libc.func('int close(int fd)');
  const address = unixAddress(path);
  return (text) => {
    const fd: unknown = socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
    if (typeof fd !== 'number' || fd < 0) {
      log.warn({}, 'systemd could not be notified: no socket');
      return;
    }
    const bytes = Buffer.from(text, 'utf8');
    const sent: unknown = sendto(fd, bytes, bytes.length, 0, address, address.length);
    if (Number(sent) !== bytes.length)
      log.warn({ path }, 'systemd could not be notified: the socket refused');
    close(fd);
  };
}
