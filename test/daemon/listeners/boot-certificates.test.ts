import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadBootCertificates } from '../../../src/daemon/listeners/boot-certificates.ts';
import type { Ipv4 } from '../../../src/net/ipv4.ts';
import { ipv4 } from '../../boot/fixtures.ts';

const A = ipv4('10.20.0.1');
const B = ipv4('10.21.0.1');
const NONE = { certificate: null, key: null };

type Awaitable<T> = T | Promise<T>;
const DAY_MS = 24 * 3600 * 1000;
const NOW = Date.now();
const load = (own: Parameters<typeof loadBootCertificates>[1], addresses: readonly Ipv4[], now = NOW) =>
  loadBootCertificates(dir, own, { addresses, now });

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ingot-certificates-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe('the certificate for boot files', () => {
  test('is made once, for our addresses, by an authority of our own; the keys are for the daemon only', async () => {
    const first = await load(NONE, [A, B]);
    const certificate = new X509Certificate(first.certificate);
    const authority = new X509Certificate(first.authority ?? '');
    expect(certificate.subjectAltName).toBe('IP Address:10.20.0.1, IP Address:10.21.0.1');
    expect([certificate.ca, authority.ca]).toEqual([false, true]);
    expect(certificate.verify(authority.publicKey)).toBe(true);
    for (const name of ['ca.key', 'boot.key'])
      expect((await stat(join(dir, 'tls', name))).mode & 0o777, name).toBe(0o600);
    expect(await load(NONE, [A, B])).toEqual(first);
    // An address less is no reason for another certificate.
    expect((await load(NONE, [A])).certificate).toBe(first.certificate);
  });

  test('is made anew for a new address, by the authority that firmware holds already', async () => {
    const before = await load(NONE, [A]);
    const after = await load(NONE, [A, B]);
    expect(after.authority).toBe(before.authority);
    expect(new X509Certificate(after.certificate).checkIP(B)).toBe(B);
  });

  test('is made anew with its authority when the authority was lost', async () => {
    const before = await load(NONE, [A]);
    for (const name of ['ca.key', 'ca.pem']) await rm(join(dir, 'tls', name));
    const after = await load(NONE, [A]);
    expect(after.authority).not.toBe(before.authority);
    expect(
      new X509Certificate(after.certificate).verify(new X509Certificate(after.authority ?? '').publicKey),
    ).toBe(true);
  });

  test.each([
    { lost: 'ca.key', left: 'ca.pem' },
    { lost: 'ca.pem', left: 'ca.key' },
  ])(
    'is refused where of its authority only $left is left: firmware may trust it',
    async ({ lost, left }) => {
      await load(NONE, [A]);
      const before = await readFile(join(dir, 'tls', left));
      await rm(join(dir, 'tls', lost));
      await expect(load(NONE, [A])).rejects.toMatchObject({
        code: 'environment',
        message: expect.stringContaining(`only ${join(dir, 'tls', left)} is left`),
        hint: expect.stringContaining('backup'),
      });
      expect(await readFile(join(dir, 'tls', left))).toEqual(before);
    },
  );

  test('is made with its authority where a crash left the making of that one half done', async () => {
    await load(NONE, [A]);
    await rename(join(dir, 'tls/ca.pem'), join(dir, 'tls/ca.new.pem'));
    const after = await load(NONE, [A]);
    expect(
      new X509Certificate(after.certificate).verify(new X509Certificate(after.authority ?? '').publicKey),
    ).toBe(true);
  });

  test('is refused, and its authority kept, where a file of that one cannot be read', async () => {
    await load(NONE, [A]);
    await rm(join(dir, 'tls/ca.key'));
    await mkdir(join(dir, 'tls/ca.key'));
    const before = await readFile(join(dir, 'tls/ca.pem'));
    await expect(load(NONE, [A])).rejects.toThrow(/EISDIR/);
    expect(await readFile(join(dir, 'tls/ca.pem'))).toEqual(before);
  });

  test.each([
    { what: 'is cut off', file: 'boot.pem', becomes: () => '-----BEGIN CERTIFICATE-----\nMIIB' },
    { what: 'has another key', file: 'boot.key', becomes: () => readFile(join(dir, 'tls/ca.key'), 'utf8') },
  ])('is made anew where ours $what', async ({ file, becomes }) => {
    const before = await load(NONE, [A]);
    await writeFile(join(dir, 'tls', file), await becomes());
    const after = await load(NONE, [A]);
    expect(after.authority).toBe(before.authority);
    expect(after.certificate).not.toBe(before.certificate);
    expect(new X509Certificate(after.certificate).checkPrivateKey(createPrivateKey(after.key))).toBe(true);
  });

  test('is made anew before it ends', async () => {
    const before = await load(NONE, [A]);
    const end = Date.parse(new X509Certificate(before.certificate).validTo);
    expect((await load(NONE, [A], end - 91 * DAY_MS)).certificate).toBe(before.certificate);
    expect((await load(NONE, [A], end - 89 * DAY_MS)).certificate).not.toBe(before.certificate);
  });

  test.each<{ what: string; certificate: () => Awaitable<string>; key: () => Awaitable<string> }>([
    { what: 'is no PEM', certificate: () => 'no certificate', key: () => 'no key' },
    {
      what: 'does not fit its key',
      certificate: () => readFile(join(dir, 'tls/boot.pem'), 'utf8'),
      key: () => readFile(join(dir, 'tls/ca.key'), 'utf8'),
    },
  ])('of the operator’s own that $what is refused in a sentence', async ({ certificate, key }) => {
    await load(NONE, [A]);
    const own = { certificate: join(dir, 'own.pem'), key: join(dir, 'own.key') };
    await writeFile(own.certificate, await certificate());
    await writeFile(own.key, await key());
    await expect(load(own, [A])).rejects.toMatchObject({
      code: 'environment',
      message: expect.stringMatching(/own\.pem and .*own\.key cannot be used together: /),
      hint: expect.stringContaining('PEM'),
    });
  });

  test('may be the operator’s own: then its authority is none of ours', async () => {
    const made = await load(NONE, [A]);
    const own = { certificate: join(dir, 'own.pem'), key: join(dir, 'own.key') };
    await writeFile(own.certificate, made.certificate);
    await writeFile(own.key, await readFile(join(dir, 'tls/boot.key')));
    const hex = (pem: string) => new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
    // Agents know the certificate itself then, else its authority, which is sent along.
    expect(made.fingerprint).toBe(hex(made.authority ?? ''));
    expect(made.certificate.endsWith(made.authority ?? '?')).toBe(true);
    const fingerprint = hex(made.certificate);
    expect(await load(own, [A])).toEqual({ ...made, authority: null, fingerprint });
    await rm(own.key);
    await expect(load(own, [A])).rejects.toThrow(/own\.key does not exist/);
  });
});
