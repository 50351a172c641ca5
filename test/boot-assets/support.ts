/** Running the recipes and booting what they made, under QEMU's plain emulation (TCG), without any network. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const PROJECT = join(import.meta.dirname, '../..');

/** What a recipe printed: the folder it made, and what it said on the way. */
export function recipe(name: 'ramdisk' | 'test-image', ...args: string[]): { folder: string; said: string } {
  const script = join(PROJECT, 'boot-assets', name, 'build.sh');
  const { status, stdout, stderr } = spawnSync('sh', [script, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name}/build.sh failed with code ${status}:\n${stderr}`);
  return { folder: stdout.trim(), said: stderr };
}

export function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ingot-boot-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export type BootedMachine = {
  console(): string;
  pressPowerButton(): void;
  isOff(): boolean;
};

/** A virtual machine with a NIC at 52:54:00:aa:bb:01 whose network is QEMU's own (DHCP, nothing beyond). */
export function bootMachine(args: readonly string[]): BootedMachine {
  const serial = join(ownFolder(), 'console');
  const machine = [
    '-accel',
    'tcg,thread=multi',
    '-cpu',
    'max',
    '-m',
    '1024',
    '-smp',
    '2',
    '-display',
    'none',
  ];
  const nic = [
    '-netdev',
    'user,id=n,restrict=on',
    '-device',
    'virtio-net-pci,netdev=n,mac=52:54:00:aa:bb:01',
  ];
  const child = spawn(
    'qemu-system-x86_64',
    [...machine, ...nic, '-no-reboot', '-serial', `file:${serial}`, '-monitor', 'stdio', ...args],
    { stdio: ['pipe', 'ignore', 'ignore'] },
  );
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return {
    pressPowerButton: () => void child.stdin.write('system_powerdown\n'),
    isOff: () => child.exitCode !== null,
    console: () => {
      try {
        return readFileSync(serial, 'latin1');
      } catch {
        return '';
      }
    },
  };
}
