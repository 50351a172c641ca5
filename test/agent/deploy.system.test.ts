import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AgentError } from '../../src/agent/base/agent-error.ts';
import { type Disk, MIB } from '../../src/agent/disk/disk.ts';
import { readAt } from '../../src/agent/disk/disk-io.ts';
import { eraseDevices, eraseExpress, eraseMetadata } from '../../src/agent/disk/erase.ts';
import { eraseSettingsOf } from '../../src/agent/disk/erase-settings.ts';
import { readTable } from '../../src/agent/disk/read-table.ts';
import { deployCommands } from '../../src/agent/extensions/deploy.ts';
import { createDeployedDisk } from '../../src/agent/extensions/deployed-disk.ts';
import { fileDisk, tempFolder } from './support/disks.ts';
import { imageServer } from './support/image-server.ts';
import { configDriveText, imageInfo, mbrImage, sha256 } from './support/images.ts';
import { gptImage, isoConfigDrive, listPartitions, loopDisk, program } from './support/loop.ts';
import { testMachine } from './support/machine.ts';

const IMAGE_SIZE = 16 * MIB;
const DISK_SIZE = 64 * MIB;

/** Runs the deploy step `write_image` as Ironic calls it, on a machine with these disks. */
async function deploy(
  disks: readonly Disk[],
  image: Buffer,
  more: { args?: object; info?: object; node?: object } = {},
): Promise<unknown> {
  const server = await imageServer(image);
  const machine = testMachine({ fixedDisks: disks });
  const step = deployCommands(machine, createDeployedDisk(machine.runDir))['deploy.execute_deploy_step'];
  const args = { image_info: imageInfo(image, server.url, more.info), ...more.args };
  const params = {
    step: { interface: 'deploy', step: 'write_image', args },
    node: more.node ?? {},
    ports: [],
  };
  const hints = { properties: { root_device: { name: disks[0]?.name } } };
  return step?.run({ ...params, node: more.node ?? hints }, { onProgress: () => undefined });
}

/** The config drive's file as a foreign program (isoinfo) reads it out of the partition. */
function metaDataIn(disk: Disk, first: number, last: number): string {
  const iso = join(tempFolder(), 'config.iso');
  writeFileSync(iso, readFileSync(disk.name).subarray(first * 512, (last + 1) * 512));
  expect(program('blkid', '-p', '-o', 'value', '-s', 'LABEL', iso).trim()).toBe('config-2');
  return program('isoinfo', '-R', '-i', iso, '-x', '/openstack/latest/meta_data.json');
}

describe.each<[string, (size: number) => Disk]>([
  ['a plain file', (size) => fileDisk(size, { fill: 0xdd })],
  ['a loop device that is written to', (size) => loopDisk(size)],
  ['a loop device that zeroes by itself', (size) => loopDisk(size, { zeroesOffloaded: true })],
])('a GPT image deployed to %s', (_, makeDisk) => {
  it('has its backup table at the end of the disk and a config drive that cloud-init will find', async () => {
    const disk = makeDisk(DISK_SIZE);
    const image = gptImage(IMAGE_SIZE);
    const configdrive = isoConfigDrive('node-1');
    const extents = [
      [0, 4 * MIB],
      [IMAGE_SIZE - MIB, MIB],
    ];
    const result = await deploy([disk], image, { args: { configdrive }, info: { ingot_extents: extents } });
    expect(result).toMatchObject({ deploy_result: {}, deploy_step: { args: { configdrive: '******' } } });
    const { verified, partitions } = listPartitions(disk.name);
    expect(verified).toBe(true);
    expect(partitions.map(({ number, name }) => [number, name])).toEqual([
      [1, 'root'],
      [2, 'config-2'],
      [15, 'efi'],
    ]);
    const drive = partitions.find(({ name }) => name === 'config-2');
    expect((drive?.last ?? 0) * 512).toBeGreaterThan(DISK_SIZE - 3 * MIB);
    expect(metaDataIn(disk, drive?.first ?? 0, drive?.last ?? 0)).toContain('"hostname":"node-1"');
    // Everything between the two tables is the image's, gaps included.
    const written = await readAt(disk.name, MIB, IMAGE_SIZE - 2 * MIB);
    expect(sha256(written)).toBe(sha256(image.subarray(MIB, IMAGE_SIZE - MIB)));
  });
});

describe('an MBR image', () => {
  it('gets its config drive in a new partition at the end', async () => {
    const disk = fileDisk(DISK_SIZE, { fill: 0xdd });
    await deploy([disk], mbrImage(IMAGE_SIZE), { args: { configdrive: isoConfigDrive('node-2') } });
    const { partitiontable } = JSON.parse(program('sfdisk', '--json', disk.name));
    const drive = partitiontable.partitions[1];
    expect(partitiontable.partitions).toHaveLength(2);
    expect(drive).toMatchObject({ start: (DISK_SIZE - MIB) / 512, size: MIB / 512, type: '83' });
    expect(metaDataIn(disk, drive.start, drive.start + drive.size - 1)).toContain('node-2');
  });
});

