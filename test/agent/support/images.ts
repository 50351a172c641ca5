/** Small images for the tests: bytes with a partition table, extents, checksums, config drives. */
import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { MIB } from '../../../src/agent/disk/disk.ts';

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** An image with one MBR partition from 1 MiB to its end: data at both ends of the partition, zeros between. */
export function mbrImage(size: number): Buffer {
  const image = Buffer.alloc(size);
  image.writeUInt8(0x83, 446 + 4);
  image.writeUInt32LE(2048, 446 + 8);
  image.writeUInt32LE(size / 512 - 2048, 446 + 12);
  image.writeUInt16LE(0xaa55, 510);
  randomBytes(MIB).copy(image, MIB);
  randomBytes(MIB).copy(image, size - MIB);
  return image;
}

/** The runs of data in `mbrImage`. */
export function mbrExtents(size: number): readonly (readonly [number, number])[] {
  return [
    [0, 2 * MIB],
    [size - MIB, MIB],
  ];
}

/** The least that is an ISO 9660 image with this label, as the config drive comes: gzipped, in base64. */
export function configDriveText(label: string, size = 40 * 1024): string {
  const iso = Buffer.alloc(size);
  iso.write('\x01CD001\x01', 16 * 2048, 'latin1');
  iso.write(label.padEnd(32), 16 * 2048 + 40, 'latin1');
  return gzipSync(iso).toString('base64');
}

/** `image_info` for an image at a URL. */
export function imageInfo(
  image: Buffer,
  url: string,
  more: object = {},
): { readonly [key: string]: unknown } {
  return {
    id: 'img.raw',
    urls: [url],
    disk_format: 'raw',
    os_hash_algo: 'sha256',
    os_hash_value: sha256(image),
    ingot_size: image.length,
    ...more,
  };
}
