/** Where the bytes of a source go, however they come: checksum, sparse file, bound on size, progress. */
import { createHash, type Hash } from 'node:crypto';
import type { ImageRequest } from './images.ts';
import { createSparseFile } from './sparse-file.ts';

/** Where a source tells no size, room is taken in such steps. */
const STEP_BYTES = 64 * 1024 * 1024;

export type Download = {
  /** Bytes received so far: where a resumed transfer goes on. */
  readonly received: number;
  /** Tells the size of the whole source, when the sender knows it. Rejects with `image_too_large`. */
  expect(total: number | null): Promise<void>;
  write(chunk: Uint8Array): Promise<void>;
  /** The sender starts again at byte 0. */
  restart(): Promise<void>;
  /** The whole source is on disk: its checksum, and its sha256 in any case (both hex). */
  finish(): Promise<{ readonly bytes: number; readonly checksum: string; readonly sha256: string }>;
  close(): Promise<void>;
};

export async function createDownload(options: {
  readonly path: string;
  readonly algorithm: ImageRequest['checksum']['algorithm'];
  /** Makes room for so many bytes in all, or rejects. */
  readonly reserve: (bytes: number) => Promise<void>;
  /** Between 0 and 1; not called when the size is unknown. */
  readonly onShare: (share: number) => void;
}): Promise<Download> {
  const { algorithm, reserve, onShare } = options;
  const file = await createSparseFile(options.path);
  let hashes = newHashes();
  let received = 0;
  let reserved = 0;
  let total: number | null = null;

  function newHashes(): Map<string, Hash> {
    return new Map([...new Set([algorithm, 'sha256'])].map((name) => [name, createHash(name)]));
  }
  const take = async (bytes: number): Promise<void> => {
    await reserve(bytes);
    reserved = bytes;
  };

  return {
    get received() {
      return received;
    },
    async expect(announced) {
      total = announced;
      if (announced !== null && announced > reserved) await take(announced);
    },
    async write(chunk) {
      if (received + chunk.length > reserved) await take(received + chunk.length + STEP_BYTES);
      for (const hash of hashes.values()) hash.update(chunk);
      await file.write(chunk);
      received += chunk.length;
      if (total !== null && total > 0) onShare(Math.min(received / total, 1));
    },
    async restart() {
      await file.restart();
      hashes = newHashes();
      received = 0;
    },
    async finish() {
      await file.finish();
      const digests = new Map([...hashes].map(([name, hash]) => [name, hash.digest('hex')]));
      return {
        bytes: received,
        checksum: digests.get(algorithm) ?? '',
        sha256: digests.get('sha256') ?? '',
      };
    },
    close: () => file.close(),
  };
}
