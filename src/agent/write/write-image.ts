/**
 * Puts an image on a disk. What is guaranteed when it succeeds: every byte of `[0, image size)` on the disk is
 * the image's (gaps between extents are zeroed, never left with old data), the checksum of what was written is
 * the one asked for, and no old backup partition table is left at the disk's end. Behind the image, old data stays
 * unless the disk was erased before.
 */
import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AgentError, reasonOf } from '../base/agent-error.ts';
import type { Clock } from '../base/clock.ts';
import type { HttpClient } from '../base/http.ts';
import type { Run } from '../base/run.ts';
import type { Say } from '../base/say.ts';
import { type Disk, describeDisk, MIB } from '../disk/disk.ts';
import { withDisk, writeZeros, zeroBlocks } from '../disk/disk-io.ts';
import { dataBytes, planSegments, type Segment, SMALL_GAP } from '../disk/extents.ts';
import { isBlockDevice, stopArrays } from '../disk/kernel-view.ts';
import { BlockWriter } from './block-writer.ts';
import type { Image } from './image-info.ts';
import { ImageSource } from './image-source.ts';

export type WriteTools = {
  readonly http: HttpClient;
  readonly run: Run;
  readonly clock: Clock;
  readonly say: Say;
};

export type WriteJob = {
  readonly disk: Disk;
  readonly image: Image;
  /** Called as data reaches the writer; bytes of data, not of gaps. */
  readonly onProgress: (bytesDone: number, bytesTotal: number) => void;
};

/** Both ends of a disk hold partition tables and RAID superblocks; this much of each is wiped. */
const TABLE_AREA = 2 * MIB;

/**
 * Throws `image_too_large`, `image_download`, `image_checksum` (disk left without a partition table), `image_write`.
 */
export async function writeImage(job: WriteJob, tools: WriteTools): Promise<void> {
  const { disk, image } = job;
  const source = new ImageSource({ ...tools, urls: image.urls });
  const size = image.size ?? (await source.size());
  if (size > disk.size) {
    throw new AgentError(
      'image_too_large',
      `the image ${image.id} has ${size} bytes and the disk ${describeDisk(disk)} only ${disk.size}; nothing was written`,
    );
  }
  // A digest of the data alone counts no zeros, so then not even small gaps are fetched.
  const smallGap = image.dataDigest === null ? SMALL_GAP : 0;
  const segments = planSegments(size, image.extents, smallGap);
  const block = await isBlockDevice(disk.name);
  if (block) await stopArrays(tools);
  tools.say('image write starts', { disk: disk.name, bytes: size, data_bytes: dataBytes(segments) });
  await withDisk(disk.name, async (handle) => {
    await wipeTables(handle, disk.size);
    const zeroed = block && (await zeroByOffload(job, size, tools));
    const digest = await stream({ handle, job, segments, size, zeroed, source });
    const expected = image.dataDigest ?? image.digest;
    if (digest === expected.value) return;
    await wipeTables(handle, disk.size);
    throw new AgentError(
      'image_checksum',
      `the image ${image.id} has the ${expected.algorithm} ${digest} and should have ${expected.value}; ` +
        `the partition table on ${disk.name} was wiped so that it cannot boot`,
    );
  });
  tools.say('image written and verified', { disk: disk.name, bytes: size });
}

async function wipeTables(handle: FileHandle, diskSize: number): Promise<void> {
  const length = Math.min(TABLE_AREA, diskSize);
  await writeZeros(handle, 0, length);
  await writeZeros(handle, diskSize - length, length);
  await handle.sync();
}

/**
 * One call zeroes the whole area where the disk does it by itself, in seconds; then only data is written. Elsewhere
 * the kernel would write every zero, so gaps are written as zeros in their turn instead.
 */
async function zeroByOffload(job: WriteJob, size: number, tools: WriteTools): Promise<boolean> {
  const { disk, image } = job;
  if (image.extents === null || !disk.zeroesOffloaded) return false;
  const length = Math.min(Math.ceil(size / disk.sectorSize) * disk.sectorSize, disk.size);
  const args = ['--force', '--zeroout', '--offset', '0', '--length', String(length), disk.name];
  const result = await tools.run('blkdiscard', args, { timeoutMs: 1_800_000 }).catch((error: unknown) => ({
    code: -1,
    stderr: reasonOf(error),
  }));
  if (result.code !== 0)
    tools.say('disk does not zero by itself', { disk: disk.name, because: result.stderr.trim() });
  return result.code === 0;
}

type StreamTask = {
  readonly handle: FileHandle;
  readonly job: WriteJob;
  readonly segments: readonly Segment[];
  readonly size: number;
  /** The area is zeros already: gaps are skipped. */
  readonly zeroed: boolean;
  readonly source: ImageSource;
};

/** Writes all segments; returns the digest in hex, of data only when the image gives a digest of that. */
async function stream(task: StreamTask): Promise<string> {
  const { image, onProgress, disk } = task.job;
  const hash = createHash((image.dataDigest ?? image.digest).algorithm);
  const writer = new BlockWriter(task.handle);
  const total = dataBytes(task.segments);
  let done = 0;
  onProgress(done, total);
  try {
    for (const segment of task.segments) {
      if (segment.kind === 'zeros') {
        await (task.zeroed ? writer.skip(segment.length) : writer.zeros(segment.length));
        if (image.dataDigest === null) await hashZeros(hash, segment.length);
        continue;
      }
      const range = { from: segment.offset, to: segment.offset + segment.length, size: task.size };
      for await (const bytes of task.source.read(range)) {
        hash.update(bytes);
        await writer.append(bytes);
        done += bytes.length;
        onProgress(done, total);
      }
    }
    await writer.finish();
  } catch (error) {
    await writer.abandon();
    if (error instanceof AgentError) throw error;
    throw new AgentError('image_write', `writing to ${disk.name} failed: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  return hash.digest('hex');
}

async function hashZeros(hash: Hash, length: number): Promise<void> {
  for (const block of zeroBlocks(length)) {
    hash.update(block);
    // Heartbeats go on while gigabytes of zeros are hashed.
    await nextTurn();
  }
}
