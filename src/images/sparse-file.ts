import { open } from 'node:fs/promises';

const BUFFER_BYTES = 1024 * 1024;
const BLOCK_BYTES = 64 * 1024;
const ZEROS = Buffer.alloc(BLOCK_BYTES);

/** A file that is written from its start to its end; 64 KiB blocks of zeros become holes. */
export type SparseFile = {
  write(chunk: Uint8Array): Promise<void>;
  /** Forgets everything written so far. */
  restart(): Promise<void>;
  /** Writes what is buffered, sets the length, and puts the file on disk (fsync). */
  finish(): Promise<void>;
  close(): Promise<void>;
};

/** Creates the file at `path` (mode 0600); it must not exist. */
export async function createSparseFile(path: string): Promise<SparseFile> {
  const handle = await open(path, 'wx', 0o600);
  const buffer = Buffer.alloc(BUFFER_BYTES);
  let buffered = 0;
  let flushed = 0;

  const flush = async (): Promise<void> => {
    const isHole = (from: number): boolean => {
      const block = buffer.subarray(from, Math.min(from + BLOCK_BYTES, buffered));
      return block.equals(ZEROS.subarray(0, block.length));
    };
    for (let from = 0; from < buffered; ) {
      let to = from;
      while (to < buffered && !isHole(to)) to = Math.min(to + BLOCK_BYTES, buffered);
      if (to > from) await writeAll(from, to);
      from = Math.max(to, from + BLOCK_BYTES);
    }
    flushed += buffered;
    buffered = 0;
  };

  const writeAll = async (from: number, to: number): Promise<void> => {
    for (let at = from; at < to; ) {
      at += (await handle.write(buffer, at, to - at, flushed + at)).bytesWritten;
    }
  };

  return {
    async write(chunk) {
      for (let at = 0; at < chunk.length; ) {
        const part = chunk.subarray(at, at + BUFFER_BYTES - buffered);
        buffer.set(part, buffered);
        buffered += part.length;
        at += part.length;
        if (buffered === BUFFER_BYTES) await flush();
      }
    },
    async restart() {
      buffered = 0;
      flushed = 0;
      await handle.truncate(0);
    },
    async finish() {
      await flush();
      await handle.truncate(flushed);
      await handle.sync();
    },
    close: () => handle.close(),
  };
}
