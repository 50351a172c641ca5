/** Foreign programs of the system tests: loop devices, GPT images, config drives. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { type Disk, MIB } from '../../../src/agent/disk/disk.ts';
import { fileDisk, tempFolder } from './disks.ts';

export function program(command: string, ...args: readonly string[]): string {
  return execFileSync(command, [...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A block device over a sparse file full of old data; detached when the test ends. */
export function loopDisk(size: number, facts: Partial<Disk> = {}): Disk {
  const backing = fileDisk(size, { fill: 0xdd });
  const name = program('losetup', '--find', '--show', backing.name).trim();
  onTestFinished(() => {
    program('losetup', '--detach', name);
  });
  return { ...backing, name, ...facts };
}

/** A GPT image as distributions make it: root in slot 1 behind an EFI partition in slot 15, by sgdisk. */
export function gptImage(size: number): Buffer {
  const path = join(tempFolder(), 'image.raw');
  writeFileSync(path, '');
  truncateSync(path, size);
  program('sgdisk', '-n', '15:1M:+1M', '-t', '15:ef00', '-c', '15:efi', '-n', '1:2M:0', '-c', '1:root', path);
  const image = readFileSync(path);
  image.fill('root file system ', 2 * MIB, 3 * MIB);
  return image;
}

/** A real config drive by genisoimage, as base64 of gzip. */
export function isoConfigDrive(hostname: string): string {
  const folder = tempFolder();
  const latest = join(folder, 'content', 'openstack', 'latest');
  mkdirSync(latest, { recursive: true });
  writeFileSync(join(latest, 'meta_data.json'), JSON.stringify({ uuid: 'u', hostname }));
  const iso = join(folder, 'config.iso');
  program('genisoimage', '-quiet', '-R', '-V', 'config-2', '-o', iso, join(folder, 'content'));
  return gzipSync(readFileSync(iso)).toString('base64');
}

export type ListedPartition = {
  readonly number: number;
  readonly first: number;
  readonly last: number;
  readonly name: string;
};

/** What sgdisk lists, after it verified both tables. */
export function listPartitions(path: string): {
  readonly verified: boolean;
  readonly partitions: readonly ListedPartition[];
} {
  const rows = program('sgdisk', '--print', path).split('\n');
  const partitions = rows.flatMap((row) => {
    const [, number, first, last, name = ''] =
      /^\s+(\d+)\s+(\d+)\s+(\d+)\s+\S+ \S+\s+[0-9A-F]{4}\s*(.*)$/.exec(row) ?? [];
    if (number === undefined) return [];
    return [{ number: Number(number), first: Number(first), last: Number(last), name }];
  });
  return { verified: program('sgdisk', '--verify', path).includes('No problems found'), partitions };
}
