import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { openCache } from './cache.ts';
import { createHttpDispatcher } from './http-manners.ts';
import type { ImageStore, ReadyImage } from './images.ts';
import { createImageLibrary, type ImageLibrary } from './library.ts';
import { makeReady } from './make-ready.ts';
import { resolveChecksum } from './resolve-checksum.ts';
import { createSingleFlight } from './single-flight.ts';
import { imageId } from './source.ts';

export type ImageStoreOptions = {
  /** Folder of the cache: nobody else writes there. Made when missing. */
  readonly dir: string;
  /** Bound on the cache, in bytes on disk. */
  readonly maxBytes: number;
  /** Folders whose files `file://` sources may name. */
  readonly sourceDirs: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  /** For http(s) sources; by default redirections are followed and TLS certificates verified. */
  readonly dispatcher?: Dispatcher;
};

/** The image store on disk; takes up what it kept before a restart, removes what a crash left unfinished. */
export async function createImageStore(
  options: ImageStoreOptions,
): Promise<ImageStore & { readonly library: ImageLibrary }> {
  const log = options.log.child({ component: 'images' });
  const cache = await openCache({ ...options, log });
  const dispatcher = options.dispatcher ?? createHttpDispatcher();
  const flights = createSingleFlight<ReadyImage>();

  const prepare: ImageStore['prepare'] = async (request, onProgress, signal) => {
    const id = imageId(request);
    return await flights.join(id, { signal, onProgress }, async (flightSignal, report) => {
      const ready = await cache.use(id);
      const image =
        ready ??
        (await makeReady({
          cache,
          dispatcher,
          log,
          clock: options.clock,
          sourceDirs: options.sourceDirs,
          id,
          request,
          signal: flightSignal,
          onProgress: report,
        }));
      report(100);
      return image;
    });
  };
  const resolve: ImageStore['resolve'] = (asked, signal) => resolveChecksum(asked, { dispatcher, signal });
  return { resolve, prepare, ready: (id) => cache.use(id), library: createImageLibrary({ prepare, cache }) };
}
