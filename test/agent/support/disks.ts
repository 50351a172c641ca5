/** Disks for the tests: made-up descriptions, and plain files in a folder of their own. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Disk, GIB } from '../../../src/agent/disk/disk.ts';

/** A disk of 480 GiB with everything a hint can name; `facts` replace what the test is about. */
export function disk(facts: Partial<Disk> = {}): Disk {
  return {
    name: '/dev/sda',
    model: 'SAMSUNG MZ7LH480',
    size: 480 * GIB,
    rotational: false,
    wwn: '0x5002538e1',
    serial: 'S45NNA0M1',
    vendor: 'ATA',
    wwn_with_extension: '0x5002538e10000001',
    wwn_vendor_extension: '0x10000001',
    hctl: '0:0:0:0',
    by_path: '/dev/disk/by-path/pci-0000:00:1f.2-ata-1',
    sectorSize: 512,
    readOnly: false,
    zeroesOffloaded: false,
    ...facts,
  };
}

/** A folder that goes away with the test. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ingot-agent-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A disk that is a sparse file, filled with `fill` in its first bytes if given: old data. */
export function fileDisk(
  size: number,
  facts: { readonly fill?: number; readonly folder?: string } = {},
): Disk {
  const name = join(facts.folder ?? tempFolder(), 'disk.img');
  writeFileSync(name, facts.fill === undefined ? '' : Buffer.alloc(size, facts.fill));
  truncateSync(name, size);
  return disk({ name, size });
}
