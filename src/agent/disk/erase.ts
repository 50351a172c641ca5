/** Cleaning disks: metadata (seconds) or everything (as fast as the disk can). */
import { AgentError, reasonOf } from '../base/agent-error.ts';
import { type Run, runOk } from '../base/run.ts';
import type { Say } from '../base/say.ts';
import { type Disk, GIB, MIB } from './disk.ts';
import { withDisk, writeZeros } from './disk-io.ts';
import { rereadPartitions, stopArrays } from './kernel-view.ts';
import type { Partition } from './partition-table.ts';
import { readTable } from './read-table.ts';

export type EraseTools = {
  readonly run: Run;
  readonly say: Say;
  readonly onProgress: (bytesDone: number, bytesTotal: number) => void;
};

/** Holds both GPTs and every RAID superblock that stands at an end (md 0.90/1.0, IMSM, DDF). */
const ENDS = 2 * MIB;
/** File system, LVM and bcache superblocks stand within this of a partition's start. */
const PARTITION_ENDS = MIB;
/** Zeroing goes in pieces of this, for progress. */
const PIECE = 8 * GIB;
const PIECE_TIMEOUT_MS = 3_600_000;

/** Does `erase` to every writable disk, then fails with all that went wrong: one bad disk must not hide the others. */
async function eraseEach(
  disks: readonly Disk[],
  tools: EraseTools,
  erase: (disk: Disk) => Promise<void>,
): Promise<void> {
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
  await eraseEach(disks, tools, async (disk) => {
    const partitions = (await readTable(disk))?.partitions ?? [];
    await runOk(tools.run, ['wipefs', '--all', '--force', disk.name]);
    await withDisk(disk.name, async (handle) => {
      for (const { offset, length } of metadataAreas(disk.size, partitions)) {
        await writeZeros(handle, offset, length);
      }
      await handle.sync();
    });
    tools.say('metadata erased', { disk: disk.name, partitions: partitions.length });
  });
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

/** Ways to erase a whole disk, best first; the last one works on every disk. */
const WHOLE_DISK = [
  {
    name: 'nvme format',
    fits: (disk: Disk) => /^\/dev\/nvme/.test(disk.name),
    command: (disk: Disk) => ['nvme', 'format', disk.name, '--ses=1', '--force'] as const,
  },
  {
    name: 'secure discard',
    fits: (disk: Disk) => !disk.rotational,
    command: (disk: Disk) => ['blkdiscard', '--force', '--secure', disk.name] as const,
  },
] as const;

/** Erases all data of every disk. Throws `erase`. */
export async function eraseDevices(disks: readonly Disk[], tools: EraseTools): Promise<void> {
  const total = disks.reduce((sum, disk) => (disk.readOnly ? sum : sum + disk.size), 0);
  let before = 0;
  await eraseEach(disks, tools, async (disk) => {
    const method = (await byTheDisk(disk, tools)) ?? (await byZeros(disk, tools, { before, total }));
    before += disk.size;
    tools.onProgress(before, total);
    tools.say('disk erased', { disk: disk.name, method });
  });
}

async function byTheDisk(disk: Disk, tools: EraseTools): Promise<string | null> {
  for (const method of WHOLE_DISK.filter(({ fits }) => fits(disk))) {
    const [program, ...args] = method.command(disk);
    const result = await tools.run(program, args, { timeoutMs: PIECE_TIMEOUT_MS }).catch(() => null);
    if (result?.code === 0) return method.name;
  }
  return null;
}

/** BLKZEROOUT: a plain discard does not promise that old data cannot be read. */
async function byZeros(
  disk: Disk,
  tools: EraseTools,
  count: { before: number; total: number },
): Promise<string> {
  for (let at = 0; at < disk.size; at += PIECE) {
    const length = Math.min(PIECE, disk.size - at);
    const range = ['--offset', String(at), '--length', String(length)] as const;
    await runOk(tools.run, ['blkdiscard', '--force', '--zeroout', ...range, disk.name], {
      timeoutMs: PIECE_TIMEOUT_MS,
    });
    tools.onProgress(count.before + at + length, count.total);
  }
  return 'zeros';
}
