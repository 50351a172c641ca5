import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadBootCertificates } from '../../src/daemon/boot-certificates.ts';
import { ipv4 } from '../boot/fixtures.ts';

const A = ipv4('10.20.0.1');
const B = ipv4('10.21.0.1');
const NONE = { certificate: null, key: null };

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ingot-certificates-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe('the certificate for boot files', () => {
  test('is made once, for our addresses, by an authority of our own; the keys are for the daemon only', async () => {
    const first = await loadBootCertificates(dir, NONE, [A, B]);
    const certificate = new X509Certificate(first.certificate);
    const authority = new X509Certificate(first.authority ?? '');
    expect(certificate.subjectAltName).toBe('IP Address:10.20.0.1, IP Address:10.21.0.1');
    expect([certificate.ca, authority.ca]).toEqual([false, true]);
    expect(certificate.verify(authority.publicKey)).toBe(true);
    for (const name of ['ca.key', 'boot.key'])
      expect((await stat(join(dir, 'tls', name))).mode & 0o777, name).toBe(0o600);
    expect(await loadBootCertificates(dir, NONE, [A, B])).toEqual(first);
    // An address less is no reason for another certificate.
    expect((await loadBootCertificates(dir, NONE, [A])).certificate).toBe(first.certificate);
  });

  test('is made anew for a new address, by the authority that firmware holds already', async () => {
    const before = await loadBootCertificates(dir, NONE, [A]);
    const after = await loadBootCertificates(dir, NONE, [A, B]);
    expect(after.authority).toBe(before.authority);
    expect(new X509Certificate(after.certificate).checkIP(B)).toBe(B);
  });

  test('is made anew with its authority when the authority was lost', async () => {
    const before = await loadBootCertificates(dir, NONE, [A]);
    await rm(join(dir, 'tls/ca.key'));
    const after = await loadBootCertificates(dir, NONE, [A]);
    expect(after.authority).not.toBe(before.authority);
    expect(
      new X509Certificate(after.certificate).verify(new X509Certificate(after.authority ?? '').publicKey),
    ).toBe(true);
  });

  test('may be the operator’s own: then its authority is none of ours', async () => {
    const made = await loadBootCertificates(dir, NONE, [A]);
    const own = { certificate: join(dir, 'own.pem'), key: join(dir, 'own.key') };
    await writeFile(own.certificate, made.certificate);
    await writeFile(own.key, await readFile(join(dir, 'tls/boot.key')));
    expect(await loadBootCertificates(dir, own, [A])).toEqual({ ...made, authority: null });
    await rm(own.key);
    await expect(loadBootCertificates(dir, own, [A])).rejects.toThrow(/own\.key does not exist/);
  });
});
