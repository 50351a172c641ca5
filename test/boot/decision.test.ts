import { describe, expect, test } from 'vitest';
import { bootClientOf } from '../../src/boot/client.ts';
import { decideBoot } from '../../src/boot/decision.ts';
import { CLIENTS, entry, MAC, SITE } from './fixtures.ts';

const INSTALLED = new Set(['undionly.kpxe', 'snponly.efi', 'ipxe.pxe', 'ipxe.efi']);
const SCRIPT = { action: 'script', url: 'http://10.20.0.1:6180/ipxe/52-54-00-ab-cd-ef' };

const decide = (
  name: keyof typeof CLIENTS,
  files: ReadonlySet<string> = INSTALLED,
  intent = entry('ramdisk'),
) => decideBoot({ client: bootClientOf(CLIENTS[name]), mac: MAC, entry: intent, site: SITE, files });

describe('what a machine boots', () => {
  test.each([
    ['BIOS ROM', { action: 'first-stage', file: 'undionly.kpxe', transport: 'tftp' }],
    ['EDK2 x64', { action: 'first-stage', file: 'snponly.efi', transport: 'tftp' }],
    ['EDK2 x64 over HTTP', { action: 'first-stage', file: 'snponly.efi', transport: 'http' }],
    ['iPXE in BIOS', SCRIPT],
    ['iPXE in UEFI', SCRIPT],
    ['iPXE without HTTP', { action: 'first-stage', file: 'undionly.kpxe', transport: 'tftp' }],
    ['Linux', { action: 'none', reason: 'it did not ask for a boot program' }],
  ] as const)('%s', (client, decision) => {
    expect(decide(client)).toEqual(decision);
  });

  test.each(['BIOS ROM', 'EDK2 x64', 'iPXE in BIOS'] as const)(
    '%s is led to the script whatever the node shall boot, also when there is no such node: the script decides',
    (client) => {
      const decisions = [entry('ramdisk'), entry('disk'), null].map((node) =>
        decideBoot({
          client: bootClientOf(CLIENTS[client]),
          mac: MAC,
          entry: node,
          site: SITE,
          files: INSTALLED,
        }),
      );
      expect(decisions[1]).toEqual(decisions[0]);
      expect(decisions[2]).toEqual(decisions[0]);
    },
  );

  test.each([
    [
      'which has HTTPS, where it is told to hold the authority',
      '130101140101',
      true,
      'https://10.20.0.1:6183',
    ],
    ['which has HTTPS alone', '140101', true, 'https://10.20.0.1:6183'],
    ['which has none', '130101', true, 'http://10.20.0.1:6180'],
    ['which has HTTPS, and nothing is told', '130101140101', false, 'http://10.20.0.1:6180'],
  ])('iPXE %s', (_what, features, ipxeByTls, origin) => {
    const client = bootClientOf({ ...CLIENTS['iPXE in UEFI'], ipxe: Buffer.from(features, 'hex') });
    const tls = { port: 6183, fingerprint: 'ab'.repeat(32) };
    const facts = { client, mac: MAC, entry: entry('ramdisk'), files: INSTALLED };
    const url = `${origin}/ipxe/52-54-00-ab-cd-ef`;
    expect(decideBoot({ ...facts, site: { ...SITE, tls, ipxeByTls } })).toEqual({ action: 'script', url });
    // Nobody is led to where nothing is served.
    if (ipxeByTls && features.startsWith('13'))
      expect(decideBoot({ ...facts, site: { ...SITE, ipxeByTls } })).toEqual(SCRIPT);
  });

  test('the second program is taken where the first is not installed', () => {
    expect(decide('BIOS ROM', new Set(['ipxe.pxe']))).toMatchObject({ file: 'ipxe.pxe' });
    expect(decide('EDK2 x64', new Set(['ipxe.efi']))).toMatchObject({ file: 'ipxe.efi' });
  });

  test.each([
    ['efi-arm64', 'ipxe-arm64.efi'],
    ['efi-riscv64', 'ipxe-riscv64.efi'],
    ['efi-loong64', 'ipxe-loong64.efi'],
  ] as const)('of Debian 13’s package %s gets %s, before any GRUB', (firmware, file) => {
    const client = { kind: 'firmware', firmware, transport: 'tftp' } as const;
    const files = new Set(['ipxe-arm64.efi', 'ipxe-riscv64.efi', 'ipxe-loong64.efi', 'arm64/grubaa64.efi']);
    expect(decideBoot({ client, mac: MAC, entry: null, site: SITE, files })).toMatchObject({ file });
  });

  test('no program is named that is not installed', () => {
    expect(decide('EDK2 ARM64')).toEqual({
      action: 'none',
      reason:
        'no boot program for efi-arm64 is installed: put arm64/snponly.efi or arm64/ipxe.efi or ipxe-arm64.efi into boot.ipxe_dir and restart ingot',
    });
    const grub = 'arm64/grubaa64.efi';
    expect(decide('EDK2 ARM64', new Set([grub]))).toMatchObject({ file: grub, transport: 'tftp' });
    const overHttp = { kind: 'firmware', firmware: 'efi-arm64', transport: 'http' } as const;
    const facts = { mac: MAC, entry: null, site: SITE, files: new Set([grub]) };
    expect(decideBoot({ client: overHttp, ...facts })).toMatchObject({ action: 'none' });
    expect(decide('EDK2 ARM64', new Set([grub, 'arm64/snponly.efi']))).toMatchObject({
      file: 'arm64/snponly.efi',
    });
  });

  describe('with Secure Boot', () => {
    const secure = { ...entry('ramdisk'), secureBoot: true };
    const installed = new Set([...INSTALLED, 'shimx64.efi', 'arm64/shimaa64.efi']);

    test.each([
      ['EDK2 x64', 'shimx64.efi'],
      ['EDK2 ARM64', 'arm64/shimaa64.efi'],
    ] as const)('%s is led to shim', (client, file) => {
      expect(decide(client, installed, secure)).toEqual({ action: 'first-stage', file, transport: 'tftp' });
    });

    test.each([
      ['EDK2 x64', 'install shim-signed and grub-efi-amd64-signed,'],
      ['EDK2 ARM64', 'install shim-signed and grub-efi-arm64-signed,'],
    ] as const)('%s without shim is told the packages of its own processor', (client, advice) => {
      expect(decide(client, INSTALLED, secure)).toMatchObject({
        action: 'none',
        reason: expect.stringContaining(advice),
      });
    });

    test('BIOS firmware knows no Secure Boot, and iPXE that runs is led to its script', () => {
      expect(decide('BIOS ROM', installed, secure)).toMatchObject({ file: 'undionly.kpxe' });
      expect(decide('iPXE in UEFI', installed, secure)).toEqual(SCRIPT);
    });

    test('no shim is offered over HTTP: its GRUB could not go on from there', () => {
      expect(decide('EDK2 x64 over HTTP', installed, secure)).toEqual({
        action: 'none',
        reason: expect.stringContaining('boot by PXE'),
      });
    });

    test('shim is offered over HTTP where its GRUB has HTTP', () => {
      const facts = { mac: MAC, entry: secure, site: SITE, files: installed };
      const client = { kind: 'firmware', firmware: 'efi-x64', transport: 'http' } as const;
      const decided = (httpGrubs: ReadonlySet<string>) => decideBoot({ ...facts, client, httpGrubs });
      expect(decided(new Set(['grubx64.efi']))).toEqual({
        action: 'first-stage',
        file: 'shimx64.efi',
        transport: 'http',
      });
      expect(decided(new Set(['arm64/grubaa64.efi']))).toMatchObject({ action: 'none' });
    });

    test('a shim that is not installed is not replaced by iPXE, which the firmware would refuse', () => {
      expect(decide('EDK2 x64', INSTALLED, secure)).toEqual({
        action: 'none',
        reason: expect.stringContaining('install shim-signed'),
      });
    });
  });

  test('an architecture without any program gets none, with the reason', () => {
    const client = { kind: 'firmware', firmware: 'unknown', transport: 'tftp' } as const;
    expect(decideBoot({ client, mac: MAC, entry: null, site: SITE, files: INSTALLED })).toEqual({
      action: 'none',
      reason: 'ingot has no boot program for its architecture',
    });
  });
});

