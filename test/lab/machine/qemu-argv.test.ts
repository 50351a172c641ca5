import { describe, expect, it } from 'vitest';
import { firmwareOf, nicBootIndex, qemuArgv, qemuCommand } from '../../../src/lab/machine/qemu-argv.ts';
import { biosMachine, uefiMachine } from '../fixtures.ts';

/** The values that follow each `-name` of the command. */
function optionsOf(argv: readonly string[], name: string): readonly string[] {
  return argv.filter((_, at) => argv[at - 1] === `-${name}`);
}

const bios = qemuArgv({ machine: biosMachine, firmware: 'bios', first: 'disk', accelerator: 'tcg' });
const uefi = qemuArgv({ machine: uefiMachine, firmware: 'uefi', first: 'pxe', accelerator: 'tcg' });

describe('the QEMU command of a machine', () => {
  it('runs in the namespace that has the taps', () => {
    const command = qemuCommand({
      machine: biosMachine,
      firmware: 'bios',
      first: 'disk',
      accelerator: 'tcg',
    });
    expect(command.slice(0, 4)).toEqual(['nsenter', '--net=./netns/switch', '--', 'qemu-system-x86_64']);
  });

  it('emulates unless KVM was asked for', () => {
    expect(optionsOf(bios, 'accel')).toEqual(['tcg,tb-size=256']);
    const asked = qemuArgv({ machine: biosMachine, firmware: 'bios', first: 'disk', accelerator: 'kvm' });
    expect(optionsOf(asked, 'accel')).toEqual(['kvm']);
  });

  it('has SeaBIOS talk on the serial console, which is appended to over power cycles', () => {
    expect(optionsOf(bios, 'machine')).toEqual(['q35,graphics=off']);
    expect(optionsOf(bios, 'chardev')).toEqual([
      'file,id=console,path=/srv/lab/machines/m1/console.log,append=on',
    ]);
    expect(bios.some((word) => word.includes('pflash'))).toBe(false);
  });

  it("starts UEFI from OVMF with the machine's own copy of the variables", () => {
    expect(optionsOf(uefi, 'drive').slice(0, 2)).toEqual([
      'if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd',
      'if=pflash,format=raw,unit=1,file=/srv/lab/machines/m2/OVMF_VARS.fd',
    ]);
  });

  it('boots over HTTP first by leaving OVMF without PXE, whose attempts would take two minutes', () => {
    const http = qemuArgv({ machine: uefiMachine, firmware: 'uefi', first: 'http', accelerator: 'tcg' });
    expect(optionsOf(http, 'fw_cfg')).toEqual([
      'name=opt/org.tianocore/IPv4PXESupport,string=n',
      'name=opt/org.tianocore/IPv6PXESupport,string=n',
    ]);
    expect(optionsOf(http, 'device')[0]).toMatch(/bootindex=1,/);
    expect(optionsOf(uefi, 'fw_cfg')).toEqual([]);
  });

  it('has Secure Boot: the flash is writable from system management mode only', () => {
    const secure = qemuArgv({
      machine: uefiMachine,
      firmware: 'uefi-secure',
      first: 'pxe',
      accelerator: 'tcg',
    });
    expect(optionsOf(secure, 'machine')).toEqual(['q35,graphics=off,smm=on']);
    expect(optionsOf(secure, 'global')).toContain('driver=cfi.pflash01,property=secure,value=on');
    expect(optionsOf(secure, 'drive')[0]).toContain('OVMF_CODE_4M.ms.fd');
    // Keys are variables: with them Secure Boot would stay on in the other code too.
    expect(optionsOf(secure, 'drive')[1]).toContain('file=/srv/lab/machines/m2/OVMF_VARS.secure.fd');
  });

  const nics = [
    {
      what: 'BIOS, disk first',
      argv: bios,
      nic: 'virtio-net-pci,id=nic-pxe,netdev=pxe,mac=52:54:00:20:00:01,bootindex=3',
    },
    {
      what: 'UEFI, PXE first',
      argv: uefi,
      nic: 'virtio-net-pci,id=nic-pxe,netdev=pxe,mac=52:54:00:20:00:02,bootindex=1,romfile=',
    },
  ];
  it.each(nics)('orders the boot by bootindex: $what', ({ argv, nic }) => {
    expect(optionsOf(argv, 'device')[0]).toBe(nic);
    expect(optionsOf(argv, 'device').find((device) => device.startsWith('scsi-hd'))).toMatch(/bootindex=2$/);
    expect(nicBootIndex('pxe')).toBeLessThan(2);
    expect(nicBootIndex('disk')).toBeGreaterThan(2);
  });

  it('never boots from the LCM network: its card has no ROM and no bootindex', () => {
    expect(optionsOf(bios, 'device')[1]).toBe(
      'virtio-net-pci,id=nic-lcm,netdev=lcm,mac=52:54:00:40:00:01,romfile=',
    );
  });

  it('has a disk that an inspection can name by serial and WWN', () => {
    expect(optionsOf(bios, 'device').find((device) => device.startsWith('scsi-hd'))).toMatch(
      /serial=LABDISK0001,wwn=0x5525400000000001,/,
    );
  });

  it('keeps a comma in a path within its option', () => {
    const odd = qemuArgv({
      machine: { ...biosMachine, qmp: '/srv/a,b/qmp.sock' },
      firmware: 'bios',
      first: 'disk',
      accelerator: 'tcg',
    });
    expect(optionsOf(odd, 'qmp')).toEqual(['unix:/srv/a,,b/qmp.sock,server=on,wait=off']);
  });

  it('goes on after a reboot of its OS: nothing of it stops QEMU', () => {
    expect([...bios, ...uefi].filter((word) => /no-reboot|no-shutdown|action/.test(word))).toEqual([]);
  });

  it('runs ARM64 machines by the emulator of that processor, from its own firmware', () => {
    const arm = { ...uefiMachine, arch: 'aarch64' } as const;
    const start = { machine: arm, firmware: 'uefi-arm64', first: 'pxe', accelerator: 'tcg' } as const;
    expect(qemuCommand(start)).toContain('qemu-system-aarch64');
    expect(optionsOf(qemuArgv(start), 'machine')).toEqual(['virt']);
    expect(optionsOf(qemuArgv(start), 'drive')[0]).toContain('AAVMF_CODE.fd');
  });

  it('takes the firmware from the boot mode', () => {
    const x86 = { arch: 'x86_64', mode: 'UEFI', secureBoot: false } as const;
    expect(firmwareOf(x86)).toBe('uefi');
    expect(firmwareOf({ ...x86, secureBoot: true })).toBe('uefi-secure');
    expect(firmwareOf({ ...x86, secureBoot: true, mode: 'Legacy' })).toBe('bios');
    expect(firmwareOf({ ...x86, arch: 'aarch64' })).toBe('uefi-arm64');
    expect(firmwareOf({ ...x86, arch: 'aarch64', secureBoot: true })).toBe('uefi-arm64-secure');
  });
});
