/**
 * The files of the image cache. `<id>.raw` is an image, `<id>.json` tells about it; an image counts only once its
 * JSON is there, written last. Downloads in progress are `<id>.source.part` and `<id>.raw.part`.
 */
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Log } from '../log.ts';
import type { ReadyImage } from './images.ts';

const metaSchema = z.object({
  id: z.string(),
  size: z.number(),
  sha256: z.string(),
  data_sha256: z.string(),
  extents: z.array(z.tuple([z.number(), z.number()])),
  data_bytes: z.number(),
  /** Absent in what an older ingot wrote. */
  source: z.string().nullable().default(null),
});

export type StoredImage = {
  readonly image: ReadyImage;
  /** Where it came from, as it may be shown; null when that was not written down. */
  readonly source: string | null;
  /** Bytes on disk; holes do not count. */
  readonly bytes: number;
  /** When it was last used: the JSON file's mtime, in milliseconds since the epoch. */
  readonly usedAt: number;
};

export const rawPath = (dir: string, id: string): string => join(dir, `${id}.raw`);
export const metaPath = (dir: string, id: string): string => join(dir, `${id}.json`);
export const partPath = (dir: string, id: string, what: 'source' | 'raw'): string =>
  join(dir, `${id}.${what}.part`);

/** Every whole image of the folder; removes what a crash left behind, and nothing that is not ours. */
export async function loadImages(dir: string, log: Log): Promise<StoredImage[]> {
  const ours = (await readdir(dir)).flatMap((name) => {
    const match = /^([0-9a-f]{32})\.(json|raw|json\.part|raw\.part|source\.part)$/.exec(name);
    return match === null ? [] : [{ name, id: match[1] ?? '', whole: /\.(json|raw)$/.test(name) }];
  });
  const images = new Map<string, StoredImage>();
  for (const id of new Set(ours.map((file) => file.id))) {
    const image = await loadImage(dir, id);
    if (image !== null) images.set(id, image);
  }
  for (const { name, id, whole } of ours) {
    if (whole && images.has(id)) continue;
    log.info({ file: name }, 'image cache: removing what an unfinished download left');
    await rm(join(dir, name), { force: true });
  }
  return [...images.values()];
}

async function loadImage(dir: string, id: string): Promise<StoredImage | null> {
  try {
    const meta = metaSchema.parse(JSON.parse(await readFile(metaPath(dir, id), 'utf8')));
    const [raw, json] = await Promise.all([stat(rawPath(dir, id)), stat(metaPath(dir, id))]);
    if (raw.size !== meta.size || meta.id !== id) return null;
    const extents = meta.extents.map(([offset, length]) => ({ offset, length }));
    const { size, sha256, data_bytes: dataBytes, data_sha256: dataSha256 } = meta;
    const image = { id, path: rawPath(dir, id), size, sha256, extents, dataBytes, dataSha256 };
    return { image, source: meta.source, bytes: raw.blocks * 512, usedAt: json.mtimeMs };
  } catch {
    return null;
  }
}

/** Makes `part` (a file that is already synced) the image, durably. */
export async function storeImage(
  dir: string,
  part: string,
  { image, source }: Pick<StoredImage, 'image' | 'source'>,
): Promise<void> {
  await rename(part, image.path);
  const { id, size, sha256, dataBytes, dataSha256 } = image;
  const extents = image.extents.map(({ offset, length }) => [offset, length]);
  const json = metaPath(dir, id);
  const meta = { id, size, sha256, data_bytes: dataBytes, data_sha256: dataSha256, extents, source };
  await writeSynced(`${json}.part`, JSON.stringify(meta));
  await rename(`${json}.part`, json);
  await syncPath(dir);
}

/** The JSON goes first: a crash in between leaves a raw file that the next start removes. */
export async function removeImage(dir: string, id: string): Promise<void> {
  await rm(metaPath(dir, id), { force: true });
  await rm(rawPath(dir, id), { force: true });
}

/** fsync of a file or folder by path. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const handle = await open(path, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
