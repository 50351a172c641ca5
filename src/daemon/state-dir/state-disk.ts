/** The disk that holds the store, the leases and the images. */
import { statfs } from 'node:fs/promises';
import type { Config } from '../../config/schema.ts';

const GIB = 1024 ** 3;
/** Below this the databases are in danger, whatever the images. */
const LEAST_FREE_BYTES = GIB;

export const FULL_DISK_HINT = 'Free space on it: a full disk stops jobs, and no lease can be given.';

/** Bytes that this process may still write in the folder. @throws when it is not there */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** The one sentence on a disk's space, and whether it is too little. Pure; `free` in bytes. */
export function spaceOf(folder: string, free: number): { readonly sentence: string; readonly low: boolean } {
  const sentence = `The disk of ${folder} has ${(free / GIB).toFixed(1)} GiB free`;
  return { sentence, low: free < LEAST_FREE_BYTES };
}

/** As `ingot status` shows it; null when the folder cannot be looked at. */
export async function stateDisk({ state_dir }: Pick<Config, 'state_dir'>): Promise<{
  readonly free_mib: number;
  readonly problem: string | null;
} | null> {
  const free = await freeBytes(state_dir).catch(() => null);
  if (free === null) return null;
  const { low, sentence } = spaceOf(state_dir, free);
  return { free_mib: Math.floor(free / 2 ** 20), problem: low ? `${sentence}. ${FULL_DISK_HINT}` : null };
}
