import { mkdir, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '../config/schema.ts';
import { IngotError } from '../errors.ts';

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
  // What a killed daemon left in the middle of its work: half a config drive, say, with its secrets.
  await rm(workFolder(config), { recursive: true, force: true });
  const wanted = ['.', 'cache', WORK, config.boot.ramdisk_dir, ...config.images.source_dirs];
  for (const folder of wanted.map((path) => resolve(config.state_dir, path))) {
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
      throw new IngotError('environment', `The folder ${folder} cannot be made: ${String(cause)}`, {
        hint: 'Give the user that runs ingot the right to write there, or set state_dir to another folder.',
        cause,
      });
    });
  }
}
