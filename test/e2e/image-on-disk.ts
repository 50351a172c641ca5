/** Compares an image with the disk that it was written to, by checksum. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export type DiskComparison = { readonly onDisk: string; readonly inImage: string; readonly bytes: number };

/** The partition table is rewritten for the larger disk: its first and last sectors may differ. */
const TABLE_BYTES = 1024 * 1024;

export async function imageOnDisk(paths: {
  readonly image: string;
  readonly disk: string;
}): Promise<DiskComparison> {
  const dir = await mkdtemp(join(tmpdir(), 'ingot-image-'));
  try {
    const raw = join(dir, 'image.raw');
    await promisify(execFile)('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', paths.image, raw]);
    const end = (await stat(raw)).size - TABLE_BYTES - 1;
    const [onDisk, inImage] = await Promise.all([sha256(paths.disk, end), sha256(raw, end)]);
    return { onDisk, inImage, bytes: end + 1 - TABLE_BYTES };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function sha256(path: string, end: number): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { start: TABLE_BYTES, end })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
