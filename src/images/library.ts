/** Images as operators see and manage them: what the cache has, and what they have asked to be fetched ahead. */
import { asIngotError, IngotError } from '../errors.ts';
import type { ImageCache } from './cache.ts';
import type { ImageRequest, ReadyImage } from './images.ts';
import { checkedSource, imageId, shownSource } from './source.ts';

type Known = {
  readonly id: string;
  /** Without user, password and query; null for an image of an older ingot, which did not write it down. */
  readonly source: string | null;
};

export type LibraryEntry =
  | (Known & {
      readonly state: 'ready';
      /** Bytes of the raw image: the least a disk must have. */
      readonly size: number;
      /** Bytes that are written to a disk. */
      readonly data_bytes: number;
      /** Bytes in the cache. */
      readonly disk_bytes: number;
      /** Of the raw image. */
      readonly sha256: string;
      /** ISO 8601. */
      readonly used_at: string;
    })
  | (Known & { readonly state: 'preparing'; readonly percent: number })
  | (Known & {
      readonly state: 'failed';
      readonly error: { readonly code: string; readonly message: string; readonly hint: string };
    });

export type ImageLibrary = {
  /** The cache's images, the last used first, then those on their way and those that failed since the start. */
  list(): readonly LibraryEntry[];
  /** Begins to make the image ready, where it is not. Throws `image_invalid` or `busy`. */
  add(request: ImageRequest): AddedEntry;
  /** Rejects with `not_found`; with `conflict` for an image in use, unless forced, and for one on its way. */
  remove(id: string, options: { readonly force: boolean }): Promise<void>;
  /** Gives up what is on its way. */
  stop(): void;
};

/** What became of a wish, and the source that it named, as it may be shown: an image that is here keeps its own. */
export type AddedEntry = LibraryEntry & { readonly asked_source: string };

/** Asked for and not ready, all together; of these the failed ones go first. */
const MOST_ASKED = 50;

/** `ImageStore.prepare`, of images whose checksum is known: the id comes from it. */
export type PrepareKnown = (
  request: ImageRequest,
  onProgress: (percent: number) => void,
  signal: AbortSignal,
) => Promise<ReadyImage>;

type Options = { readonly prepare: PrepareKnown; readonly cache: ImageCache };
type Asked = Exclude<LibraryEntry, { readonly state: 'ready' }>;

export function createImageLibrary({ prepare, cache }: Options): ImageLibrary {
  const asked = new Map<string, Asked>();
  const stopping = new AbortController();

  const readyEntries = (): readonly LibraryEntry[] =>
    cache
      .list()
      .toSorted((a, b) => b.usedAt - a.usedAt)
      .map(({ image, bytes, usedAt, source }) => ({
        id: image.id,
        source,
        state: 'ready',
        size: image.size,
        data_bytes: image.dataBytes,
        disk_bytes: bytes,
        sha256: image.sha256,
        used_at: new Date(usedAt).toISOString(),
      }));

  const makeRoom = (): void => {
    if (asked.size < MOST_ASKED) return;
    const failed = [...asked.values()].find(({ state }) => state === 'failed');
    if (failed === undefined)
      throw new IngotError('busy', `${MOST_ASKED} images are being prepared already`, {
        hint: 'Ask again when some of them are ready: `ingot image list`.',
      });
    asked.delete(failed.id);
  };

  const begin = (request: ImageRequest, known: Known): Asked => {
    const onProgress = (percent: number): void =>
      void asked.set(known.id, { ...known, state: 'preparing', percent });
    onProgress(0);
    prepare(request, onProgress, stopping.signal).then(
      () => asked.delete(known.id),
      (thrown: unknown) => {
        const { code, message, hint } = asIngotError(thrown, 'preparing an image');
        asked.set(known.id, { ...known, state: 'failed', error: { code, message, hint } });
      },
    );
    return { ...known, state: 'preparing', percent: 0 };
  };

  return {
    list: () => [...readyEntries(), ...asked.values()],
    add(request) {
      checkedSource(request);
      const id = imageId(request);
      const asked_source = shownSource(request.source);
      const there = readyEntries().find((entry) => entry.id === id) ?? asked.get(id);
      if (there !== undefined && there.state !== 'failed') return { ...there, asked_source };
      if (there === undefined) makeRoom();
      return { ...begin(request, { id, source: asked_source }), asked_source };
    },
    async remove(id, { force }) {
      const waiting = asked.get(id);
      if (waiting?.state === 'preparing')
        throw new IngotError('conflict', `Image ${id} is being prepared`, {
          hint: 'Wait until it is ready: `ingot image list` tells how far it is.',
        });
      const forgotten = asked.delete(id);
      const outcome = await cache.remove(id, { force });
      if (outcome === 'in use')
        throw new IngotError(
          'conflict',
          `Image ${id} was used in the last minutes: a node may be writing it`,
          {
            hint: 'Wait ten minutes, or see `ingot node list` and use --force when no node is being deployed with it.',
          },
        );
      if (outcome === 'absent' && !forgotten)
        throw new IngotError('not_found', `There is no image ${id}`, {
          hint: '`ingot image list` shows all.',
        });
    },
    stop: () =>
      stopping.abort(new IngotError('busy', 'ingot is stopping', { hint: 'Ask again when it is up.' })),
  };
}
