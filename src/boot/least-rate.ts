/** Cuts answers that are taken too slowly: a reader of one chunk every two minutes would never count as stalled. */
import type { ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';

export type LeastRate = {
  /** Bytes that have to be taken in each window. */
  readonly bytes: number;
  readonly overMs: number;
};

/** 64 KiB/s. */
export const LEAST_RATE: LeastRate = { bytes: 60 * 64 * 1024, overMs: 60_000 };

export type RateWatch = {
  /** Whether the answer was cut. */
  hasCut(): boolean;
  /** To be called when the answer is complete. */
  stop(): void;
};

/**
 * Destroys the response when its connection has fallen a whole window behind the rate. What is on its way shows only in
 * pieces (`http-send.ts`, and the kernel's buffers), so what one window shows too little the next shows too much; no
 * window's haste pays for more than one of rest.
 */
export function requireRate(
  response: ServerResponse,
  rate: LeastRate & { readonly clock: Clock },
): RateWatch {
  const { bytes, clock, overMs } = rate;
  const over = new AbortController();
  const { socket } = response;
  let cut = false;
  const watch = async (): Promise<void> => {
    let ahead = 0;
    for (let before = taken(socket); socket !== null; ) {
      await clock.sleep(overMs, over.signal);
      const now = taken(socket);
      ahead = Math.min(bytes, ahead + now - before - bytes);
      before = now;
      if (ahead <= -bytes) {
        cut = true;
        response.destroy();
        return;
      }
    }
  };
  // Rejects when it is stopped, and only then.
  watch().catch(() => undefined);
  return { hasCut: () => cut, stop: () => over.abort(new Error('the answer is complete')) };
}

/** What has left the process: bytes that wait in the socket's buffer are not taken yet. */
function taken(socket: ServerResponse['socket']): number {
  return socket === null ? 0 : socket.bytesWritten - socket.writableLength;
}