describe('a node with an iPXE build of its own', () => {
  const INSTALLED_BUILDS = new Set([...INSTALLED, 'undionly.kkpxe', 'snp.efi']);
  test.each([
    ['BIOS ROM', 'ipxe', 'ipxe.pxe'],
    ['BIOS ROM', 'ipxe.pxe', 'ipxe.pxe'],
    ['BIOS ROM', 'undionly', 'undionly.kpxe'],
    ['BIOS ROM', 'undionly.kkpxe', 'undionly.kkpxe'],
    ['EDK2 x64', 'ipxe', 'ipxe.efi'],
    ['EDK2 x64', 'snp', 'snp.efi'],
    ['EDK2 x64 over HTTP', 'ipxe', 'ipxe.efi'],
    ['iPXE without HTTP', 'ipxe', 'ipxe.pxe'],
  ] as const)('%s with %s loads %s', (client, program, file) => {
    const node = { ...entry('ramdisk'), program };
    expect(decide(client, INSTALLED_BUILDS, node)).toMatchObject({ action: 'first-stage', file });
  });

  test('loads the usual one where its own does not run', () => {
    const node = { ...entry('ramdisk'), program: 'undionly' } as const;
    expect(decide('EDK2 x64', INSTALLED_BUILDS, node)).toMatchObject({ file: 'snponly.efi' });
  });

  test('gets no other in place of one that is not installed: the sentence says where it belongs', () => {
    const node = { ...entry('ramdisk'), program: 'ipxe' } as const;
    expect(decide('EDK2 x64', new Set(['snponly.efi']), node)).toEqual({
      action: 'none',
      reason:
        'its ipxe_program is ipxe, and ipxe.efi is not installed: put ipxe.efi into boot.ipxe_dir and restart ingot',
    });
  });
});

test('an iPXE without HTTP that was given ours already is given nothing, with what to do about it', () => {
  const client = bootClientOf(CLIENTS['iPXE without HTTP']);
  expect(
    decideBoot({ client, mac: MAC, entry: null, site: SITE, files: INSTALLED, chained: true }),
  ).toMatchObject({
    action: 'none',
    reason: expect.stringContaining('put a build with HTTP into boot.ipxe_dir'),
  });
});
