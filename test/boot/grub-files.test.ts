import { describe, expect, test } from 'vitest';
import { asBootStage, grubFiles } from '../../src/boot/grub-files.ts';
import { entry, ipv4, MAC, SITE } from './fixtures.ts';

const known = new Map([[MAC, entry('ramdisk')]]);
const files = grubFiles({
  bootEntry: (mac) => known.get(mac) ?? null,
  site: SITE,
  kernelArgs: '',
});
const textOf = (name: string): string | undefined => {
  const content = files.get(name);
  return content === undefined ? undefined : Buffer.from(content).toString();
};

describe('what TFTP has for GRUB', () => {
  test('is a configuration that leads on by the MAC address', () => {
    expect(textOf('grub/grub.cfg')).toContain('grub.cfg-01-$net_default_mac');
  });

  test('is made from the boot table at the moment when it is asked for', () => {
    const name = 'grub/grub.cfg-01-52:54:00:ab:cd:ef';
    expect(textOf(name)).toContain('rack1-07 loads its ramdisk');
    known.set(MAC, entry('disk'));
    expect(textOf(name)).toContain('rack1-07 boots from its own disk');
    known.delete(MAC);
    expect(textOf(name)).toContain('ingot does not know');
  });

  test.each(['grub/../secret', 'initrd.zst', 'grub/grub.cfg-01-..', 'grub', ''])(
    'is nothing else: %j',
    (name) => {
      expect(files.get(name)).toBeUndefined();
    },
  );
});

describe('a file loaded whole by TFTP', () => {
  const fact = {
    kind: 'tftp.done',
    at: 0,
    mac: null,
    address: ipv4('10.20.1.1'),
    bytes: 5,
    sentence: 'loaded it',
  } as const;
  test.each([
    ['vmlinuz', 'boot.kernel', null],
    ['initrd.zst', 'boot.initrd', null],
    ['arm64/vmlinuz', 'boot.kernel', null],
    ['grub/grub.cfg-01-52:54:00:ab:cd:ef', 'boot.script', MAC],
    ['grub/grub.cfg', 'tftp.done', null],
    ['shimx64.efi', 'tftp.done', null],
  ])('%s is the stage %s of the boot', (file, kind, mac) => {
    expect(asBootStage({ ...fact, file })).toMatchObject({ kind, mac });
  });

  test('is no stage when it was broken off', () => {
    const broken = { ...fact, kind: 'tftp.failed', file: 'vmlinuz' };
    expect(asBootStage(broken)).toBe(broken);
  });
});
