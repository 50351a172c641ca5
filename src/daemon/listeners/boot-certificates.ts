/**
 * The certificate that UEFI HTTP boot is served with: the operator's own, or one of ingot's own authority in
 * `state_dir/tls`, made once. Each file is written aside, flushed and renamed, the key before its certificate, so that
 * a crash leaves all of it or what is made again.
 */
import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Config } from '../../config/schema.ts';
import { IngotError } from '../../errors.ts';
import { syncPath } from '../../images/cache-files.ts';
import { runOrFail } from '../../lab/run.ts';
import type { Ipv4 } from '../../net/ipv4.ts';
import { authorityArgv, type Pem, serverArgv } from '../../pki/openssl.ts';
import { readCertificatePair } from './certificate-pair.ts';

/** Firmware holds the authority for as long as the server stands in its rack; its clock may be wrong by years. */
const DAYS = 20 * 365;
/** One that ends sooner is made anew. */
const RENEWED_MS = 90 * 24 * 3600 * 1000;

export type BootCertificates = {
  /** PEM: private key, and certificate (chain). */
  readonly key: string;
  readonly certificate: string;
  /**
   * PEM of the authority to enroll in firmware; null: the operator's own certificate, whose authority we do not know.
   */
  readonly authority: string | null;
  /** SHA-256 (hex) of what agents shall meet: the authority, or where we do not know it the certificate itself. */
  readonly fingerprint: string;
};

type Files = Config['boot']['https'];

type Wish = {
  readonly addresses: readonly Ipv4[];
  /** Milliseconds since the epoch, against which ends are judged. */
  readonly now: number;
};

/** @throws IngotError `environment` or `missing_program`, naming the file or the step that failed */
export async function loadBootCertificates(
  stateDir: string,
  { certificate, key }: Pick<Files, 'certificate' | 'key'>,
  { addresses, now }: Wish,
): Promise<BootCertificates> {
  if (certificate !== null && key !== null) return await ownCertificate({ certificate, key });
  const folder = resolve(stateDir, 'tls');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const authority = pair(folder, 'ca');
  const ca = (await readIfThere(authority)) ?? (await makeAuthority(folder));
  const held = await readIfThere(pair(folder, 'boot'));
  const fits = held !== null && isGoodFor(held, { addresses, now, authority: ca.certificate });
  const server = fits ? held : await makeServer(folder, { addresses, authority });
  // The authority goes along, for agents that know its fingerprint only.
  const chain = `${server.certificate.trimEnd()}\n${ca.certificate}`;
  return {
    key: server.key,
    certificate: chain,
    authority: ca.certificate,
    fingerprint: fingerprintOf(ca.certificate),
  };
}

const pair = (folder: string, name: string): Pem => ({
  key: join(folder, `${name}.key`),
  certificate: join(folder, `${name}.pem`),
});

async function ownCertificate(files: Pem): Promise<BootCertificates> {
  const own = await readCertificatePair('boot.https', files);
  return { ...own, authority: null, fingerprint: fingerprintOf(own.certificate) };
}

/** Of the first one. */
function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
}

/** Only where there is none: firmware that trusts the one that is half there would refuse everything of another. */
async function makeAuthority(folder: string): Promise<Pem> {
  const files = pair(folder, 'ca');
  const there = Object.values(files).filter((file) => existsSync(file));
  // Between the two renames of its making it was nobody's yet.
  const isUnfinished = existsSync(pair(folder, 'ca.new').certificate) && !existsSync(files.certificate);
  if (there.length > 0 && !isUnfinished)
    throw new IngotError(
      'environment',
      `Of the boot CA in ${folder} only ${there.join(' and ')} is left, and another would not be trusted by firmware that has it enrolled`,
      {
        hint: `Restore the other file from a backup, or move ${there.join(' and ')} away and enroll the CA that is made then.`,
      },
    );
  return await make(folder, 'ca', (files) =>
    authorityArgv({ kind: 'rsa', name: 'Ingot boot CA', days: DAYS, files }),
  );
}

async function makeServer(
  folder: string,
  { addresses, authority }: { readonly addresses: readonly Ipv4[]; readonly authority: Pem },
): Promise<Pem> {
  return await make(folder, 'boot', (files) =>
    serverArgv({ kind: 'rsa', name: 'ingot boot', days: DAYS, addresses, authority, files }),
  );
}

async function make(folder: string, name: string, argv: (files: Pem) => readonly string[]): Promise<Pem> {
  const fresh = pair(folder, `${name}.new`);
  await runOrFail(`Making ${join(folder, name)}.pem`, { argv: argv(fresh) });
  const files = pair(folder, name);
  for (const which of ['key', 'certificate'] as const) {
    await syncPath(fresh[which]);
    await rename(fresh[which], files[which]);
  }
  await syncPath(folder);
  const made = await readIfThere(files);
  if (made !== null) return made;
  throw new IngotError('environment', `${files.certificate} vanished while it was made`, {
    hint: 'Only one daemon may work in a state folder.',
  });
}

/** Null when one of the two is missing; one that is there and cannot be read is no missing one. */
async function readIfThere(files: Pem): Promise<Pem | null> {
  try {
    return { key: await readFile(files.key, 'utf8'), certificate: await readFile(files.certificate, 'utf8') };
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null;
    throw thrown;
  }
}

/** It has its key, is of this authority, names all of our addresses, and does not end soon. */
function isGoodFor(
  { certificate: pem, key }: Pem,
  { addresses, authority, now }: Wish & { readonly authority: string },
): boolean {
  const signer = new X509Certificate(authority).publicKey;
  try {
    createSecureContext({ key, cert: pem });
    const certificate = new X509Certificate(pem);
    return (
      addresses.every((address) => certificate.checkIP(address) !== undefined) &&
      certificate.verify(signer) &&
      Date.parse(certificate.validTo) - now > RENEWED_MS
    );
  } catch {
    // Of a crash or a full disk: it is ours, and is made anew.
    return false;
  }
}
