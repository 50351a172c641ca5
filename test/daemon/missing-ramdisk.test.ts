/** What is said of ramdisks that are not there, of the site and of a node. */
import { mkdtemp, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { missingRamdisk, missingRamdiskOf, wholeRamdisks } from '../../src/daemon/missing-ramdisk.ts';
import { makeRamdisk } from '../rig/daemon.ts';

/** Debian 13's package ipxe. */
const DEBIAN = ['undionly.kpxe', 'snponly.efi', 'ipxe-arm64.efi'];
const ARM_GRUB = [...DEBIAN, 'arm64/grubaa64.efi'];
const ARM_IPXE = [...DEBIAN, 'arm64/snponly.efi'];

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ingot-missing-'));
});
afterEach(() => rm(dir, { recursive: true }));

const config = () => configSchema.parse({ state_dir: dir, networks: [], boot: { ramdisk_dir: 'r' } });
const x86 = () =>
  `vmlinuz and initrd.zst of the ramdisk are not in ${dir}/r: run "npm run ramdisk -- --into ${dir}/r"`;
const arm = () =>
  `vmlinuz and initrd.zst of the ramdisk for ARM64 machines are not in ${dir}/r/arm64/: run "npm run ramdisk -- --arch arm64 --into ${dir}/r"`;

type Case = {
  readonly there: readonly ('' | 'arm64')[];
  readonly programs: readonly string[];
  readonly site: readonly ('x86' | 'arm')[];
};

test.each<Case>([
  { there: [], programs: DEBIAN, site: ['x86'] },
  { there: [''], programs: DEBIAN, site: [] },
  { there: [''], programs: ARM_GRUB, site: ['arm'] },
  { there: [''], programs: ARM_IPXE, site: ['arm'] },
  { there: ['arm64'], programs: ARM_GRUB, site: [] },
  { there: ['', 'arm64'], programs: ARM_GRUB, site: [] },
  { there: [], programs: ARM_GRUB, site: ['x86', 'arm'] },
])(
  'with the ramdisks $there and the boot programs $programs the site lacks $site',
  async ({ there, programs, site }) => {
    for (const folder of there) await makeRamdisk(join(dir, 'r', folder));
    const sentences = { x86: x86(), arm: arm() };
    expect(missingRamdisk(config(), new Set(programs))).toEqual(site.map((one) => sentences[one]));
    expect(wholeRamdisks(config())).toHaveLength(there.length);
  },
);

test('half a ramdisk is told, also one that no boot program is for', async () => {
  await makeRamdisk(join(dir, 'r'));
  await unlink(join(await makeRamdisk(join(dir, 'r/arm64')), 'initrd.zst'));
  expect(missingRamdisk(config(), new Set(DEBIAN))).toEqual([
    expect.stringContaining(
      `initrd.zst of the ramdisk for ARM64 machines is not in ${dir}/r/arm64/: run "npm run ramdisk -- --arch arm64`,
    ),
  ]);
});

test('a node needs the ramdisk of its processor, and any while that is not known', async () => {
  const needs = (processor: unknown) => missingRamdiskOf(processor, config());
  await makeRamdisk(join(dir, 'r'));
  expect([needs('x86_64'), needs('aarch64'), needs(undefined)]).toEqual([[], [arm()], []]);
  await rm(join(dir, 'r'), { recursive: true });
  await makeRamdisk(join(dir, 'r/arm64'));
  expect([needs('x86_64'), needs('aarch64'), needs(undefined)]).toEqual([[x86()], [], []]);
  await rm(join(dir, 'r'), { recursive: true });
  expect(needs(undefined)).toEqual([x86()]);
});
