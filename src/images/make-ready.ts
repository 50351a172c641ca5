/** From a source to a ready image: fetch, verify, convert, map, store. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import { IngotError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ImageCache } from './cache.ts';
import { partPath, rawPath, syncPath } from './cache-files.ts';
import { checkQcow2, checkRaw } from './check-format.ts';
import { createDownload } from './download.ts';
import { bytesOf, mergeExtents } from './extents.ts';
import { fetchFile } from './fetch-file.ts';
import { fetchHttp } from './fetch-http.ts';
import { hashExtents } from './hash-extents.ts';
import type { ImageRequest, ReadyImage } from './images.ts';
import { qemuCheck, qemuConvert, qemuMap } from './qemu-img.ts';
import { checkedSource, shownSource } from './source.ts';

export type MakeReadyDeps = {
  readonly cache: ImageCache;
  readonly sourceDirs: readonly string[];
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly log: Log;
};

type Job = MakeReadyDeps & {
  readonly id: string;
  readonly request: ImageRequest;
  readonly signal: AbortSignal;
  readonly onProgress: (percent: number) => void;
};

type Raw = { readonly path: string; readonly sha256: string };

/** How many of the hundred percents each part of the work gets. */
const SHARES = {
  raw: { fetch: 100, convert: 0, hash: 0 },
  qcow2: { fetch: 70, convert: 20, hash: 10 },
} as const;

/** Rejects with the codes of `ImageStore.prepare`; leaves nothing but a ready image behind. */
export async function makeReady(job: Job): Promise<ReadyImage> {
  const { cache, id, request, signal } = job;
  const parts = { source: partPath(cache.dir, id, 'source'), raw: partPath(cache.dir, id, 'raw') };
  try {
    await Promise.all(Object.values(parts).map((part) => rm(part, { force: true })));
    const sha256 = await fetchVerified(job, parts.source);
    const raw =
      request.format === 'raw'
        ? await takeRaw(job, { path: parts.source, sha256 })
        : await convert(job, parts.source, parts.raw);
    const { size } = await stat(raw.path);
    const extents = mergeExtents(await qemuMap(raw.path, 'raw', signal), size);
    const path = rawPath(cache.dir, id);
    const dataSha256 = await hashExtents(raw.path, extents, signal);
    const image = { id, path, size, sha256: raw.sha256, extents, dataBytes: bytesOf(extents), dataSha256 };
    await cache.add(raw.path, image, shownSource(request.source));
    return image;
  } catch (error) {
    throw outOfSpace(error) ? diskFull(cache.dir, error) : error;
  } finally {
    await Promise.all(Object.values(parts).map((part) => rm(part, { force: true })));
    cache.release(id);
  }
}

/** Fetches the source to `path` and checks it; resolves to its sha256. */
async function fetchVerified(job: Job, path: string): Promise<string> {
  const { cache, id, request, signal } = job;
  const url = checkedSource(request);
  const shown = shownSource(request.source);
  const download = await createDownload({
    path,
    algorithm: request.checksum.algorithm,
    reserve: (bytes) => cache.reserve(id, bytes, download.received),
    onShare: (share) => job.onProgress(share * SHARES[request.format].fetch),
  });
  try {
    job.log.info({ image: id, source: shown }, 'image download starts');
    if (url.protocol === 'file:') await fetchFile(url, download, { sourceDirs: job.sourceDirs, signal });
    else await fetchHttp(url, download, job);
    const { checksum, sha256, bytes } = await download.finish();
    const expected = request.checksum.value.toLowerCase();
    if (checksum !== expected) {
      const { algorithm } = request.checksum;
      const message = `image ${shown} (${bytes} bytes) has ${algorithm} ${checksum}, but ${expected} was expected`;
      throw new IngotError('image_checksum', message, {
        hint: 'The file was changed, was cut short, or the checksum is that of another file: compare both at the source.',
      });
    }
    return sha256;
  } finally {
    await download.close();
  }
}

async function takeRaw(job: Job, raw: Raw): Promise<Raw> {
  await checkRaw(raw.path, shownSource(job.request.source));
  return raw;
}

async function convert(job: Job, source: string, target: string): Promise<Raw> {
  const { cache, id, request, signal } = job;
  const shares = SHARES[request.format];
  await checkQcow2(source, shownSource(request.source));
  await qemuCheck(source, signal);
  const { blocks } = await stat(source);
  const data = (await qemuMap(source, 'qcow2', signal)).filter(({ zero }) => !zero);
  const onDisk = blocks * 512;
  await cache.reserve(id, onDisk + data.reduce((sum, { length }) => sum + length, 0), onDisk);
  await qemuConvert(source, target, {
    signal,
    onShare: (share) => job.onProgress(shares.fetch + share * shares.convert),
  });
  await rm(source);
  await syncPath(target);
  const { size } = await stat(target);
  const hash = createHash('sha256');
  let done = 0;
  for await (const chunk of createReadStream(target, { highWaterMark: 1024 * 1024, signal })) {
    const bytes = chunk as Buffer;
    hash.update(bytes);
    done += bytes.length;
    job.onProgress(shares.fetch + shares.convert + (done / size) * shares.hash);
  }
  return { path: target, sha256: hash.digest('hex') };
}

function outOfSpace(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

function diskFull(dir: string, cause: unknown): IngotError {
  return new IngotError('image_too_large', `the disk of the image cache ${dir} is full`, {
    hint: 'Free space below state_dir, or lower images.cache_gib so that older images go earlier.',
    cause,
  });
}
