/** Telling the kernel (and udev) that a partition table changed. Plain files, as in tests, need none of it. */
import { stat } from 'node:fs/promises';
import type { Run } from '../base/run.ts';
import type { Say } from '../base/say.ts';

export async function isBlockDevice(path: string): Promise<boolean> {
  return (await stat(path)).isBlockDevice();
}

/**
 * Stops software RAIDs that udev put together from old metadata: they would keep their disks busy. Without mdadm
 * in the ramdisk there are none.
 */
export async function stopArrays(tools: { readonly run: Run; readonly say: Say }): Promise<void> {
  const result = await tools.run('mdadm', ['--stop', '--scan']).catch(() => null);
  if (result !== null && result.code !== 0)
    tools.say('old RAID not stopped', { because: result.stderr.trim() });
}

/**
 * Re-reads the table and waits for udev, both as well as can be: what was written is written, and the
 * partition nodes are needed by `image.install_bootloader` only, which looks for them itself.
 */
export async function rereadPartitions(
  path: string,
  tools: { readonly run: Run; readonly say: Say },
): Promise<void> {
  if (!(await isBlockDevice(path))) return;
  const commands = [
    ['blockdev', '--flushbufs', path],
    ['blockdev', '--rereadpt', path],
    ['udevadm', 'settle', '--timeout=10'],
  ] as const;
  for (const [program, ...args] of commands) {
    const result = await tools
      .run(program, args)
      .catch((error: unknown) => ({ code: -1, stderr: String(error) }));
    if (result.code !== 0)
      tools.say('kernel view not refreshed', { program, disk: path, because: result.stderr.trim() });
  }
}
