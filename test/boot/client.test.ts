import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ARCHITECTURES, FIRST_STAGES } from '../../src/boot/architectures.ts';
import { architectureName, bootClientOf, userClasses } from '../../src/boot/client.ts';
import { CLIENTS, IPXE_WITH_HTTP, mac, NOBODY } from './fixtures.ts';

const pxe = (code: number) => ({ ...NOBODY, vendorClass: 'PXEClient', archs: [code] });

describe('who is booting', () => {
  test.each([
    ['a BIOS ROM', CLIENTS['BIOS ROM'], { kind: 'firmware', firmware: 'bios', transport: 'tftp' }],
    ['EDK2 says 7', pxe(7), { kind: 'firmware', firmware: 'efi-x64', transport: 'tftp' }],
    ['others say 9 and mean x64 too', pxe(9), { kind: 'firmware', firmware: 'efi-x64', transport: 'tftp' }],
    ['EFI IA32', pxe(6), { kind: 'firmware', firmware: 'efi-ia32', transport: 'tftp' }],
    ['EFI ARM64', pxe(11), { kind: 'firmware', firmware: 'efi-arm64', transport: 'tftp' }],
    ['EFI RISC-V', pxe(27), { kind: 'firmware', firmware: 'efi-riscv64', transport: 'tftp' }],
    [
      'RISC-V over HTTP, by the code of PXE',
      { ...NOBODY, vendorClass: 'HTTPClient:Arch:00027:UNDI:003000', archs: [27] },
      { kind: 'firmware', firmware: 'efi-riscv64', transport: 'http' },
    ],
    [
      'an architecture without programs',
      pxe(14),
      { kind: 'firmware', firmware: 'unknown', transport: 'tftp' },
    ],
    [
      'the ROM of a Raspberry Pi, which says that it is BIOS x86: its MAC tells',
      { ...CLIENTS['BIOS ROM'], mac: mac('dc:a6:32:01:02:03') },
      { kind: 'firmware', firmware: 'raspberry-pi', transport: 'tftp' },
    ],
    [
      'UEFI firmware on a Raspberry Pi',
      { ...pxe(11), mac: mac('dc:a6:32:01:02:03') },
      { kind: 'firmware', firmware: 'efi-arm64', transport: 'tftp' },
    ],
    ['an architecture nobody knows', pxe(4711), { kind: 'firmware', firmware: 'unknown', transport: 'tftp' }],
    [
      'HTTP boot by its own code',
      CLIENTS['EDK2 x64 over HTTP'],
      { kind: 'firmware', firmware: 'efi-x64', transport: 'http' },
    ],
    [
      "HTTP boot with the PXE code, as NVIDIA's BlueField says it",
      { ...NOBODY, vendorClass: 'HTTPClient:Arch:00011:UNDI:003000', archs: [11] },
      { kind: 'firmware', firmware: 'efi-arm64', transport: 'http' },
    ],
    [
      'a ROM without option 93: the code stands in the vendor class',
      { ...NOBODY, vendorClass: 'PXEClient:Arch:00007:UNDI:003016' },
      { kind: 'firmware', firmware: 'efi-x64', transport: 'tftp' },
    ],
    [
      'a ROM with no code at all is BIOS',
      { ...NOBODY, vendorClass: 'PXEClient' },
      { kind: 'firmware', firmware: 'bios', transport: 'tftp' },
    ],
    [
      'a list of codes: the first that we have a program for',
      { ...NOBODY, vendorClass: 'PXEClient', archs: [14, 7, 0] },
      { kind: 'firmware', firmware: 'efi-x64', transport: 'tftp' },
    ],
    [
      'a REQUEST that leaves out the vendor class',
      { ...NOBODY, archs: [0] },
      { kind: 'firmware', firmware: 'bios', transport: 'tftp' },
    ],
    ['iPXE in a BIOS', CLIENTS['iPXE in BIOS'], { kind: 'ipxe', firmware: 'bios', http: true, https: false }],
    [
      'iPXE by a user class as RFC 3004 has it',
      { ...CLIENTS['iPXE in UEFI'], userClass: Buffer.from('\x04iPXE') },
      { kind: 'ipxe', firmware: 'efi-x64', http: true, https: false },
    ],
    [
      'FlexBoot: option 175 and no user class',
      { ...CLIENTS['iPXE in BIOS'], userClass: null },
      { kind: 'ipxe', firmware: 'bios', http: true, https: false },
    ],
    [
      'iPXE without HTTP',
      CLIENTS['iPXE without HTTP'],
      { kind: 'ipxe', firmware: 'bios', http: false, https: false },
    ],
    [
      'iPXE that tells no features',
      { ...CLIENTS['iPXE in BIOS'], ipxe: null },
      { kind: 'ipxe', firmware: 'bios', http: false, https: false },
    ],
    [
      'iPXE whose HTTP flag is 0',
      { ...CLIENTS['iPXE in BIOS'], ipxe: Buffer.from('130100', 'hex') },
      { kind: 'ipxe', firmware: 'bios', http: false, https: false },
    ],
    [
      'iPXE that has HTTPS too (0x14)',
      { ...CLIENTS['iPXE in BIOS'], ipxe: Buffer.from('130101140101', 'hex') },
      { kind: 'ipxe', firmware: 'bios', http: true, https: true },
    ],
    ["a system's DHCP client", CLIENTS.Linux, { kind: 'not-booting' }],
    ['a client that says nothing', NOBODY, { kind: 'not-booting' }],
    [
      "the Anaconda installer's client",
      { ...NOBODY, vendorClass: 'anaconda-Linux' },
      { kind: 'not-booting' },
    ],
  ])('%s', (_name, options, client) => {
    expect(bootClientOf(options)).toEqual(client);
  });

  test('every HTTP code has a PXE twin with the same firmware', () => {
    const pxeFirmware = new Set(
      [...ARCHITECTURES.values()].filter((a) => a.transport === 'tftp').map((a) => a.firmware),
    );
    for (const architecture of ARCHITECTURES.values()) expect(pxeFirmware).toContain(architecture.firmware);
    for (const [name, firmware] of [...ARCHITECTURES.values()].map((a) => [a.name, a.firmware] as const)) {
      const twin = [...ARCHITECTURES.values()].find((a) => `${a.name} HTTP boot` === name);
      if (twin !== undefined) expect(twin.firmware).toBe(firmware);
    }
  });

  test('every firmware that runs programs has a boot program', () => {
    for (const [firmware, files] of Object.entries(FIRST_STAGES))
      expect(files.length > 0).toBe(!['unknown', 'raspberry-pi'].includes(firmware));
  });

  test('architectures have names for sentences, also those nobody knows', () => {
    expect(architectureName(pxe(7))).toBe('EFI x64');
    expect(architectureName(pxe(4711))).toBe('architecture 4711');
  });

  test('whatever the bytes of options 77 and 175 are, somebody is named and nothing is thrown', () => {
    const bytes = fc.option(fc.uint8Array({ maxLength: 300 }), { nil: null });
    fc.assert(
      fc.property(bytes, bytes, fc.string(), (userClass, ipxe, vendorClass) => {
        const client = bootClientOf({ vendorClass, userClass, ipxe, archs: [0] });
        expect(['not-booting', 'firmware', 'ipxe']).toContain(client.kind);
        if (ipxe !== null) expect(client.kind).toBe('ipxe');
      }),
    );
  });

  test('features cut off in the middle count as absent', () => {
    const cut = IPXE_WITH_HTTP.subarray(0, IPXE_WITH_HTTP.indexOf(0x13));
    expect(bootClientOf({ ...CLIENTS['iPXE in BIOS'], ipxe: cut })).toMatchObject({ http: false });
  });
});

describe('option 77', () => {
  test.each([
    ['plain text, as iPXE sends it', 'iPXE', ['iPXE']],
    ['one class by RFC 3004', '\x04iPXE', ['iPXE']],
    ['two classes by RFC 3004', '\x04iPXE\x05ingot', ['iPXE', 'ingot']],
    ['lengths that do not add up: text', '\x09iPXE', ['\x09iPXE']],
    ['an empty class: text', '\0', ['\0']],
    ['nothing', '', []],
  ])('%s', (_name, bytes, classes) => {
    expect(userClasses(Buffer.from(bytes, 'latin1'))).toEqual(classes);
  });
});
