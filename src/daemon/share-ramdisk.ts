/**
 * Hands kernel and ramdisk to the packet thread, which serves them by TFTP to boot loaders that have no HTTP (GRUB
 * under Secure Boot). Both threads use one memory: nothing is read or kept twice.
 */
import type { RamdiskFile } from '../boot/ramdisk-files.ts';
import type { Log } from '../log.ts';

/** By name in TFTP; null: it is not there any more. Contents are over a `SharedArrayBuffer`. */
export type SharedFiles = ReadonlyMap<string, Uint8Array | null>;

type Options = {
  readonly files: readonly RamdiskFile[];
  readonly share: (files: SharedFiles) => void;
  readonly log: Log;
};

/**
 * Returns what is called before machines boot the ramdisk: it reads the files when they are new or have changed, and
 * hands over those. Never rejects: machines that load by HTTP do not need it, and are told there what is wrong.
 */
export function createRamdiskShare({ files, share, log }: Options): () => Promise<void> {
  const shared = new Map<string, string | null>();
  return async () => {
    const news = new Map<string, Uint8Array | null>();
    for (const { name, source } of files) {
      try {
        const found = await source.get();
        const etag = found?.etag ?? null;
        if ((shared.get(name) ?? null) === etag) continue;
        shared.set(name, etag);
        news.set(name, found?.content ?? null);
      } catch (error) {
        log.warn({ file: source.path, error: String(error) }, 'a boot file could not be read for TFTP');
      }
    }
    if (news.size > 0) share(news);
  };
}
