import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AgentError } from '../../src/agent/base/agent-error.ts';
import { type Disk, MIB } from '../../src/agent/disk/disk.ts';
import { parseImageInfo } from '../../src/agent/write/image-info.ts';
import { writeImage } from '../../src/agent/write/write-image.ts';
import { fileDisk } from './support/disks.ts';
import { type ImageServer, imageServer, type Misbehaviour } from './support/image-server.ts';
import { imageInfo, mbrExtents, mbrImage, sha256 } from './support/images.ts';
import { hurryingClock, testMachine } from './support/machine.ts';

const SIZE = 8 * MIB;
const DISK_SIZE = 16 * MIB;
const OLD_DATA = 0xdd;

type Outcome = {
  readonly disk: Disk;
  readonly server: ImageServer;
  readonly progress: readonly (readonly [number, number])[];
  readonly pauses: readonly number[];
  readonly error: AgentError | null;
};

/** Writes an image from a server to a disk full of old data. */
async function write(
  image: Buffer,
  options: { readonly server?: Misbehaviour; readonly info?: object; readonly diskSize?: number } = {},
): Promise<Outcome> {
  const server = await imageServer(image, options.server);
  const disk = fileDisk(options.diskSize ?? DISK_SIZE, { fill: OLD_DATA });
  const clock = hurryingClock();
  const progress: (readonly [number, number])[] = [];
  const job = {
    disk,
    image: parseImageInfo(imageInfo(image, server.url, options.info)),
    onProgress: (done: number, total: number) => progress.push([done, total]),
  };
  const error = await writeImage(job, testMachine({ clock })).then(
    () => null,
    (thrown: AgentError) => thrown,
  );
  return { disk, server, progress, pauses: clock.pauses, error };
}

function startOf(disk: Disk, length: number): Buffer {
  return readFileSync(disk.name).subarray(0, length);
}

describe('an image', () => {
  it('is on the disk byte by byte, and the old backup partition table at the end is gone', async () => {
    const image = mbrImage(SIZE);
    const { disk, error, progress } = await write(image);
    expect(error).toBeNull();
    expect(startOf(disk, SIZE).equals(image)).toBe(true);
    expect(readFileSync(disk.name).subarray(-MIB).equals(Buffer.alloc(MIB))).toBe(true);
    expect(progress.at(0)).toEqual([0, SIZE]);
    expect(progress.at(-1)).toEqual([SIZE, SIZE]);
  });

  it('with extents is fetched by them only, and gaps are zeros even on a disk full of old data', async () => {
    const image = mbrImage(SIZE);
    const { disk, server, error, progress } = await write(image, {
      info: { ingot_extents: mbrExtents(SIZE) },
    });
    expect(error).toBeNull();
    expect(startOf(disk, SIZE).equals(image)).toBe(true);
    expect(server.ranges).toEqual([`bytes=0-${2 * MIB - 1}`, `bytes=${SIZE - MIB}-${SIZE - 1}`]);
    expect(progress.at(-1)).toEqual([3 * MIB, 3 * MIB]);
  });

  it('with a checksum of its data alone is checked by that', async () => {
    const image = mbrImage(SIZE);
    const data = Buffer.concat(
      mbrExtents(SIZE).map(([offset, length]) => image.subarray(offset, offset + length)),
    );
    const info = { ingot_extents: mbrExtents(SIZE), ingot_data_sha256: sha256(data) };
    const { disk, error } = await write(image, { info });
    expect(error).toBeNull();
    expect(startOf(disk, SIZE).equals(image)).toBe(true);
  });

  it('without a size is as long as its server says', async () => {
    const image = mbrImage(SIZE);
    const { disk, error } = await write(image, { info: { ingot_size: undefined } });
    expect(error).toBeNull();
    expect(startOf(disk, SIZE).equals(image)).toBe(true);
  });
});

describe('a lost connection', () => {
  it('is taken up where it ended', async () => {
    const image = mbrImage(SIZE);
    const { disk, server, error } = await write(image, {
      server: { cutAfter: { bytes: 3 * MIB, times: 2 } },
    });
    expect(error).toBeNull();
    expect(startOf(disk, SIZE).equals(image)).toBe(true);
    expect(server.ranges).toHaveLength(3);
    expect(server.ranges[1]).not.toMatch(/^bytes=0-/);
  });

  it('is taken up with a server that knows no ranges', async () => {
    const image = mbrImage(SIZE);
    const { disk, error } = await write(image, {
      server: { noRange: true, cutAfter: { bytes: 3 * MIB, times: 1 } },
    });
    expect(error).toBeNull();
    expect(startOf(disk, SIZE).equals(image)).toBe(true);
  });

  it('is not taken up with another version of the image', async () => {
    const server = { changing: true, cutAfter: { bytes: 3 * MIB, times: 1 } };
    const { error } = await write(mbrImage(SIZE), { server });
    expect(error?.toWire()).toMatchObject({ type: 'ImageDownloadError', code: 500 });
    expect(error?.message).toMatch(/the image changed while it was read/);
  });

  it('that comes again and again without progress ends the write after nine tries', async () => {
    const { error, pauses } = await write(mbrImage(SIZE), {
      server: { cutAfter: { bytes: 1000, times: 99 } },
    });
    expect(error?.kind).toBe('image_download');
    expect(error?.message).toMatch(
      /^the image could not be read after 9 tries; last http:\/\/127\.0\.0\.1:\d+\/image\.raw: /,
    );
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });
});

