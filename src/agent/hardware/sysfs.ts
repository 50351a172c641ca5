/** Reading sysfs and procfs under a root folder, so that tests read recorded trees. Missing files are facts. */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';

export type Sysfs = {
  /** The file's text, trimmed; null when it is missing, unreadable or empty. */
  text(path: string): string | null;
  bytes(path: string): Buffer | null;
  number(path: string): number | null;
  /** Names in a folder, sorted; none when it is missing. */
  names(folder: string): readonly string[];
  exists(path: string): boolean;
  /** Where a symbolic link leads, all links resolved; null when it is missing. */
  target(path: string): string | null;
  /** The last name of where a link leads: `virtio_blk` for `.../driver`. */
  targetName(path: string): string | null;
};

export function createSysfs(root = '/'): Sysfs {
  function attempt<T>(read: () => T): T | null {
    try {
      return read();
    } catch {
      // Attributes of absent hardware answer ENOENT, EINVAL or EIO: all mean "not known".
      return null;
    }
  }
  const bytes = (path: string): Buffer | null => attempt(() => readFileSync(join(root, path)));
  const text = (path: string): string | null => bytes(path)?.toString().replaceAll('\0', '').trim() || null;
  const target = (path: string): string | null => attempt(() => realpathSync(join(root, path)));
  return {
    bytes,
    text,
    number: (path) => {
      const value = text(path);
      return value !== null && /^-?\d+$/.test(value) ? Number(value) : null;
    },
    names: (folder) => attempt(() => readdirSync(join(root, folder)).toSorted()) ?? [],
    exists: (path) => existsSync(join(root, path)),
    target,
    targetName: (path) => {
      const found = target(path);
      return found === null ? null : basename(found);
    },
  };
}
