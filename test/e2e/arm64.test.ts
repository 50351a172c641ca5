/**
 * An ARM64 machine with UEFI (AAVMF) from power-on to the end of its inspection. Debian has no iPXE for it, so GRUB is
 * the first program. The site has no ramdisk for x86-64, and nothing says where the machine's console is: its
 * firmware does (ACPI's SPCR).
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildArm64Assets, buildAssets } from '../../scripts/assets.ts';
import { reach } from '../../scripts/demo/provision.ts';
import { type Rig, startRig } from '../../scripts/rig.ts';
import { machineRequestSchema } from '../../src/lab/records.ts';
import { labNode } from './lab-node.ts';

const NAME = 'e2e-arm64';

describe('an ARM64 machine', () => {
  let rig: Rig;
  let done = false;
  let log = '';
  let kinds: readonly string[] = [];
  let loaded: readonly string[] = [];

  beforeAll(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'ingot-arm64-'));
    const { image } = buildAssets();
    const { ramdiskDir, loadersDir } = buildArm64Assets();
    const machine = { name: NAME, firmware: 'uefi', arch: 'aarch64', disk_gib: 1, memory_mib: 1024 };
    rig = await startRig({
      dir: join(dir, 'lab'),
      assets: { image, ramdiskDir },
      machines: [machineRequestSchema.parse(machine)],
      boot: { secure_boot_dir: loadersDir, kernel_args: '' },
    });
    await rig.startDaemon();
    await rig.client.nodes.enroll(await labNode(rig));
    await reach(rig.client, NAME, { verb: 'manage', state: 'manageable' });
    await reach(rig.client, NAME, { verb: 'inspect', state: 'manageable' });
    log = await readFile(rig.lab.machines[0]?.console ?? '', 'latin1');
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

  it('is inspected by the agent, which names processor, disk and firmware', async () => {
    expect(log).toContain('ingot-agent: starts');
    const { inventory } = await rig.client.nodes.inventory(NAME);
    expect(inventory).toMatchObject({
      cpu: { architecture: 'aarch64' },
      boot: { current_boot_mode: 'uefi' },
      disks: [{ vendor: 'INGOT', size: 1024 ** 3 }],
    });
    const { properties } = await rig.client.nodes.get(NAME);
    expect(properties).toMatchObject({ cpu_arch: 'aarch64' });
  });
});
