/** The state folder: may we write there, and is there space for what it shall hold. */
import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../config/schema.ts';
import { FULL_DISK_HINT, freeBytes, spaceOf } from '../state-dir/state-disk.ts';
import { bad, type Finding, good, warning } from './finding.ts';

const GIB = 1024 ** 3;

export async function checkStateFolder(config: Config): Promise<readonly Finding[]> {
  const folder = config.state_dir;
  const isFile = await stat(folder).then(
    (found) => !found.isDirectory(),
    () => false,
  );
  if (isFile)
    return [bad('folder', `state_dir ${folder} is a file`, 'Move it away, or name another state_dir.')];
  const nearest = await nearestFolder(folder);
  const writable = await access(nearest, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  const is = nearest === folder ? 'is there and can be written' : `will be made in ${nearest}`;
  return [
    writable
      ? good('folder', `state_dir ${folder} ${is}`)
      : bad(
          'folder',
          `state_dir ${folder} cannot be written by this user`,
          `Give the user that runs ingot the right to write in ${nearest}, or name another state_dir.`,
        ),
    judgeSpace(await freeBytes(nearest), config),
  ];
}

/** `free` in bytes. Pure. */
export function judgeSpace(
  free: number,
  { state_dir, images }: Pick<Config, 'state_dir' | 'images'>,
): Finding {
  const { low, sentence: has } = spaceOf(state_dir, free);
  if (low) return bad('space', has, FULL_DISK_HINT);
  if (free < images.cache_gib * GIB)
    return warning(
      'space',
      `${has}, and images.cache_gib allows ${images.cache_gib} GiB of images`,
      'Lower images.cache_gib or free space: images that do not fit are refused when they are needed.',
    );
  return good('space', `${has}; images.cache_gib is ${images.cache_gib} GiB`);
}

/** The process that works in the folder just now, as its lock file tells; null when none is told. */
export async function daemonAtWork(config: Config): Promise<number | null> {
  const text = await readFile(join(config.state_dir, 'ingot.lock'), 'utf8').catch(() => '');
  return /^\d+$/.test(text.trim()) ? Number(text) : null;
}

async function nearestFolder(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    const isFolder = await stat(at).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (isFolder || at === '/') return at;
  }
}
