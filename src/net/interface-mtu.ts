import { LINUX, libc } from './libc.ts';

/** `struct ifreq`: 16 bytes of name, then a union whose first four bytes are the MTU (netdevice(7)). */
const IFREQ_BYTES = 40;
const NAME_BYTES = 16;

/**
 * Looks an interface's MTU up, in bytes; null when there is no interface of that name. Asks the kernel for this
 * process's network namespace each time, for an MTU may change while we run; it takes a few microseconds.
 */
export function createInterfaceMtu(): (name: string) => number | null {
  return (name) => {
    const request = Buffer.alloc(IFREQ_BYTES);
    if (request.write(name, 'latin1') >= NAME_BYTES) return null;
    const fd = libc.socket(LINUX.AF_INET, LINUX.SOCK_DGRAM | LINUX.SOCK_CLOEXEC, 0);
    if (fd < 0) return null;
    const failed = libc.ioctl(fd, LINUX.SIOCGIFMTU, request) !== 0;
    libc.close(fd);
    return failed ? null : request.readInt32LE(NAME_BYTES);
  };
}
