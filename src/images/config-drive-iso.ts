import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { IngotError } from '../errors.ts';
import type { DriveFiles } from './config-drive-parts.ts';

/** cloud-init finds the drive by this label (cloud-init docs, "Config drive"). */
const LABEL = 'config-2';
/** The most that Ironic's agent takes. */
const CONFIG_DRIVE_MAX_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 60_000;

/** Rock Ridge and Joliet names; on the drive everything belongs to root, for root's eyes only. */
const XORRISO_ARGS = ['-as', 'mkisofs', '-quiet', '-V', LABEL, '-J', '-R'];
const ROOT_ONLY = ['-uid', '0', '-gid', '0', '-dir-mode', '0700', '-file-mode', '0600'];

/**
 * An ISO 9660 image with these files, made by Debian's xorriso in a folder below `workDir` that only we can read
 * and that is gone afterwards. Rejects with `too_large` above 64 MiB, `missing_program` without xorriso.
 */
export async function makeConfigDriveIso(files: DriveFiles, workDir: string): Promise<Buffer> {
  const bytes = Object.values(files).reduce((sum, content) => sum + Buffer.byteLength(content), 0);
  if (bytes > CONFIG_DRIVE_MAX_BYTES) throw tooLarge(bytes);
  // mkdtemp makes the folder with mode 0700.
  const folder = await mkdtemp(join(workDir, 'config-drive-'));
  try {
    const root = join(folder, 'root');
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content, { mode: 0o600 });
    }
    const image = join(folder, 'config-2.iso');
    await runXorriso([...XORRISO_ARGS, ...ROOT_ONLY, '-o', image, root]);
    const { size } = await stat(image);
    if (size > CONFIG_DRIVE_MAX_BYTES) throw tooLarge(size);
    return await readFile(image);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runXorriso(args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)('xorriso', args, { timeout: TIMEOUT_MS, maxBuffer: 1024 * 1024 });
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (missing)
      throw new IngotError(
        'missing_program',
        'config drives are made by the program xorriso, which is not installed',
        {
          hint: 'apt-get install xorriso',
          cause: error,
        },
      );
    const said =
      error instanceof Error && 'stderr' in error ? String(error.stderr).trim().slice(-500) : String(error);
    throw new IngotError('environment', `xorriso could not make the config drive: ${said}`, {
      hint: 'Check that there is free space below state_dir.',
      cause: error,
    });
  }
}

function tooLarge(bytes: number): IngotError {
  const mib = (value: number): string => `${Math.ceil(value / (1024 * 1024))} MiB`;
  return new IngotError(
    'too_large',
    `the config drive has ${mib(bytes)}, more than ${mib(CONFIG_DRIVE_MAX_BYTES)}`,
    {
      hint: 'Shorten user_data: let the machine fetch large files itself.',
    },
  );
}
