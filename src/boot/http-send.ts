/**
 * Sends one file over HTTP, from memory or from disk. From disk it reads big chunks by itself: Node's
 * `createReadStream().pipe()` reached a tenth of the speed and died (EBADF) when clients broke off.
 */
import { open } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerFor, type FileFacts } from './http-conditions.ts';

export type HttpFile = FileFacts & {
  readonly contentType: string;
  /** Bytes in memory, or where they are on disk. */
  readonly body: Uint8Array | { readonly path: string };
};

export type Sent = {
  readonly status: number;
  /** First byte sent; 0 unless it was a range. */
  readonly from: number;
  readonly bytes: number;
  /** False when the client broke off. */
  readonly complete: boolean;
};

/**
 * What is handed to the connection at once. Of one write nothing shows how far it is until all of it has left, so a
 * whole ramdisk looks like a client that takes nothing (`least-rate.ts`, and the idle time of TLS), and TLS copies it
 * encrypted. From disk two per download: one is read while the other is on its way.
 */
const PIECE_BYTES = 1024 * 1024;
/** From memory, to who takes pieces quickly: each costs CPU time, by measure half as much a byte in these. */
export const LARGEST_PIECE_BYTES = 4 * PIECE_BYTES;
const QUICK_MS = 250;

/** Answers GET and HEAD; resolves when the answer has left or the client has gone. Rejects when the disk fails. */
export async function sendFile(exchange: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly file: HttpFile;
  /** Milliseconds of a clock that nobody sets. */
  readonly elapsed: () => number;
}): Promise<Sent> {
  const { elapsed, file, request, response } = exchange;
  const answer = answerFor(request.method === 'HEAD' ? 'HEAD' : 'GET', request.headers, file);
  response.setHeader('ETag', file.etag);
  response.setHeader('Last-Modified', file.modified.toUTCString());
  response.setHeader('Accept-Ranges', 'bytes');
  response.statusCode = answer.status;
  const [from, to] =
    answer.status === 206 ? [answer.from, answer.to] : answer.status === 200 ? [0, file.size] : [0, 0];
  if (answer.status === 416) response.setHeader('Content-Range', `bytes */${file.size}`);
  if (answer.status === 206) response.setHeader('Content-Range', `bytes ${from}-${to - 1}/${file.size}`);
  if (answer.status === 200 || answer.status === 206) response.setHeader('Content-Type', file.contentType);
  if (answer.status !== 304) response.setHeader('Content-Length', to - from);

  const silent = request.method === 'HEAD' || to === from;
  const complete = silent
    ? await end(response)
    : file.body instanceof Uint8Array
      ? await sendFromMemory(response, { body: file.body.subarray(from, to), elapsed })
      : await sendFromDisk(response, { path: file.body.path, from, to });
  return { status: answer.status, from, bytes: silent ? 0 : to - from, complete };
}

/** A short text; the status says the rest. */
export async function sendText(response: ServerResponse, status: number, text: string): Promise<boolean> {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.setHeader('Cache-Control', 'no-store');
  return end(response, Buffer.from(text));
}

/** Ends the response; true when all of it was handed to the system, false when the client went away first. */
async function end(response: ServerResponse, body?: Uint8Array): Promise<boolean> {
  if (response.destroyed) return false;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  response.once('finish', () => resolve(true));
  response.once('close', () => resolve(false));
  if (body === undefined || response.req.method === 'HEAD') response.end();
  else response.end(body);
  return promise;
}

/** The pieces are views of the body: nothing is copied. The kernel's own buffer keeps the wire busy between two. */
async function sendFromMemory(
  response: ServerResponse,
  { body, elapsed }: { readonly body: Uint8Array; readonly elapsed: () => number },
): Promise<boolean> {
  let [at, size] = [0, PIECE_BYTES];
  while (body.length - at > size) {
    const startedAt = elapsed();
    if (!(await write(response, body.subarray(at, at + size)))) return false;
    at += size;
    size = elapsed() - startedAt < QUICK_MS ? Math.min(2 * size, LARGEST_PIECE_BYTES) : PIECE_BYTES;
  }
  return end(response, body.subarray(at));
}

async function sendFromDisk(
  response: ServerResponse,
  part: { readonly path: string; readonly from: number; readonly to: number },
): Promise<boolean> {
  const handle = await open(part.path, 'r');
  try {
    const size = Math.min(PIECE_BYTES, part.to - part.from);
    const buffers = [Buffer.allocUnsafeSlow(size), Buffer.allocUnsafeSlow(size)];
    let onItsWay: Promise<boolean> = Promise.resolve(true);
    let at = part.from;
    for (let turn = 0; at < part.to; turn++) {
      const buffer = buffers[turn % 2] ?? Buffer.alloc(0);
      const { bytesRead } = await handle.read(buffer, 0, Math.min(size, part.to - at), at);
      // The write before the last has left its buffer: only then may it be read into.
      if (!(await onItsWay)) return false;
      if (bytesRead === 0) {
        // The promised length cannot be kept: cutting the connection is the only honest answer left.
        response.destroy();
        throw new Error(`${part.path} ended at byte ${at} of ${part.to}`);
      }
      onItsWay = write(response, buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
    return (await onItsWay) && (await end(response));
  } finally {
    await handle.close();
  }
}

/** Resolves when the bytes have left the process: true, or when the client has gone: false. */
function write(response: ServerResponse, bytes: Uint8Array): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  if (response.destroyed) return Promise.resolve(false);
  const gone = (): void => resolve(false);
  response.once('close', gone);
  response.write(bytes, (error) => {
    response.removeListener('close', gone);
    resolve(error === null || error === undefined);
  });
  return promise;
}
