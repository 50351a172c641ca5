/**
 * An ARM64 machine with UEFI (AAVMF), up to the kernel and initrd of its ramdisk. Debian has no iPXE for it, so GRUB is
 * the first program; the agent's own ramdisk is built for x86-64, so the initrd here only says that it was reached.
 */
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildArm64Assets, buildAssets } from '../../scripts/assets.ts';
import { reach } from '../../scripts/demo/provision.ts';
import { type Rig, startRig } from '../../scripts/rig.ts';
import { machineRequestSchema } from '../../src/lab/records.ts';
import { labNode, until } from './lab-node.ts';

const NAME = 'e2e-arm64';
const REACHED = 'ingot-arm64: aarch64 kernel';

describe('an ARM64 machine', () => {
  let rig: Rig;
  let done = false;
  let log = '';
  let kinds: readonly string[] = [];
  let loaded: readonly string[] = [];

  beforeAll(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'ingot-arm64-'));
    const assets = buildAssets();
    const arm64 = buildArm64Assets();
    const ramdiskDir = join(dir, 'ramdisk');
    await mkdir(ramdiskDir);
    for (const name of ['vmlinuz', 'initrd.zst'])
      await symlink(join(assets.ramdiskDir, name), join(ramdiskDir, name));
    await symlink(join(arm64, 'arm64'), join(ramdiskDir, 'arm64'));
    const machine = { name: NAME, firmware: 'uefi', arch: 'aarch64', disk_gib: 1, memory_mib: 1024 };
    rig = await startRig({
      dir: join(dir, 'lab'),
      assets: { ...assets, ramdiskDir },
      machines: [machineRequestSchema.parse(machine)],
      boot: { secure_boot_dir: arm64, kernel_args: 'console=ttyAMA0' },
    });
    await rig.startDaemon();
    await rig.client.nodes.enroll(await labNode(rig));
    await reach(rig.client, NAME, { verb: 'manage', state: 'manageable' });
    await rig.client.provision(NAME, 'inspect');
    await until('the initrd is reached', async () => {
      log = await readFile(rig.lab.machines[0]?.console ?? '', 'latin1').catch(() => '');
      return log.includes(REACHED);
    });
    const events = await rig.client.nodes.timeline(NAME, 1000);
    kinds = events.map((event) => event.kind);
    loaded = events.map((event) => event.message);
    done = true;
  });
  afterAll(async () => {
    await rig?.down({ keep: !done });
    if (done) await rm(join(rig.lab.dir, '..'), { recursive: true, force: true });
  });

  it('is given GRUB, its configuration, and the kernel and initrd of its own processor', () => {
    expect(log).toContain('Welcome to GRUB');
    expect(log).toContain(`ingot: ${NAME} loads its ramdisk by TFTP`);
    expect(log).toMatch(/Linux version .*aarch64|Booting Linux on physical CPU/);
    expect(log).toContain('BOOTIF=01-52-54-00-20-00-01');
    expect(loaded.join('\n')).toContain('arm64/grubaa64.efi');
  });

  it('shows the stages of its boot as any other machine does', () => {
    expect(kinds).toEqual(
      expect.arrayContaining(['dhcp.ack', 'tftp.done', 'boot.script', 'boot.kernel', 'boot.initrd']),
    );
    expect(kinds.filter((kind) => kind.endsWith('.failed'))).toEqual([]);
  });
});
