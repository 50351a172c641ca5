/**
 * Datagrams that the kernel drops before anybody reads them: the socket's buffer is full, or a checksum is wrong.
 * Nobody is told of one, but the socket counts them (SO_MEMINFO, linux/sock_diag.h).
 */
import type { Clock } from '../clock.ts';
import { int32, LINUX, libc } from './libc.ts';

/** Looks at the socket from now on; what it returns ends that, and is called when the descriptor is closed. */
export type WatchDrops = (descriptor: number) => () => void;

/** The ninth 32-bit number of those that SO_MEMINFO gives (SK_MEMINFO_DROPS). */
const DROPS_OFFSET = 8 * 4;
const MEMINFO_BYTES = 9 * 4;
const LOOK_MS = 10_000;

/** Since the socket was made, modulo 2^32; null where the kernel does not say. */
export function droppedAt(descriptor: number): number | null {
  const numbers = Buffer.alloc(MEMINFO_BYTES);
  const length = Buffer.from(int32(MEMINFO_BYTES));
  const failed = libc.getsockopt(descriptor, LINUX.SOL_SOCKET, LINUX.SO_MEMINFO, numbers, length) !== 0;
  return failed || length.readInt32LE() < MEMINFO_BYTES ? null : numbers.readUInt32LE(DROPS_OFFSET);
}

/** `onDropped` is told how many more there are, when there are more than at the beginning of the watch. */
export function createDropWatch(
  clock: Pick<Clock, 'sleep'>,
  onDropped: (datagrams: number) => void,
): WatchDrops {
  return (descriptor) => {
    const closed = new AbortController();
    // A socket that systemd keeps counts on over our restarts.
    let before = droppedAt(descriptor) ?? 0;
    const look = (): void => {
      const dropped = droppedAt(descriptor) ?? before;
      // As unsigned numbers of 32 bits: the kernel's go round.
      const more = (dropped - before) >>> 0;
      before = dropped;
      if (more > 0) onDropped(more);
    };
    const watch = async (): Promise<void> => {
      while (!closed.signal.aborted) {
        await clock.sleep(LOOK_MS, closed.signal).catch(() => undefined);
        if (!closed.signal.aborted) look();
      }
    };
    void watch();
    return () => closed.abort(new Error('the socket is closed'));
  };
}
