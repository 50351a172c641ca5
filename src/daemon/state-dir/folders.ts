import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Config } from '../../config/schema.ts';
import { IngotError } from '../../errors.ts';

const WORK = 'work';

/** For files that live as long as one piece of work; empty after each start. */
export function workFolder(config: Config): string {
  return resolve(config.state_dir, WORK);
}

/**
 * Makes every folder that the daemon needs; paths in the configuration are relative to `state_dir`.
 * @throws IngotError `environment` naming the folder
 */
export async function makeFolders(config: Config): Promise<void> {
  const wanted = ['.', 'cache', WORK, config.boot.ramdisk_dir, ...config.images.source_dirs];
  const folders = wanted.map((path) => resolve(config.state_dir, path));
  for (const folder of folders) await makeFolder(folder);
}

/**
 * Removes what a killed daemon left in the middle of its work: half a config drive, say, with its secrets. To be
 * called under the lock of the state folder only.
 * @throws IngotError `environment` naming the folder
 */
export async function emptyWorkFolder(config: Config): Promise<void> {
  const work = workFolder(config);
  await rm(work, { recursive: true, force: true }).catch(refuse(`The folder ${work} cannot be emptied`));
  await makeFolder(work);
}

/**
 * Level by level: Node's recursive mkdir never returns where the kernel answers ENOENT for a folder in a folder that
 * exists (procfs), and hides that a file system is read-only.
 */
async function makeFolder(folder: string): Promise<void> {
  const refused = refuse(`The folder ${folder} cannot be made`);
  const missing: string[] = [];
  for (let level = folder; (await isThere(level).catch(refused)) === false; level = dirname(level))
    missing.unshift(level);
  for (const level of missing) await mkdir(level, { mode: 0o700 }).catch(refused);
}

/** False where nothing is. @throws when it is no folder, or cannot be looked at */
async function isThere(folder: string): Promise<boolean> {
  try {
    if ((await stat(folder)).isDirectory()) return true;
    throw new Error(`${folder} is a file`);
  } catch (thrown) {
    if (isMissing(thrown)) return false;
    throw thrown;
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}

function refuse(sentence: string): (cause: unknown) => never {
  return (cause) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new IngotError('environment', `${sentence}: ${why}`, {
      hint: 'Give the user that runs ingot the right to write there, or name another folder in the configuration (state_dir, boot.ramdisk_dir, images.source_dirs).',
      cause,
    });
  };
}
