/**
 * One daemon for one state folder: two would run every job twice. The lock is flock(2) on `ingot.lock`, which the
 * kernel lets go when the process ends, however it ends.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import koffi from 'koffi';
import { IngotError } from '../../errors.ts';

/** Linux numbers (fcntl.h, errno.h), the same on x86-64 and arm64. */
const LOCK_EX = 2;
const LOCK_NB = 4;
const EWOULDBLOCK = 11;

/**
 * Held until the handle is closed or the process ends.
 * @throws IngotError `conflict` when another daemon works there, `environment` when the file cannot be had
 */
export async function lockStateDir(stateDir: string): Promise<FileHandle> {
  const path = join(stateDir, 'ingot.lock');
  const file = await open(path, 'a+', 0o600).catch((cause: unknown) => {
    throw new IngotError('environment', `${path} cannot be opened: ${String(cause)}`, {
      hint: 'Give the user that runs ingot the right to write there.',
      cause,
    });
  });
  const flock = koffi.load('libc.so.6').func('int flock(int fd, int operation)');
  const result: unknown = flock(file.fd, LOCK_EX | LOCK_NB);
  if (result !== 0) {
    const error = koffi.errno();
    const holder = (await file.readFile('utf8')).trim();
    await file.close();
    throw refused(stateDir, { holder, error });
  }
  await file.truncate(0);
  await file.write(`${process.pid}\n`);
  return file;
}

function refused(stateDir: string, why: { readonly holder: string; readonly error: number }): IngotError {
  if (why.error !== EWOULDBLOCK) {
    return new IngotError('environment', `${stateDir} cannot be locked (errno ${why.error})`, {
      hint: 'state_dir must be on a local file system.',
    });
  }
  const who = why.holder === '' ? '' : ` (process ${why.holder})`;
  return new IngotError('conflict', `Another ingot${who} already works in ${stateDir}`, {
    hint: 'Stop it first ("systemctl stop ingot"), or give this one a state_dir of its own.',
  });
}