describe('a deployment is refused', () => {
  const failure = (work: Promise<unknown>): Promise<AgentError> =>
    work.then(
      () => Promise.reject(new Error('was not refused')),
      (error: AgentError) => error,
    );

  it('when the hint fits two disks, and neither is touched', async () => {
    const disks = [fileDisk(DISK_SIZE, { fill: 0xdd }), fileDisk(DISK_SIZE, { fill: 0xdd })];
    const node = { properties: { root_device: { model: 'samsung' } } };
    const error = await failure(deploy(disks, gptImage(IMAGE_SIZE), { node }));
    expect(error.toWire()).toMatchObject({ type: 'DeviceAmbiguous', code: 409 });
    for (const disk of disks)
      expect(readFileSync(disk.name).equals(Buffer.alloc(DISK_SIZE, 0xdd))).toBe(true);
  });

  it('when the config drive is broken, and the disk is not touched', async () => {
    const disk = fileDisk(DISK_SIZE, { fill: 0xdd });
    const error = await failure(
      deploy([disk], gptImage(IMAGE_SIZE), { args: { configdrive: configDriveText('cidata') } }),
    );
    expect(error.kind).toBe('config_drive');
    expect(readFileSync(disk.name).equals(Buffer.alloc(DISK_SIZE, 0xdd))).toBe(true);
  });

  it('when the image has no partition table', async () => {
    const error = await failure(deploy([fileDisk(DISK_SIZE)], Buffer.alloc(IMAGE_SIZE, 1)));
    expect(error.message).toMatch(
      /the image has no partition table that fits .* sectors of 512 bytes: use a whole-disk image/,
    );
  });

  it('when the partitions leave no room for the config drive', async () => {
    const disk = fileDisk(IMAGE_SIZE);
    const error = await failure(
      deploy([disk], gptImage(IMAGE_SIZE), { args: { configdrive: isoConfigDrive('n') } }),
    );
    expect(error.message).toMatch(/^no room for a config drive of 1 MiB/);
  });

  it('when the disk is mounted or otherwise in use', async () => {
    const disk = loopDisk(DISK_SIZE);
    const { open } = await import('node:fs/promises');
    const { O_RDONLY, O_EXCL } = (await import('node:fs')).constants;
    const holder = await open(disk.name, O_RDONLY | O_EXCL);
    try {
      const error = await failure(deploy([disk], gptImage(IMAGE_SIZE)));
      expect(error.message).toMatch(
        /cannot be opened for writing: EBUSY.*Is it mounted or part of a RAID or LVM set\?/,
      );
    } finally {
      await holder.close();
    }
  });
});

describe('cleaning', () => {
  async function cleanedDisk(
    erase: typeof eraseMetadata,
  ): Promise<{ disk: Disk; progress: readonly number[] }> {
    const disk = loopDisk(DISK_SIZE);
    await deploy([disk], gptImage(IMAGE_SIZE), { args: { configdrive: isoConfigDrive('old') } });
    expect(await readTable(disk)).not.toBeNull();
    const { run, clock, say } = testMachine();
    const progress: number[] = [];
    const settings = eraseSettingsOf({});
    await erase([disk], { run, clock, say, settings, onProgress: (done) => progress.push(done) });
    return { disk, progress };
  }

  it('of metadata leaves no partition table and no label for anybody to find', async () => {
    const { disk } = await cleanedDisk(eraseMetadata);
    expect(program('wipefs', '--noheadings', disk.name)).toBe('');
    expect((await readAt(disk.name, DISK_SIZE - 2 * MIB, 2 * MIB)).equals(Buffer.alloc(2 * MIB))).toBe(true);
    expect(readFileSync(disk.name).includes('config-2')).toBe(false);
  });

  it('of devices leaves only zeros, and tells how far it is', async () => {
    const { disk, progress } = await cleanedDisk(eraseDevices);
    expect(readFileSync(disk.name).equals(Buffer.alloc(DISK_SIZE))).toBe(true);
    expect(progress.at(-1)).toBe(DISK_SIZE);
  });

  it('in a hurry leaves no metadata on a disk that cannot erase itself', async () => {
    const { disk } = await cleanedDisk(eraseExpress);
    expect(program('wipefs', '--noheadings', disk.name)).toBe('');
    expect(readFileSync(disk.name).equals(Buffer.alloc(DISK_SIZE))).toBe(false);
  });

  it('goes on with the other disks when one fails, and then names it', async () => {
    const good = loopDisk(DISK_SIZE);
    await deploy([good], gptImage(IMAGE_SIZE));
    const { run, clock, say } = testMachine();
    const bad = { ...good, name: '/dev/ingot-no-such-disk' };
    const failed = eraseMetadata([bad, good], {
      run,
      clock,
      say,
      settings: eraseSettingsOf({}),
      onProgress: () => undefined,
    });
    await expect(failed).rejects.toThrow(/^not erased: \/dev\/ingot-no-such-disk: /);
    expect(await readTable(good)).toBeNull();
  });
});
