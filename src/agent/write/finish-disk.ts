/** After the image: GPT moved to the disk's end, the config drive's partition made and filled. */
import { AgentError } from '../base/agent-error.ts';
import { type Run, runOk } from '../base/run.ts';
import type { Say } from '../base/say.ts';
import { type Disk, MIB } from '../disk/disk.ts';
import { withDisk, writeAll, writeZeros } from '../disk/disk-io.ts';
import { rereadPartitions } from '../disk/kernel-view.ts';
import type { PartitionTable } from '../disk/partition-table.ts';
import { readTable } from '../disk/read-table.ts';

export type FinishTools = { readonly run: Run; readonly say: Say };

export type Place = { readonly offset: number; readonly length: number };

const CONFIG_DRIVE_NAME = 'config-2';
const MOST_MBR_PARTITIONS = 4;

/** Where a partition of `bytes` fits at the end, in whole MiB; throws `config_drive` when it does not. */
export function placeAtEnd(table: PartitionTable, bytes: number): Place {
  const length = Math.ceil(bytes / MIB) * MIB;
  const offset = Math.floor((table.usableEnd - length) / MIB) * MIB;
  const taken = Math.max(table.usableStart, ...table.partitions.map((p) => p.offset + p.length));
  if (offset < taken) {
    throw new AgentError(
      'config_drive',
      `no room for a config drive of ${length / MIB} MiB: partitions reach to byte ${taken} of ${table.usableEnd}. ` +
        'Use a larger disk or an image whose last partition leaves room',
    );
  }
  if (table.scheme === 'mbr' && table.partitions.length >= MOST_MBR_PARTITIONS) {
    throw new AgentError(
      'config_drive',
      'the image has four MBR partitions already: make the image with a GPT',
    );
  }
  return { offset, length };
}

/**
 * Throws `image_write` when the image has no partition table that this disk's firmware could read, and
 * `config_drive` when there is no room for it.
 */
export async function finishDisk(disk: Disk, configDrive: Buffer | null, tools: FinishTools): Promise<void> {
  const written = await readTable(disk);
  if (written === null) {
    throw new AgentError(
      'image_write',
      `the image has no partition table that fits ${disk.name} with its sectors of ${disk.sectorSize} bytes: ` +
        'use a whole-disk image made for that sector size',
    );
  }
  if (written.scheme === 'gpt') await runOk(tools.run, ['sgdisk', '--move-second-header', disk.name]);
  const table = (await readTable(disk)) ?? written;
  if (configDrive !== null) await addConfigDrive({ disk, table, configDrive }, tools);
  await rereadPartitions(disk.name, tools);
  tools.say('partitions ready', {
    disk: disk.name,
    scheme: table.scheme,
    config_drive: configDrive !== null,
  });
}

async function addConfigDrive(
  task: { readonly disk: Disk; readonly table: PartitionTable; readonly configDrive: Buffer },
  tools: FinishTools,
): Promise<void> {
  const { disk, table, configDrive } = task;
  const place = placeAtEnd(table, configDrive.length);
  const first = place.offset / table.sectorSize;
  const sectors = place.length / table.sectorSize;
  if (table.scheme === 'gpt') {
    const range = `0:${first}:${first + sectors - 1}`;
    const name = `0:${CONFIG_DRIVE_NAME}`;
    await runOk(tools.run, ['sgdisk', '-a', '1', '-n', range, '-t', '0:8300', '-c', name, disk.name]);
  } else {
    const input = `start=${first}, size=${sectors}, type=83\n`;
    await runOk(tools.run, ['sfdisk', '--append', '--force', '--no-reread', disk.name], { input });
  }
  // Through the whole disk, at its offset: the kernel may not show the new partition yet.
  await withDisk(disk.name, async (handle) => {
    await writeAll(handle, configDrive, place.offset);
    await writeZeros(handle, place.offset + configDrive.length, place.length - configDrive.length);
    await handle.sync();
  });
}
