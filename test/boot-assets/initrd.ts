/** Looking into an initrd that the recipe made (Debian: zstd, libarchive-tools). */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownFolder } from './support.ts';

/** RFC 8878, section 3.1.1. */
const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const ELF_MAGIC = Buffer.from('\x7fELF', 'latin1');
const ELF_MACHINE_AT = 18;

/** The second of its two archives, everything but the agent, in a folder of its own. */
export function unpackInitrd(initrd: string): string {
  const bytes = readFileSync(initrd);
  const folder = ownFolder();
  const compressed = join(folder, 'base.cpio.zst');
  writeFileSync(compressed, bytes.subarray(bytes.indexOf(ZSTD_MAGIC)));
  const root = join(folder, 'root');
  execFileSync('sh', ['-c', 'mkdir "$2" && zstd -dcq "$1" | bsdtar -C "$2" -xf -', 'sh', compressed, root]);
  return root;
}

/** For which machine each ELF file below that folder is (`e_machine`), by its path in it. */
export function elfMachines(root: string): ReadonlyMap<string, number> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.flatMap((file): [string, number][] => {
      const path = join(file.parentPath, file.name);
      const head = headOf(path);
      const isElf = head.subarray(0, ELF_MAGIC.length).equals(ELF_MAGIC);
      return isElf ? [[path.slice(root.length + 1), head.readUInt16LE(ELF_MACHINE_AT)]] : [];
    }),
  );
}

function headOf(path: string): Buffer {
  const head = Buffer.alloc(ELF_MACHINE_AT + 2);
  const file = openSync(path, 'r');
  readSync(file, head);
  closeSync(file);
  return head;
}