describe('an image is refused', () => {
  it('when its checksum is another one, and the disk is left without a partition table', async () => {
    const { error, disk } = await write(mbrImage(SIZE), { info: { os_hash_value: 'a'.repeat(64) } });
    expect(error?.toWire()).toMatchObject({
      type: 'ImageChecksumError',
      message: 'Error verifying image checksum',
    });
    expect(error?.message).toMatch(
      /has the sha256 [0-9a-f]{64} and should have a{64}; the partition table on .* was wiped/,
    );
    expect(startOf(disk, MIB).equals(Buffer.alloc(MIB))).toBe(true);
  });

  it('when its extents hide data that the checksum counts', async () => {
    const { error } = await write(mbrImage(SIZE), { info: { ingot_extents: [[0, 2 * MIB]] } });
    expect(error?.kind).toBe('image_checksum');
  });

  it('when it is larger than the disk, before anything is written', async () => {
    const { error, disk } = await write(mbrImage(SIZE), { diskSize: 6 * MIB });
    expect(error?.toWire()).toMatchObject({ type: 'ImageTooLarge', code: 400 });
    expect(error?.message).toMatch(/has 8388608 bytes and the disk .* only 6291456; nothing was written/);
    expect(startOf(disk, 6 * MIB).equals(Buffer.alloc(6 * MIB, OLD_DATA))).toBe(true);
  });

  it('when its server has fewer bytes than its description', async () => {
    const { error } = await write(mbrImage(SIZE), { info: { ingot_size: SIZE + 512 } });
    expect(error?.message).toMatch(/the image has 8388608 bytes there and 8389120 by its description/);
  });

  it('when its server does not have it, at once', async () => {
    const { error, pauses } = await write(mbrImage(SIZE), { server: { status: 404 } });
    expect(error?.message).toMatch(/could not be read after 1 try; last .*: HTTP status 404/);
    expect(pauses).toEqual([]);
  });

  it('when nobody answers at its URL, naming no secret of the URL', async () => {
    const { error } = await write(mbrImage(SIZE), {
      info: { urls: ['http://user:pass@127.0.0.1:1/img?sig=SECRET'] },
    });
    expect(error?.message).toMatch(/http:\/\/127\.0\.0\.1:1\/img: .*ECONNREFUSED/);
    expect(error?.message).not.toMatch(/SECRET|pass/);
  });
});

it('a second URL takes over when the first does not have the image', async () => {
  const image = mbrImage(SIZE);
  const missing = await imageServer(image, { status: 404 });
  const good = await imageServer(image);
  const { disk, error } = await write(image, { info: { urls: [missing.url, good.url] } });
  expect(error).toBeNull();
  expect(startOf(disk, SIZE).equals(image)).toBe(true);
});

describe('image_info', () => {
  it.each<[string, object, RegExp]>([
    ['qcow2', { disk_format: 'qcow2' }, /disk_format "qcow2" cannot be streamed; convert the image to raw/],
    ['no URL', { urls: [] }, /urls must be a list/],
    ['a file URL', { urls: ['file:///etc/passwd'] }, /urls must be a list of http or https URLs/],
    ['no checksum', { os_hash_value: undefined }, /an image is never written unchecked/],
    ['an MD5 checksum', { os_hash_algo: 'md5' }, /os_hash_algo "md5" is none of sha256, sha384, sha512/],
    ['a short checksum', { os_hash_value: 'abc' }, /must have 64 hexadecimal digits/],
    ['a size that is none', { ingot_size: -1 }, /ingot_size must be a count of bytes/],
    ['extents that are none', { ingot_extents: [[0]] }, /ingot_extents must hold pairs of numbers/],
  ])('with %s is refused', (_, more, sentence) => {
    const info = imageInfo(Buffer.alloc(512), 'http://10.20.0.1/img', more);
    expect(() => parseImageInfo(info)).toThrow(sentence);
  });

  it('takes the length of a plain checksum for its algorithm', () => {
    const info = imageInfo(Buffer.alloc(512), 'http://10.20.0.1/img', {
      os_hash_value: undefined,
      checksum: 'b'.repeat(128),
    });
    expect(parseImageInfo(info).digest.algorithm).toBe('sha512');
  });
});
