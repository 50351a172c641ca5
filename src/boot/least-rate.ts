/** Cuts answers that are taken too slowly: a reader of one chunk every two minutes would never count as stalled. */
import type { ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';

export type LeastRate = {
  /** Bytes that have to be taken in each window. */
  readonly bytes: number;
  readonly overMs: number;
};

/** 64 KiB/s, averaged over a minute. */
export const LEAST_RATE: LeastRate = { bytes: 60 * 64 * 1024, overMs: 60_000 };

/**
 * Destroys the response at the end of the first window in which its connection took less than the rate.
 * @returns the way to stop watching, when the answer is complete.
 */
export function requireRate(
  response: ServerResponse,
  rate: LeastRate & { readonly clock: Clock },
): () => void {
  const { bytes, clock, overMs } = rate;
  const over = new AbortController();
  const { socket } = response;
  const watch = async (): Promise<void> => {
    for (let before = taken(socket); socket !== null; before = taken(socket)) {
      await clock.sleep(overMs, over.signal);
      if (taken(socket) - before < bytes) {
        response.destroy();
        return;
      }
    }
  };
  // Rejects when it is stopped, and only then.
  watch().catch(() => undefined);
  return () => over.abort(new Error('the answer is complete'));
}

/** What has left the process: bytes that wait in the socket's buffer are not taken yet. */
function taken(socket: ServerResponse['socket']): number {
  return socket === null ? 0 : socket.bytesWritten - socket.writableLength;
}
