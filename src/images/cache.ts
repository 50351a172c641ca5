import { chmod, mkdir, stat, statfs, utimes } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { IngotError } from '../errors.ts';
import type { Log } from '../log.ts';
import { loadImages, metaPath, removeImage, type StoredImage, storeImage } from './cache-files.ts';
import type { ReadyImage } from './images.ts';

/** An image that was asked for this recently is in use: a node writes it, and comes back for the next range. */
export const IN_USE_MS = 10 * 60_000;
/** The time of use is put on disk this often. */
const TOUCH_MS = 60_000;

/** Ready images, bounded in bytes; the least recently used go first. */
export type ImageCache = {
  readonly dir: string;
  /** A ready image, now used; null when it is not here. */
  use(id: string): Promise<ReadyImage | null>;
  /**
   * Makes room for `bytes` that the work on image `id` needs in all, of which `written` are already on disk.
   * Evicts images that are not in use; rejects with `image_too_large` when that is not enough.
   */
  reserve(id: string, bytes: number, written?: number): Promise<void>;
  /** The work on the image has ended, well or not. */
  release(id: string): void;
  /** The synced file `part` is the image from now on; `source` as it may be shown. */
  add(part: string, image: ReadyImage, source: string): Promise<void>;
  list(): readonly StoredImage[];
  /** Removes the image, unless it is in use and not `force`. */
  remove(id: string, options: { readonly force: boolean }): Promise<'removed' | 'in use' | 'absent'>;
};

export type CacheOptions = {
  readonly dir: string;
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly log: Log;
};

/** Opens (or makes) the folder, takes up the ready images in it and removes leftovers of a crash. */
export async function openCache({ dir, maxBytes, clock, log }: CacheOptions): Promise<ImageCache> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await chmod(dir, 0o700);
  const images = new Map<string, StoredImage>();
  for (const stored of await loadImages(dir, log)) images.set(stored.image.id, stored);
  const reserved = new Map<string, number>();

  const total = (): number => {
    const stored = [...images.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    return [...reserved.values()].reduce((sum, bytes) => sum + bytes, stored);
  };

  /** When images were used in this life of the daemon, by the clock that nobody sets. */
  const used = new Map<string, number>();
  const isInUse = ({ image, usedAt }: StoredImage): boolean => {
    const at = used.get(image.id);
    return (at === undefined ? clock.now() - usedAt : clock.elapsed() - at) <= IN_USE_MS;
  };
  const forget = async (id: string): Promise<void> => {
    images.delete(id);
    used.delete(id);
    await removeImage(dir, id);
  };

  /** Evicts the least recently used image that nobody uses; false when there is none. */
  const evictOne = async (): Promise<boolean> => {
    const idle = [...images.values()].filter((stored) => !isInUse(stored));
    const victim = idle.toSorted((a, b) => a.usedAt - b.usedAt)[0];
    if (victim === undefined) return false;
    log.info(
      { image: victim.image.id, bytes: victim.bytes },
      'image cache: least recently used image removed',
    );
    await forget(victim.image.id);
    return true;
  };

  return {
    dir,
    async use(id) {
      const stored = images.get(id);
      if (stored === undefined) return null;
      if ((await stat(stored.image.path).catch(() => null))?.size !== stored.image.size) {
        log.warn({ image: id }, 'image cache: an image was removed or changed by somebody else');
        await forget(id);
        return null;
      }
      used.set(id, clock.elapsed());
      const now = clock.now();
      if (Math.abs(now - stored.usedAt) > TOUCH_MS) {
        await utimes(metaPath(dir, id), now / 1000, now / 1000).catch(() => undefined);
        if (images.get(id) === stored) images.set(id, { ...stored, usedAt: now });
      }
      return stored.image;
    },

    async reserve(id, bytes, written = 0) {
      reserved.set(id, bytes);
      if (bytes > maxBytes) throw tooLarge(bytes, `the image cache is bounded to ${gib(maxBytes)}`);
      while (total() > maxBytes) {
        if (!(await evictOne())) throw tooLarge(bytes, 'the image cache is full of images in use');
      }
      while ((await freeBytes(dir)) < bytes - written) {
        if (!(await evictOne()))
          throw tooLarge(bytes - written, `the disk of ${dir} has ${gib(await freeBytes(dir))} free`);
      }
    },

    release(id) {
      reserved.delete(id);
    },

    async add(part, image, source) {
      await storeImage(dir, part, { image, source });
      const { blocks } = await stat(image.path);
      used.set(image.id, clock.elapsed());
      images.set(image.id, { image, source, bytes: blocks * 512, usedAt: clock.now() });
    },

    list: () => [...images.values()],

    async remove(id, { force }) {
      const stored = images.get(id);
      if (stored === undefined) return 'absent';
      if (!force && isInUse(stored)) return 'in use';
      await forget(id);
      return 'removed';
    },
  };
}

async function freeBytes(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir);
  return bavail * bsize;
}

function gib(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(2)} GiB`;
}

function tooLarge(bytes: number, because: string): IngotError {
  return new IngotError('image_too_large', `the image needs ${gib(bytes)}, but ${because}`, {
    hint: 'Raise images.cache_gib, free space on the disk of state_dir, or wait until running deployments end.',
  });
}
