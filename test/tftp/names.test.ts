import { describe, expect, test } from 'vitest';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { whoAsksByHabit } from '../../src/tftp/habits.ts';
import { findFile, firstOf, printableName, type TftpFiles } from '../../src/tftp/names.ts';
import { LOOPBACK } from './harness.ts';

const ask = (files: TftpFiles, requested: string) => findFile(files, { requested, client: LOOPBACK });

const FILES = new Map([
  ['undionly.kpxe', Buffer.from('bios')],
  ['arm64/snponly.efi', Buffer.from('arm')],
]);

describe('file names of requests', () => {
  test.each([
    ['as it is', 'undionly.kpxe', 'undionly.kpxe'],
    ['a leading slash', '/undionly.kpxe', 'undionly.kpxe'],
    ['several of them', '///undionly.kpxe', 'undionly.kpxe'],
    ['a dot and a slash', './undionly.kpxe', 'undionly.kpxe'],
    ['such in the middle', '/.//arm64/.///snponly.efi', 'arm64/snponly.efi'],
    ['another case', 'UNDIONLY.KPXE', 'undionly.kpxe'],
    ['0xFF behind the name', 'undionly.kpxe\xff', 'undionly.kpxe'],
    ['more junk behind the name', 'undionly.kpxe \r\n\xff\xff', 'undionly.kpxe'],
    ['backslashes', '\\arm64\\snponly.efi', 'arm64/snponly.efi'],
    ['backslashes in percent', 'arm64%5Csnponly.efi', 'arm64/snponly.efi'],
  ])('%s finds the file', (_name, requested, name) => {
    expect(ask(FILES, requested)?.name).toBe(name);
  });

  test.each([
    '../undionly.kpxe',
    '..\\undionly.kpxe',
    'x/../undionly.kpxe',
    '//..//undionly.kpxe',
    '.undionly.kpxe',
    '/usr/lib/ipxe/undionly.kpxe',
    '/etc/passwd',
    '%2e%2e/undionly.kpxe',
    'undionly.kpxe\0.txt',
    '',
    '/',
    '\xff',
    '__proto__',
    'arm64',
    'arm64/',
    'a'.repeat(60_000),
    ' '.repeat(60_000),
  ])('%j is no file', (requested) => {
    expect(ask(FILES, requested)).toBeNull();
  });

  test('a file may be rendered for the client that asks; the first source that has a name serves it', () => {
    const asked: string[] = [];
    const rendered: TftpFiles = {
      get: (name, client) => {
        asked.push(`${name} for ${client}`);
        return name === 'grub/grub.cfg' ? Buffer.from(`# for ${client}`) : undefined;
      },
    };
    const files = firstOf(FILES, rendered);
    const client = parseIpv4('10.20.0.9') ?? LOOPBACK;
    const found = findFile(files, { requested: '/Grub\\grub.cfg', client });
    expect(found).toEqual({ name: 'grub/grub.cfg', content: Buffer.from('# for 10.20.0.9') });
    expect(ask(files, 'undionly.kpxe')?.content).toBe(FILES.get('undionly.kpxe'));
    expect(asked).toEqual(['Grub/grub.cfg for 10.20.0.9', 'grub/grub.cfg for 10.20.0.9']);
  });

  test.each([
    ['/AutoExec.ipxe', 'iPXE'],
    ['grub/x86_64-efi/command.lst', 'GRUB'],
    ['grub/grub.cfg-01-52-54-00-ab-cd-ef', 'GRUB'],
    ['\\grub\\fonts\\unicode.pf2', 'GRUB'],
    ['shim_certificate_3.efi', 'shim'],
    ['revocations_sbat.efi', 'shim'],
    ['pxelinux.cfg/0A140001', 'PXELINUX'],
    ['8e0d4f2a/start4.elf', 'a Raspberry Pi'],
    ['dc-a6-32-01-02-03/config.txt', 'a Raspberry Pi'],
    ['bootcode.bin', 'a Raspberry Pi'],
    ['snponly.efi', null],
    ['grub/grub.cfg', null],
    ['grubx64.efi', null],
    ['vmlinuz', null],
    [`pxelinux.cfg/${'a'.repeat(500)}`, null],
  ])('%s is asked for by habit by: %s', (name, who) => {
    expect(whoAsksByHabit(name)).toBe(who);
  });

  test('a name for people has no control characters and no great length', () => {
    expect(printableName('a\x1b[31m\xff')).toBe('a?[31m?');
    expect(printableName('x'.repeat(300))).toHaveLength(80);
  });
});
