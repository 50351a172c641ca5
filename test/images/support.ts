/** What the tests of the image store share: a folder of their own, a clock that they move, an image server. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { createImageStore } from '../../src/images/image-store.ts';
import type { ImageRequest, ImageStore } from '../../src/images/images.ts';
import { createLog } from '../../src/log.ts';
import { serveInTest } from '../rig/serve-in-test.ts';

export const silent = createLog('silent');
export const MIB = 1024 * 1024;

export async function ownFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ingot-images-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Sleeps end at once and move the time on. */
export function movedClock(): Clock & {
  forward(ms: number): void;
  /** Somebody sets the wall clock; no time passes. */
  setWall(byMs: number): void;
  slept: number[];
} {
  let now = Date.now();
  let wall = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => now + wall,
    elapsed: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
    },
    forward: (ms) => {
      now += ms;
    },
    setWall: (byMs) => {
      wall += byMs;
    },
  };
}

export function openStore(
  dir: string,
  more: { maxBytes?: number; sourceDirs?: string[]; clock?: Clock } = {},
): Promise<ImageStore> {
  const { maxBytes = 1024 * MIB, sourceDirs = [], clock = movedClock() } = more;
  return createImageStore({ dir, maxBytes, sourceDirs, clock, log: silent });
}

export const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

export function rawRequest(source: string, content: Uint8Array): ImageRequest {
  return { source, checksum: { algorithm: 'sha256', value: sha256(content) }, format: 'raw' };
}

/** Bytes that no run of zeros interrupts. */
export function dataOf(bytes: number, seed = 1): Buffer {
  const data = Buffer.alloc(bytes);
  for (let at = 0, value = seed; at < bytes; at += 1) {
    value = (value * 1_103_515_245 + 12_345) % 2_147_483_648;
    data[at] = (value >> 16) | 1;
  }
  return data;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP server on loopback; `url` ends with `/image`, `requests` are the Range headers seen ('' without). */
export async function serve(handler: Handler): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers.range ?? '');
    handler(request, response);
  });
  const port = await serveInTest(server);
  return { url: `http://127.0.0.1:${port}/image`, requests };
}

/** Serves `content` with ETag and Range; `cutAfter` bytes each of the first connections is cut. */
export function contentHandler(
  content: Buffer,
  options: { cutAfter?: number[]; etag?: string } = {},
): Handler {
  const cuts = [...(options.cutAfter ?? [])];
  const etag = options.etag ?? '"one"';
  return (request, response) => {
    const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    const resumes = asked !== null && request.headers['if-range'] === etag;
    const from = resumes ? Number(asked[1]) : 0;
    const cut = cuts.shift();
    response.writeHead(resumes ? 206 : 200, {
      etag,
      'content-length': content.length - from,
      ...(resumes ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
    });
    if (cut === undefined) response.end(content.subarray(from));
    else response.write(content.subarray(from, from + cut), () => setTimeout(() => response.destroy(), 20));
  };
}
