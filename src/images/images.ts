/**
 * The image store: fetch, verify, convert, keep. A deploy names an image by source and checksum; what agents
 * download is always raw, with a map of the blocks that hold data.
 */

export const HASH_DIGITS = { sha256: 64, sha512: 128 } as const;
export type HashAlgorithm = keyof typeof HASH_DIGITS;

/** `value` in hexadecimal digits. */
export type Checksum = { readonly algorithm: HashAlgorithm; readonly value: string };

/**
 * A list of checksums at an http(s) URL, as sha256sum and its kin write them; the line of the source's file name
 * counts. `algorithm` null: any.
 */
export type ChecksumList = { readonly url: string; readonly algorithm: HashAlgorithm | null };

export type ImageRequest = {
  /** `http://`, `https://` or `file:///`. */
  readonly source: string;
  readonly checksum: Checksum;
  readonly format: 'raw' | 'qcow2';
};

/** An image as its users name it: the checksum may have to be looked up first. */
export type AskedImage = Omit<ImageRequest, 'checksum'> & { readonly checksum: Checksum | ChecksumList };

/** A run of bytes that holds data; everything between runs is zeros. */
export type Extent = { readonly offset: number; readonly length: number };

export type ReadyImage = {
  /** Stable id: hash of source checksum and format. Names the files in the cache. */
  readonly id: string;
  /** Path of the raw file on the seed node. */
  readonly path: string;
  /** Size of the raw image in bytes: the least a disk must have. */
  readonly size: number;
  /** Checksum of the whole raw image. */
  readonly sha256: string;
  readonly extents: readonly Extent[];
  /** Bytes in all extents together. */
  readonly dataBytes: number;
  /** Checksum of the extents' bytes, one after the other: agents need not hash gigabytes of zeros. */
  readonly dataSha256: string;
};

export type ImageStore = {
  /**
   * Looks the checksum up where a list is named, and fetches nothing else. A list may change at any time: who asks
   * twice may get two images. Rejects with `image_unreachable`, `image_refused`, or `too_large`.
   */
  resolve(asked: AskedImage, signal?: AbortSignal): Promise<ImageRequest>;
  /**
   * Makes the image ready; concurrent calls for the same image share one download. Rejects with
   * `image_unreachable`, `image_refused`, `image_checksum`, `image_invalid`, or `image_too_large`.
   */
  prepare(
    request: ImageRequest,
    onProgress?: (percent: number) => void,
    signal?: AbortSignal,
  ): Promise<ReadyImage>;
  /** A ready image by id, for the HTTP server; null when it is not in the cache. */
  ready(id: string): Promise<ReadyImage | null>;
};
