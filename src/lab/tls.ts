/** The lab's own certificate authority, and a certificate for each BMC's address, made by the openssl command. */
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { caFile, LAB_FILES } from './files.ts';
import { runOrFail } from './run.ts';

const DAYS = '3650';
const EC_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

const folderOf = (dir: string): string => path.join(dir, LAB_FILES.tls);

/** openssl makes key files with mode 0600. */
export async function makeCertificates(dir: string, addresses: readonly string[]): Promise<void> {
  const folder = folderOf(dir);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const ca = ['-keyout', path.join(folder, 'ca.key'), '-out', caFile(dir)];
  const subject = ['-subj', '/CN=Ingot lab CA', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
  await runOrFail("Making the lab's certificate authority", {
    argv: ['openssl', 'req', '-x509', ...EC_KEY, ...ca, '-days', DAYS, ...subject],
  });
  for (const address of addresses) await makeCertificate(dir, address);
}

/** Of the BMC at one address. `req -x509 -CA` needs OpenSSL 3 (Debian 12, Ubuntu 22.04). */
async function makeCertificate(dir: string, address: string): Promise<void> {
  const folder = folderOf(dir);
  const signer = ['-CA', caFile(dir), '-CAkey', path.join(folder, 'ca.key')];
  const out = ['-keyout', path.join(folder, `${address}.key`), '-out', path.join(folder, `${address}.pem`)];
  const extensions = [
    `subjectAltName=IP:${address}`,
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature',
    'extendedKeyUsage=serverAuth',
  ].flatMap((extension) => ['-addext', extension]);
  await runOrFail(`Making the certificate of the BMC ${address}`, {
    argv: [
      ...['openssl', 'req', '-x509', ...EC_KEY, ...signer, ...out],
      ...['-days', DAYS, '-subj', `/CN=${address}`, ...extensions],
    ],
  });
}

/** PEM texts for the server of the BMC at that address. */
export async function readCertificate(dir: string, address: string): Promise<{ cert: string; key: string }> {
  const file = (ending: string): string => path.join(folderOf(dir), `${address}.${ending}`);
  return { cert: await readFile(file('pem'), 'utf8'), key: await readFile(file('key'), 'utf8') };
}
