import { describe, expect, test } from 'vitest';
import { findFile, isAskedByHabit, printableName } from '../../src/tftp/names.ts';

const FILES = new Map([
  ['undionly.kpxe', Buffer.from('bios')],
  ['arm64/snponly.efi', Buffer.from('arm')],
]);

describe('file names of requests', () => {
  test.each([
    ['as it is', 'undionly.kpxe', 'undionly.kpxe'],
    ['a leading slash', '/undionly.kpxe', 'undionly.kpxe'],
    ['several of them', '///undionly.kpxe', 'undionly.kpxe'],
    ['another case', 'UNDIONLY.KPXE', 'undionly.kpxe'],
    ['0xFF behind the name', 'undionly.kpxe\xff', 'undionly.kpxe'],
    ['more junk behind the name', 'undionly.kpxe \r\n\xff\xff', 'undionly.kpxe'],
    ['backslashes', '\\arm64\\snponly.efi', 'arm64/snponly.efi'],
    ['backslashes in percent', 'arm64%5Csnponly.efi', 'arm64/snponly.efi'],
  ])('%s finds the file', (_name, requested, name) => {
    expect(findFile(FILES, requested)?.name).toBe(name);
  });

  test.each([
    '../undionly.kpxe',
    './undionly.kpxe',
    '..\\undionly.kpxe',
    'x/../undionly.kpxe',
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
    expect(findFile(FILES, requested)).toBeNull();
  });

  test('iPXE asks for autoexec.ipxe by habit, under any spelling', () => {
    expect(isAskedByHabit('/AutoExec.ipxe')).toBe(true);
    expect(isAskedByHabit('snponly.efi')).toBe(false);
  });

  test('a name for people has no control characters and no great length', () => {
    expect(printableName('a\x1b[31m\xff')).toBe('a?[31m?');
    expect(printableName('x'.repeat(300))).toHaveLength(80);
  });
});
