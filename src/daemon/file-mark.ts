import type { BigIntStats } from 'node:fs';

/** What tells one version of a file from the next: also one of the same size and time, written in its place. */
export function markOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}
