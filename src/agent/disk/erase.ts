/**
 * Cleaning disks: metadata (seconds), everything (as the disk can, else by overwriting), or the quick one of the two.
 */
import { AgentError, reasonOf } from '../base/agent-error.ts';
import type { Clock } from '../base/clock.ts';
import { type Run, runOk } from '../base/run.ts';
import type { Say } from '../base/say.ts';
import { type Disk, GIB, MIB } from './disk.ts';
import { withDisk, writeZeros } from './disk-io.ts';
import type { EraseSettings } from './erase-settings.ts';
import { rereadPartitions, stopArrays } from './kernel-view.ts';
import { eraseNvme, isNvme } from './nvme-erase.ts';
import type { Partition } from './partition-table.ts';
import { readTable } from './read-table.ts';

export type EraseTools = {
  readonly run: Run;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly say: Say;
  readonly settings: EraseSettings;
  readonly onProgress: (bytesDone: number, bytesTotal: number) => void;
};

/** Holds both GPTs and every RAID superblock that stands at an end (md 0.90/1.0, IMSM, DDF). */
const ENDS = 2 * MIB;
/** File system, LVM and bcache superblocks stand within this of a partition's start. */
const PARTITION_ENDS = MIB;
/** Zeroing goes in pieces of this, for progress. */
const PIECE = 8 * GIB;
const PIECE_TIMEOUT_MS = 3_600_000;
/** A pass over the largest disks of today, 30 TB at 150 MB/s, takes less. */
const PASS_TIMEOUT_MS = 72 * 3_600_000;

/** What is done to one disk. */
type Erase = (disk: Disk) => Promise<void>;

/** Does `erase` to every writable disk, then fails with all that went wrong: one bad disk must not hide the others. */
async function eraseEach(disks: readonly Disk[], tools: EraseTools, erase: Erase): Promise<void> {
  await stopArrays(tools);
  const failures: string[] = [];
  for (const disk of disks) {
    if (disk.readOnly) {
      tools.say('erase skips read-only disk', { disk: disk.name });
      continue;
    }
    try {
      await erase(disk);
      await rereadPartitions(disk.name, tools);
    } catch (error) {
      failures.push(`${disk.name}: ${reasonOf(error)}`);
    }
  }
  if (failures.length > 0) throw new AgentError('erase', `not erased: ${failures.join('; ')}`);
}

/** Removes every signature that firmware, kernel or cloud-init would find. Throws `erase`. */
export async function eraseMetadata(disks: readonly Disk[], tools: EraseTools): Promise<void> {
  await eraseEach(disks, tools, metadataEraser(tools));
}

/**
 * As fast as erasing can be and as thorough as that allows: disks that erase themselves are asked to, of the others
 * only the metadata goes. Throws `erase`.
 */
export async function eraseExpress(disks: readonly Disk[], tools: EraseTools): Promise<void> {
  const ofMetadata = metadataEraser(tools);
  await eraseEach(disks, tools, async (disk) => {
    const method = await bySelf(disk, tools);
    if (method === null) await ofMetadata(disk);
    else tools.say('disk erased', { disk: disk.name, method });
  });
}

function metadataEraser(tools: EraseTools): Erase {
  return async (disk) => {
    const partitions = (await readTable(disk))?.partitions ?? [];
    await runOk(tools.run, ['wipefs', '--all', '--force', disk.name]);
    await withDisk(disk.name, async (handle) => {
      for (const { offset, length } of metadataAreas(disk.size, partitions)) {
        await writeZeros(handle, offset, length);
      }
      await handle.sync();
    });
    tools.say('metadata erased', { disk: disk.name, partitions: partitions.length });
  };
}

type Area = { readonly offset: number; readonly length: number };

/** Both ends of the disk and of each partition, cut to the disk. */
function metadataAreas(size: number, partitions: readonly Partition[]): readonly Area[] {
  const ends = (area: Area, bytes: number): readonly Area[] => {
    const length = Math.min(bytes, area.length);
    return [
      { offset: area.offset, length },
      { offset: area.offset + area.length - length, length },
    ];
  };
  const inside = partitions
    .filter((partition) => partition.offset < size)
    .map((partition) => ({
      offset: partition.offset,
      length: Math.min(partition.length, size - partition.offset),
    }));
  return [
    ...inside.flatMap((partition) => ends(partition, PARTITION_ENDS)),
    ...ends({ offset: 0, length: size }, ENDS),
  ];
}

/** Erases all data of every disk. Throws `erase`; `invalid_params` for settings by which nothing would be erased. */
export async function eraseDevices(disks: readonly Disk[], tools: EraseTools): Promise<void> {
  const { passes, zeroize, skipReadOnly } = tools.settings;
  if (passes === 0 && !zeroize)
    throw new AgentError('invalid_params', 'neither a pass nor zeros are asked for: nothing would be erased');
  const kept = disks.filter((disk) => disk.readOnly).map((disk) => disk.name);
  if (kept.length > 0 && !skipReadOnly)
    throw new AgentError('erase', `${kept.join(', ')} cannot be written to, and so keeps its data`);
  const total = disks.reduce((sum, disk) => (disk.readOnly ? sum : sum + disk.size), 0);
  let before = 0;
  await eraseEach(disks, tools, async (disk) => {
    const method = (await bySelf(disk, tools)) ?? (await byOverwriting(disk, tools, { before, total }));
    before += disk.size;
    tools.onProgress(before, total);
    tools.say('disk erased', { disk: disk.name, method });
  });
}

/** How the disk has erased itself; null where it cannot, and where its failure does not matter. Throws `erase`. */
async function bySelf(disk: Disk, tools: EraseTools): Promise<string | null> {
  const { nvmeSecureErase, overwriteAfterFailure } = tools.settings;
  if (isNvme(disk)) {
    if (!nvmeSecureErase) return null;
    try {
      return await eraseNvme(disk, tools);
    } catch (error) {
      if (!overwriteAfterFailure) throw error;
      tools.say('disk could not erase itself', { disk: disk.name, because: reasonOf(error) });
      return null;
    }
  }
  if (disk.rotational) return null;
  const command = ['--force', '--secure', disk.name];
  const result = await tools.run('blkdiscard', command, { timeoutMs: PIECE_TIMEOUT_MS }).catch(() => null);
  return result?.code === 0 ? 'secure discard' : null;
}

type Count = { readonly before: number; readonly total: number };

async function byOverwriting(disk: Disk, tools: EraseTools, count: Count): Promise<string> {
  const { passes, zeroize } = tools.settings;
  if (passes > 0) {
    const command = ['shred', '-f', '-n', String(passes), disk.name] as const;
    await runOk(tools.run, command, { timeoutMs: passes * PASS_TIMEOUT_MS });
  }
  if (zeroize) await byZeros(disk, tools, count);
  return [...(passes > 0 ? [`${passes} random passes`] : []), ...(zeroize ? ['zeros'] : [])].join(', then ');
}

/** BLKZEROOUT: a plain discard does not promise that old data cannot be read. */
async function byZeros(disk: Disk, tools: EraseTools, count: Count): Promise<void> {
  for (let at = 0; at < disk.size; at += PIECE) {
    const length = Math.min(PIECE, disk.size - at);
    const range = ['--offset', String(at), '--length', String(length)] as const;
    await runOk(tools.run, ['blkdiscard', '--force', '--zeroout', ...range, disk.name], {
      timeoutMs: PIECE_TIMEOUT_MS,
    });
    tools.onProgress(count.before + at + length, count.total);
  }
}
