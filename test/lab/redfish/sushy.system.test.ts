import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { caFile } from '../../../src/lab/files.ts';
import { makeCertificates, readCertificate } from '../../../src/lab/tls.ts';
import { biosMachine } from '../fixtures.ts';
import { credentials, startTestBmc, type TestBmc } from './bmc.ts';
import { driveBySushy, type SushyScript } from './sushy.ts';

let dir = '';
let bmc: TestBmc;

beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'ingot-sushy-'));
  await makeCertificates(dir, ['127.0.0.1']);
  bmc = await startTestBmc({ tls: await readCertificate(dir, '127.0.0.1') });
});

afterEach(async () => {
  await bmc.server.close();
  await rm(dir, { recursive: true });
});

const drive = (operations: SushyScript['operations'], other: Partial<SushyScript> = {}) =>
  driveBySushy({
    address: bmc.server.url,
    ca: caFile(dir),
    ...credentials,
    auth: 'session',
    operations,
    ...other,
  });

describe('sushy, against the emulated BMC over HTTPS', () => {
  it('reads the settings of the firmware and the registry that describes them', async () => {
    expect(await drive([['bios']])).toEqual([
      [
        { BootMode: 'Uefi', NumCores: 1 },
        { BootMode: ['Enumeration', null, true], NumCores: ['Integer', 1, true] },
      ],
    ]);
  });

  it('reads the processor and the drive', async () => {
    expect(await drive([['parts']])).toEqual([
      {
        count: biosMachine.cpus,
        instruction_set: 'x86-64',
        model: 'Virtual CPU',
        mhz: 2000,
        drives: [['Disk 1', biosMachine.disk_gib * 1024 ** 3]],
      },
    ]);
  });

  it.each(['session', 'basic'] as const)('logs in by %s and reads the system', async (auth) => {
    expect(await drive([['info']], { auth })).toEqual([
      {
        power: 'Off',
        manufacturer: 'Ingot',
        serial: 'LAB0001',
        uuid: biosMachine.uuid,
        memory_gib: 2,
        macs: ['52:54:00:20:00:01', '52:54:00:40:00:01'],
        resets: [
          'ForceOff',
          'ForceOn',
          'ForceRestart',
          'GracefulRestart',
          'GracefulShutdown',
          'Nmi',
          'On',
          'PowerCycle',
        ],
        targets: ['Hdd', 'None', 'Pxe', 'UefiHttp'],
        manager: 'BMC',
        chassis: '1',
      },
    ]);
  });

  it('leaves no session behind when it logs out', async () => {
    expect(await drive([['sessions']])).toEqual([1]);
    expect(await drive([['sessions']])).toEqual([1]);
  });

  it('sets the boot device once, with the mode, and clears it', async () => {
    expect(
      await drive([
        ['boot'],
        ['boot', 'Pxe', 'Once', 'UEFI'],
        ['boot', 'Hdd', 'Continuous'],
        ['boot', 'UefiHttp', 'Once'],
        ['boot', 'Pxe', 'Once', 'Legacy'],
        ['boot', '', 'Disabled'],
      ]),
    ).toEqual([
      ['None', 'Disabled', 'Legacy'],
      ['Pxe', 'Once', 'UEFI'],
      ['Hdd', 'Continuous', 'UEFI'],
      ['UefiHttp', 'Once', 'UEFI'],
      ['Pxe', 'Once', 'Legacy'],
      ['None', 'Disabled', 'Legacy'],
    ]);
  });

  it('reads Secure Boot and switches it on, in force from the next start', async () => {
    expect(await drive([['secure_boot'], ['secure_boot', true], ['reset', 'On'], ['secure_boot']])).toEqual([
      [false, 'Disabled'],
      [true, 'Disabled'],
      null,
      [true, 'Enabled'],
    ]);
  });

  it('drives the power, each request once', async () => {
    const operations = ['On', 'ForceRestart', 'GracefulShutdown', 'On', 'ForceOff'].flatMap((type) => [
      ['reset', type],
      ['power'],
    ]);
    expect(await drive(operations)).toEqual([null, 'On', null, 'On', null, 'Off', null, 'On', null, 'Off']);
    expect(bmc.changes.map((change) => change.power)).toEqual(['on', 'off', 'on', 'off', 'on', 'off']);
  });

  it('has a running system restart by itself', async () => {
    expect(
      await drive([
        ['reset', 'On'],
        ['reset', 'GracefulRestart'],
      ]),
    ).toEqual([null, null]);
    await expect.poll(() => bmc.changes.map((change) => change.power)).toEqual(['on', 'off', 'on']);
    expect(bmc.changes[1]).toMatchObject({ cause: 'shutdown' });
  });

  it('injects an NMI into a machine that is on', async () => {
    expect(await drive([['reset', 'On'], ['reset', 'Nmi'], ['power']])).toEqual([null, null, 'On']);
    expect(bmc.nmis()).toBe(1);
  });

  it('is refused with a wrong password', async () => {
    expect(await drive([['power']], { password: 'wrong' })).toMatchObject({ error: 'AccessError' });
  });

  it('does not trust the BMC by another CA', async () => {
    const other = await mkdtemp(path.join(os.tmpdir(), 'ingot-other-ca-'));
    await makeCertificates(other, []);
    const answer = await drive([['power']], { ca: caFile(other) });
    await rm(other, { recursive: true });
    expect(answer).toMatchObject({
      error: 'ConnectionError',
      message: expect.stringMatching(/CERTIFICATE_VERIFY_FAILED/),
    });
  });

  it('finds keys that only their owner can read', async () => {
    for (const key of ['ca.key', '127.0.0.1.key']) {
      expect((await stat(path.join(dir, 'tls', key))).mode & 0o077).toBe(0);
    }
    expect(await readFile(caFile(dir), 'utf8')).toMatch(/BEGIN CERTIFICATE/);
  });
});
