/** Bytes of a disk (or, in tests, of a plain file). Opened exclusively: a mounted disk is refused by the kernel. */
import { constants, type FileHandle, open } from 'node:fs/promises';
import { AgentError, reasonOf } from '../base/agent-error.ts';

const ZERO_BLOCK = Buffer.alloc(4 * 1024 * 1024);

/** Opens for reading and writing; throws `image_write` with what to check when the disk is in use. */
async function openDisk(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDWR | constants.O_EXCL);
  } catch (error) {
    throw new AgentError(
      'image_write',
      `${path} cannot be opened for writing: ${reasonOf(error)}. Is it mounted or part of a RAID or LVM set?`,
      { cause: error },
    );
  }
}

/** Opens, works, closes: the handle never outlives `work`. */
export async function withDisk<T>(path: string, work: (disk: FileHandle) => Promise<T>): Promise<T> {
  const disk = await openDisk(path);
  try {
    return await work(disk);
  } finally {
    await disk.close();
  }
}

/** Up to `length` bytes from `offset`; shorter only at the end of the disk. */
export async function readAt(path: string, offset: number, length: number): Promise<Buffer> {
  const disk = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await disk.read(bytes, done, length - done, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return bytes.subarray(0, done);
  } finally {
    await disk.close();
  }
}

/** Writes all of `bytes`, however many system calls that takes. */
export async function writeAll(disk: FileHandle, bytes: Buffer, offset: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await disk.write(bytes, done, bytes.length - done, offset + done);
    if (bytesWritten === 0) throw new Error(`the disk took no more bytes at ${offset + done}`);
    done += bytesWritten;
  }
}

/** Pieces of zeros that together have `length` bytes; the same memory each time. */
export function* zeroBlocks(length: number): Generator<Buffer> {
  for (let left = length; left > 0; left -= ZERO_BLOCK.length) {
    yield left >= ZERO_BLOCK.length ? ZERO_BLOCK : ZERO_BLOCK.subarray(0, left);
  }
}

/** Overwrites `length` bytes from `offset` with zeros. */
export async function writeZeros(disk: FileHandle, offset: number, length: number): Promise<void> {
  let at = offset;
  for (const block of zeroBlocks(length)) {
    await writeAll(disk, block, at);
    at += block.length;
  }
}
