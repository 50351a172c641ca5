/**
 * A file on disk held in memory: kernel and ramdisk, which every machine of a rack asks for at once. Read when first
 * asked for, once for all who ask, and again when it has changed on disk. The memory is shared between threads.
 */
import { open, stat } from 'node:fs/promises';

export type MemoryFile = {
  /** Over a `SharedArrayBuffer`; nobody writes to it. */
  readonly content: Uint8Array;
  readonly size: number;
  readonly modified: Date;
  readonly etag: string;
};

export type MemoryFileSource = {
  readonly path: string;
  /** Null when there is no such file. Rejects on other errors of the disk. */
  get(): Promise<MemoryFile | null>;
};

export function createMemoryFile(path: string): MemoryFileSource {
  let held: { readonly version: string; readonly file: Promise<MemoryFile> } | null = null;
  return {
    path,
    get: async () => {
      const found = await stat(path).catch((thrown: unknown) => {
        if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null;
        throw thrown;
      });
      if (found === null || !found.isFile()) {
        held = null;
        return null;
      }
      const version = `${found.ino.toString(36)}-${found.size.toString(36)}-${Math.trunc(found.mtimeMs).toString(36)}`;
      if (held?.version !== version) {
        const file = readShared(path).then((content) => ({
          content,
          size: content.length,
          modified: found.mtime,
          etag: `"${version}-${content.length.toString(36)}"`,
        }));
        held = { version, file };
        // What could not be read is read again by the next who asks.
        file.catch(() => {
          if (held?.file === file) held = null;
        });
      }
      return held.file;
    },
  };
}

const CHUNK_BYTES = 8 * 1024 * 1024;

/**
 * The whole file, straight into its shared place: no copy of it waits to be collected. @throws Error when it shrinks
 * meanwhile
 */
export async function readShared(path: string): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const content = Buffer.from(new SharedArrayBuffer(size));
    for (let at = 0; at < size; ) {
      const { bytesRead } = await handle.read(content, at, Math.min(CHUNK_BYTES, size - at), at);
      if (bytesRead === 0) throw new Error(`${path} ended at byte ${at} of ${size}`);
      at += bytesRead;
    }
    return content;
  } finally {
    await handle.close();
  }
}
