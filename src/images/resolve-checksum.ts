/** The checksum of an image whose users name a list of checksums in its place. */
import { IngotError } from '../errors.ts';
import { checksumIn } from './checksum-list.ts';
import { type FetchTools, fetchSmall } from './fetch-small.ts';
import type { AskedImage, ImageRequest } from './images.ts';
import { shownSource } from './source.ts';

/** The lists of whole distributions have some thousand lines. */
const MAX_LIST_BYTES = 4 * 1024 * 1024;

/**
 * Fetches the list, where there is one. Rejects as `fetchSmall` does, and with `image_refused` for a list of no use.
 */
export async function resolveChecksum(asked: AskedImage, tools: FetchTools): Promise<ImageRequest> {
  const { checksum } = asked;
  if (!('url' in checksum)) return { ...asked, checksum };
  const url = new URL(checksum.url);
  const what = 'the checksum list';
  const list = await fetchSmall({ what, url, maxBytes: MAX_LIST_BYTES }, tools);
  const found = checksumIn(list.toString('utf8'), {
    name: fileName(asked.source),
    wanted: checksum.algorithm,
  });
  if (!('problem' in found)) return { ...asked, checksum: found };
  throw new IngotError('image_refused', `${what} ${shownSource(url.href)} ${found.problem}`, {
    hint: "Name the list that belongs to the image, or give the checksum itself in the node's instance_info.",
  });
}

/** The last part of the source's path, as lists write it. */
function fileName(source: string): string {
  const last = new URL(source).pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
