/** Making the firmware's boot entry for the deployed disk. */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentError } from '../base/agent-error.ts';
import { runOk } from '../base/run.ts';
import type { Disk } from '../disk/disk.ts';
import { rereadPartitions } from '../disk/kernel-view.ts';
import { isEsp } from '../disk/partition-table.ts';
import { readTable } from '../disk/read-table.ts';
import type { Machine } from '../extensions/machine.ts';
import {
  type EspFile,
  entriesWithLabel,
  findCsv,
  findLoader,
  type Loader,
  loaderOf,
  parseBootCsv,
} from './loader.ts';

/** The EFI system partition's files, from the folder that it is mounted at. */
async function espFiles(mounted: string): Promise<readonly EspFile[]> {
  const folder = async (path: string): Promise<readonly string[]> =>
    (await readdir(path).catch(() => [])).toSorted();
  const efi = (await folder(mounted)).find((name) => name.toLowerCase() === 'efi');
  if (efi === undefined) return [];
  const vendors = await folder(join(mounted, efi));
  const files = await Promise.all(
    vendors.map(async (vendor) =>
      (await folder(join(mounted, efi, vendor))).map((name) => ({ vendor, name })),
    ),
  );
  return files.flat();
}

/** The loader to boot: as the distribution's CSV says, else the best file. Null when there is none. */
export async function chooseLoader(mounted: string, architecture: string): Promise<Loader | null> {
  const files = await espFiles(mounted);
  const csv = findCsv(files, architecture);
  if (csv !== null) {
    const efi = (await readdir(mounted)).find((name) => name.toLowerCase() === 'efi') ?? 'EFI';
    const wish = parseBootCsv(await readFile(join(mounted, efi, csv.vendor, csv.name)));
    const file = files.find(
      (f) => f.vendor === csv.vendor && f.name.toLowerCase() === wish?.file.toLowerCase(),
    );
    if (wish !== null && file !== undefined) return loaderOf(file, wish.label);
  }
  return findLoader(files, architecture);
}

async function espNode(disk: Disk, number: number, machine: Machine): Promise<string> {
  const known = machine.partitionNode(disk.name, number);
  if (known !== null) return known;
  await rereadPartitions(disk.name, machine);
  const found = machine.partitionNode(disk.name, number);
  if (found !== null) return found;
  throw new AgentError(
    'bootloader',
    `the kernel shows no partition ${number} on ${disk.name} after re-reading its table`,
  );
}

async function withMounted<T>(
  node: string,
  machine: Machine,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = join(machine.runDir, 'esp');
  await mkdir(folder, { recursive: true });
  await runOk(machine.run, ['mount', '-t', 'vfat', '-o', 'ro', node, folder]);
  try {
    return await work(folder);
  } finally {
    await runOk(machine.run, ['umount', folder]);
    await rm(folder, { recursive: true, force: true });
  }
}

/** efibootmgr reads and writes boot entries through efivarfs; mounting it twice is harmless and says so. */
async function mountVariables(machine: Machine): Promise<void> {
  await machine
    .run('mount', ['-t', 'efivarfs', 'efivarfs', '/sys/firmware/efi/efivars'])
    .catch(() => undefined);
}

/** Makes the entry, first in the boot order; entries of the same name go. Throws `bootloader`. */
export async function installBootEntry(disk: Disk, architecture: string, machine: Machine): Promise<Loader> {
  const esp = (await readTable(disk))?.partitions.find(isEsp);
  if (esp === undefined) {
    throw new AgentError(
      'bootloader',
      `${disk.name} has no EFI partition: this image cannot boot in UEFI mode`,
    );
  }
  const node = await espNode(disk, esp.number, machine);
  const loader = await withMounted(node, machine, (folder) => chooseLoader(folder, architecture));
  if (loader === null) {
    throw new AgentError(
      'bootloader',
      `no boot loader for ${architecture} in the EFI partition ${node} (EFI/*/*.efi)`,
    );
  }
  await mountVariables(machine);
  const listing = await runOk(machine.run, ['efibootmgr', '-v']);
  for (const number of entriesWithLabel(listing, loader.label)) {
    await runOk(machine.run, ['efibootmgr', '-b', number, '-B']);
  }
  const place = ['-d', disk.name, '-p', String(esp.number), '-w'];
  await runOk(machine.run, ['efibootmgr', '-v', '-c', ...place, '-L', loader.label, '-l', loader.path]);
  machine.say('boot entry made', {
    disk: disk.name,
    partition: esp.number,
    label: loader.label,
    loader: loader.path,
  });
  return loader;
}
