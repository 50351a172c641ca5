import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IngotError } from '../errors.ts';
import type { Download } from './download.ts';

const CHUNK_BYTES = 1024 * 1024;

/**
 * Copies a `file://` source, only from below one of the folders (symbolic links resolved on both sides: a link
 * that points out of them is refused). Rejects with `image_refused`.
 */
export async function fetchFile(
  url: URL,
  download: Download,
  options: { readonly sourceDirs: readonly string[]; readonly signal: AbortSignal },
): Promise<void> {
  const path = await allowedPath(url, options.sourceDirs);
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      throw unreadable(url, error);
    },
  );
  try {
    const facts = await handle.stat();
    if (!facts.isFile()) throw refused(url, 'is not a regular file', 'Name the image file itself.');
    await download.expect(facts.size);
    const buffer = Buffer.alloc(CHUNK_BYTES);
    while (true) {
      options.signal.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, download.received);
      if (bytesRead === 0) return;
      await download.write(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

async function allowedPath(url: URL, sourceDirs: readonly string[]): Promise<string> {
  let path: string;
  try {
    path = await realpath(fileURLToPath(url));
  } catch (error) {
    throw unreadable(url, error);
  }
  for (const folder of sourceDirs) {
    const real = await realpath(folder).catch(() => null);
    if (real !== null && path.startsWith(real.endsWith(sep) ? real : real + sep)) return path;
  }
  throw refused(
    url,
    'is outside of the folders that images may come from',
    `Copy it to ${sourceDirs.join(' or ')}, or add its folder to images.source_dirs in the configuration.`,
  );
}

function unreadable(url: URL, error: unknown): IngotError {
  const because = error instanceof Error ? error.message : String(error);
  return new IngotError('image_refused', `image ${url.href} cannot be read: ${because}`, {
    hint: 'Check the path and that the user who runs ingot may read the file.',
    cause: error,
  });
}

function refused(url: URL, because: string, hint: string): IngotError {
  return new IngotError('image_refused', `image ${url.href} ${because}`, { hint });
}
