import { describe, expect, test } from 'vitest';
import { GRUB_CONFIG_FOR_ALL, macOfGrubConfig, renderGrubConfig } from '../../src/boot/grub-config.ts';
import { macWithHyphens } from '../../src/net/mac.ts';
import { entry, MAC, mac, SITE } from './fixtures.ts';

const render = (node: ReturnType<typeof entry> | null, kernelArgs = ''): string =>
  renderGrubConfig({ mac: MAC, entry: node, site: SITE, kernelArgs });

describe("GRUB's configuration", () => {
  test('is one for all, which leads on by the MAC address and tries again', () => {
    expect(GRUB_CONFIG_FOR_ALL).toBe(`echo "GRUB asks ingot what $net_default_mac shall boot"
for pause in 5 10 15 20 25 30 35 40 45 50; do
  source /grub/grub.cfg-01-$net_default_mac
  echo "GRUB could not load its configuration, next try in $pause s"
  sleep $pause
done
reboot
`);
  });

  test('is found by a name with colons, as GRUB has the address, and with hyphens', () => {
    expect(macOfGrubConfig('grub/grub.cfg-01-52:54:00:ab:cd:ef')).toBe(MAC);
    expect(macOfGrubConfig(`grub/grub.cfg-01-${macWithHyphens(MAC)}`)).toBe(MAC);
    for (const other of [
      'grub/grub.cfg',
      'grub/grub.cfg-01-',
      'grub/grub.cfg-0A140101',
      'x/grub.cfg-01-52-54',
    ])
      expect(macOfGrubConfig(other)).toBeNull();
  });

  test('of a node that shall load the ramdisk', () => {
    expect(
      render(entry('ramdisk'), ' console=ttyS0  quiet\n'),
    ).toBe(`if [ "$grub_cpu" = arm64 ]; then set folder=/arm64/; else set folder=/; fi
for pause in 4 9 14 19 24 29 34 39 44 49; do
  echo "ingot: rack1-07 loads its ramdisk by TFTP, which takes a while"
  if linux \${folder}vmlinuz 'ipa-api-url=http://10.20.0.1:6180' 'BOOTIF=01-52-54-00-ab-cd-ef' 'console=ttyS0' 'quiet'; then
    if initrd \${folder}initrd.zst; then
      boot
    fi
  fi
  echo "ingot: rack1-07 could not load its ramdisk, next try in $pause s"
  sleep $pause
done
echo "ingot: rack1-07 gives up after 10 tries and restarts"
reboot
`);
  });

  test('of a node that shall boot its disk hands over to the loader there', () => {
    const config = render(entry('disk'));
    expect(config).toContain("echo 'ingot: rack1-07 boots from its own disk'");
    expect(config).toContain('/EFI/debian/shim$cpu.efi');
    expect(config).toContain('search --no-floppy --file --set=root $loader');
    expect(config).toContain('chainloader $loader');
    expect(config).not.toContain('vmlinuz');
  });

  test('of a machine that nobody enrolled is that of the disk, and says what to do', () => {
    const [title, ...rest] = render(null).split('\n');
    expect(title).toBe("echo 'ingot does not know 52:54:00:ab:cd:ef, enroll it with: ingot node enroll'");
    expect(rest).toEqual(render(entry('disk')).split('\n').slice(1));
  });

  test('neither a name nor a kernel argument can smuggle a command into it', () => {
    const evil = { ...entry('ramdisk'), nodeName: 'x"\nreboot; $(y)' };
    const config = render(evil, "a=';reboot;' b=$net_default_ip");
    expect(config).toContain('ingot: x__reboot____y_ loads');
    expect(config).toContain(`'a='\\'';reboot;'\\''' 'b=$net_default_ip'`);
  });

  test('machines come back after different pauses', () => {
    const firsts = Array.from({ length: 16 }, (_, i) => {
      const own = mac(`52:54:00:00:00:${i.toString(16).padStart(2, '0')}`);
      const config = renderGrubConfig({ mac: own, entry: entry('ramdisk'), site: SITE, kernelArgs: '' });
      return /pause in (\d+)/.exec(config)?.[1];
    });
    expect(new Set(firsts).size).toBe(8);
  });
});
