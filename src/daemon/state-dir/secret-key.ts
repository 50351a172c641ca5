import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { IngotError } from '../../errors.ts';
import { syncPath } from '../../images/cache-files.ts';

const KEY_BYTES = 32;

/**
 * The daemon's one secret, from which agent and LCM tokens are derived: `secret.key` in the state folder, made
 * at the first start. Written aside, flushed and renamed, so that a crash leaves all of it or none.
 */
export async function loadSecretKey(stateDir: string): Promise<Uint8Array> {
  const path = join(stateDir, 'secret.key');
  const existing = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (existing !== null && existing.length === KEY_BYTES) return existing;
  if (existing !== null) {
    throw new IngotError(
      'environment',
      `${path} has ${existing.length} bytes, not ${KEY_BYTES}: it is damaged`,
      {
        hint: 'Restore it from a backup. Removing it lets ingot make a new one; running agents and hosts then lose their tokens.',
      },
    );
  }
  const key = randomBytes(KEY_BYTES);
  const file = await open(`${path}.new`, 'w', 0o600);
  await file.writeFile(key);
  await file.sync();
  await file.close();
  await rename(`${path}.new`, path);
  // The name too: tokens of the lost key would be refused after a power cut.
  await syncPath(stateDir);
  return key;
}
