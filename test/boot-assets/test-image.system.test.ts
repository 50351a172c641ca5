/** The test image's recipe, and the image booted with Secure Boot (Debian: qemu-system-x86, ovmf, xorriso). */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bootMachine, ownFolder, recipe } from './support.ts';

const BUILD = { timeout: 900_000 };
const OVMF = '/usr/share/OVMF';

/** OVMF with Microsoft's keys, which refuses what they did not sign; it writes to a copy of its variables. */
function secureBoot(): string[] {
  const variables = join(ownFolder(), 'vars.fd');
  copyFileSync(join(OVMF, 'OVMF_VARS_4M.ms.fd'), variables);
  const flash = [`readonly=on,file=${join(OVMF, 'OVMF_CODE_4M.ms.fd')}`, `file=${variables}`];
  return [
    '-machine',
    'q35,smm=on',
    '-global',
    'ICH9-LPC.disable_s3=1',
    '-global',
    'driver=cfi.pflash01,property=secure,value=on',
    ...flash.flatMap((file) => ['-drive', `if=pflash,format=raw,${file}`]),
  ];
}

/** A config drive (OpenStack's layout, label config-2) that names the machine and lets it tell so. */
function configDrive(hostname: string): string {
  const folder = ownFolder();
  const latest = join(folder, 'drive/openstack/latest');
  mkdirSync(latest, { recursive: true });
  writeFileSync(
    join(latest, 'meta_data.json'),
    JSON.stringify({ uuid: 'b00f0000-0000-4000-8000-00000000000a', hostname }),
  );
  const report = 'echo "I am $(hostname), root has $(df --output=size -m / | tail -n 1) MiB" >/dev/ttyS0';
  writeFileSync(join(latest, 'user_data'), `#cloud-config\n${JSON.stringify({ runcmd: [report] })}\n`);
  const iso = join(folder, 'config.iso');
  execFileSync('xorriso', [
    '-as',
    'mkisofs',
    '-quiet',
    '-V',
    'config-2',
    '-J',
    '-R',
    '-o',
    iso,
    join(folder, 'drive'),
  ]);
  return iso;
}

test('the test image is told with its sha256', BUILD, () => {
  const { folder } = recipe('test-image');
  const [expected] = readFileSync(join(folder, 'SHA256SUMS'), 'utf8').split(' ');
  const [found] = execFileSync('sha256sum', [join(folder, 'disk.qcow2')], { encoding: 'utf8' }).split(' ');
  expect(found).toBe(expected);
});

// BIOS and UEFI without Secure Boot boot the same image in test/e2e.
test(
  'by Secure Boot the image boots, takes its name from the config drive and grows to the disk',
  BUILD,
  async () => {
    const disk = join(ownFolder(), 'disk.qcow2');
    const image = join(recipe('test-image').folder, 'disk.qcow2');
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', image, disk, '3G']);
    const machine = bootMachine([
      ...secureBoot(),
      '-drive',
      `file=${disk},if=virtio,format=qcow2`,
      '-drive',
      `file=${configDrive('node-seven')},if=virtio,format=raw,readonly=on`,
    ]);
    await expect
      .poll(machine.console, { timeout: 600_000, interval: 1000 })
      .toMatch(/I am node-seven, root has +(2[5-9]|3\d)\d\d MiB/);
    expect(machine.console()).toContain('UEFI Secure Boot is enabled');
  },
);
