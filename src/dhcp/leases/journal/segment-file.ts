/**
 * The files of the lease log. Their blocks are written with zeros once, when they are made: a write over blocks that
 * exist changes no metadata, so making it durable is one write and one flush of the disk, and waits for no
 * journal commit of the file system.
 */
import { closeSync, constants, fstatSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** `leases.db` → `leases.log.0` … */
export function segmentPaths(databasePath: string, count: number): readonly string[] {
  const stem = databasePath.replace(/\.db$/, '');
  return Array.from({ length: count }, (_, index) => `${stem}.log.${index}`);
}

/** Makes the file, or fills up one whose making was interrupted. @throws as `fs` does */
export function makeSegment(path: string, bytes: number): void {
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    const { size } = fstatSync(file);
    if (size >= bytes) return;
    writeAll(file, Buffer.alloc(bytes - size), size);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  // The file's name too must outlive a power cut.
  const folder = openSync(dirname(path), constants.O_RDONLY);
  fsyncSync(folder);
  closeSync(folder);
}

export function readSegment(path: string): Uint8Array {
  return readFileSync(path);
}

/** For writes that are durable when they return (open(2), O_DSYNC). */
export function openSegment(path: string): number {
  return openSync(path, constants.O_RDWR | constants.O_DSYNC);
}

export function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
}
