/** The ramdisk's recipe (Debian: mmdebstrap and friends) and what it makes, booted (Debian: qemu-system-x86). */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { agentMark, MARK_FILE } from '../../src/daemon/ramdisk-mark.ts';
import { elfMachines, unpackInitrd } from './initrd.ts';
import { bootMachine, ownFolder, recipe } from './support.ts';

const BUILD = { timeout: 900_000 };

test.each([
  ['cloud', 60],
  ['generic', 120],
])('the ramdisk with the %s kernel has at most %d MB', BUILD, (flavour, limit) => {
  const { folder } = recipe('ramdisk', '--flavour', flavour);
  const bytes = ['vmlinuz', 'initrd.zst'].reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  expect(bytes).toBeGreaterThan(30e6);
  expect(bytes).toBeLessThanOrEqual(limit * 1e6);
});

test(
  'for ARM64 all programs, libraries and drivers are ARM64, and they are put into a folder',
  BUILD,
  async () => {
    const folder = ownFolder();
    const first = recipe('ramdisk', '--arch', 'arm64', '--into', folder);
    expect(first.folder).toBe(folder);
    // Again, over those that are there.
    recipe('ramdisk', '--arch', 'arm64', '--into', folder);
    const into = join(folder, 'arm64');
    expect(readdirSync(into).sort()).toEqual(['agent-mark', 'initrd.zst', 'vmlinuz']);
    expect(readFileSync(join(into, MARK_FILE), 'utf8').trim()).toBe(await agentMark());
    const kernel = readFileSync(join(into, 'vmlinuz'));
    // Documentation/arm64/booting.rst: the magic number of an image.
    expect(kernel.toString('latin1', 56, 60)).toBe('ARM\x64');
    const machines = elfMachines(unpackInitrd(join(into, 'initrd.zst')));
    const AARCH64 = 183; // elf.h
    expect([...machines].filter(([, machine]) => machine !== AARCH64)).toEqual([]);
    const paths = [...machines.keys()];
    expect(paths).toEqual(expect.arrayContaining(['usr/bin/node', 'usr/bin/busybox', 'usr/sbin/sgdisk']));
    expect(paths).toContain('usr/lib/aarch64-linux-gnu/libc.so.6');
    expect(paths.filter((path) => path.endsWith('.ko')).length).toBeGreaterThan(20);
  },
);

test('the cache of the recipe is no folder to put a ramdisk into', () => {
  const cache = join(import.meta.dirname, '../../.cache/ramdisk/0123456789abcdef');
  expect(() => recipe('ramdisk', '--into', cache)).toThrow(
    `${cache} is in the recipe's cache.\n  hint: name a folder of your own`,
  );
});

test(
  'a second call builds nothing and names the same folder, which is marked with the agent that is in it',
  BUILD,
  async () => {
    const first = recipe('ramdisk');
    const second = recipe('ramdisk');
    expect(second.folder).toBe(first.folder);
    expect(second.said).not.toContain('building');
    expect(readFileSync(join(first.folder, MARK_FILE), 'utf8').trim()).toBe(await agentMark());
  },
);

test(
  'the ramdisk boots to the agent, tells each stage on the serial console, and heeds the power button',
  BUILD,
  async () => {
    const { folder } = recipe('ramdisk');
    const line = 'console=tty0 console=ttyS0 BOOTIF=01-52-54-00-aa-bb-01 ipa-api-url=http://10.0.2.2:6180';
    const machine = bootMachine([
      '-kernel',
      join(folder, 'vmlinuz'),
      '-initrd',
      join(folder, 'initrd.zst'),
      '-append',
      line,
      '-drive',
      'driver=null-co,size=1G,if=virtio,read-zeroes=on',
    ]);
    const comesTo = (stage: string): Promise<void> =>
      expect.poll(machine.console, { timeout: 240_000, interval: 500, message: stage }).toContain(stage);
    const stages = [
      'ingot-ramdisk: kernel 6',
      'ingot-ramdisk: drivers loaded, 1 disk(s)',
      '(52:54:00:aa:bb:01)',
      'ingot-ramdisk: network up 10.0.2.15',
      'ingot-ramdisk: agent starts',
      'ingot-agent: starts api=http://10.0.2.2:6180 bootif=52:54:00:aa:bb:01',
    ];
    for (const stage of stages) await comesTo(stage);
    machine.pressPowerButton();
    await comesTo('ingot-ramdisk: power button, switching off');
    await expect.poll(machine.isOff, { timeout: 60_000, interval: 500 }).toBe(true);
  },
);
