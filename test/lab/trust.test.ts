import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { qemuArgv } from '../../src/lab/machine/qemu-argv.ts';
import { certificatesIn, labTrust, signatureLists } from '../../src/lab/trust.ts';
import { GOOD, TEST_CA } from '../bmc/certificates.ts';
import { biosMachine, uefiMachine } from './fixtures.ts';

it('authorities become EFI signature lists, one a certificate', () => {
  const [first, second] = [Buffer.alloc(5, 1), Buffer.alloc(700, 2)];
  const lists = signatureLists([first, second]);
  const at = 28 + 16 + 5;
  expect(lists.length).toBe(at + 28 + 16 + 700);
  // The GUID of X.509 certificates, whose first three parts are little-endian.
  expect(lists.toString('hex', 0, 16)).toBe('a159c0a5e494a74a87b5ab155c2bf072');
  expect([16, 20, 24].map((offset) => lists.readUInt32LE(offset))).toEqual([at, 0, 16 + 5]);
  expect([16, 20, 24].map((offset) => lists.readUInt32LE(at + offset))).toEqual([28 + 716, 0, 716]);
  expect(lists.subarray(28 + 16, at)).toEqual(first);
});

it('every certificate of a PEM file is taken, and a file without one is refused', () => {
  expect(certificatesIn(`text\n${TEST_CA}\n${GOOD}`)).toHaveLength(2);
  for (const pem of ['', 'no certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'])
    expect(() => certificatesIn(pem)).toThrow('holds no certificate in PEM');
});

it('only a UEFI machine that was told so is started with them', () => {
  const words = (machine: typeof uefiMachine, firmware: 'uefi' | 'bios', authorities?: string) =>
    qemuArgv({
      machine,
      firmware,
      first: 'http',
      accelerator: 'tcg',
      ...(authorities === undefined ? {} : { authorities }),
    });
  expect(words(uefiMachine, 'uefi', '/lab/a,b.esl')).toContain(
    'name=etc/edk2/https/cacerts,file=/lab/a,,b.esl',
  );
  expect(words(uefiMachine, 'uefi').join(' ')).not.toContain('cacerts');
  expect(words(biosMachine, 'bios').join(' ')).not.toContain('cacerts');
});

it('a folder without a lab is told', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ingot-trust-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  await expect(labTrust(dir, TEST_CA)).rejects.toThrow(/lab/);
});
