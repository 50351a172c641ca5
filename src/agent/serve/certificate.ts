/**
 * The agent's self-signed certificate, made by the `openssl` program at each start and handed to the daemon in
 * the heartbeat (`agent_verify_ca`), which pins it. Its dates are fixed and wide: a machine whose clock lost its
 * battery must not fail for that, and a pinned certificate gains nothing from an expiry.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Run, runOk } from '../base/run.ts';

export type Certificate = { readonly keyPem: string; readonly certPem: string };

export type CertificateOptions = {
  /** The IP address that the daemon calls us at. */
  readonly address: string;
  /** A folder of our own on tmpfs; made, and emptied afterwards: the key stays in memory only. */
  readonly workDir: string;
  readonly run: Run;
};

const NOT_BEFORE = '20000101000000Z';
const NOT_AFTER = '20491231235959Z';

function opensslConfig(address: string): string {
  return `
[req]
distinguished_name = name
prompt = no
[name]
CN = ingot-agent
[ca]
default_ca = self
[self]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[extensions]
basicConstraints = critical, CA:TRUE
keyUsage = critical, digitalSignature, keyCertSign
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
subjectAltName = IP:${address}
`;
}

/** An EC P-256 key and its certificate for the address. Throws `execution` with what openssl said. */
export async function makeCertificate(options: CertificateOptions): Promise<Certificate> {
  const { address, workDir, run } = options;
  await mkdir(workDir, { recursive: true, mode: 0o700 });
  const file = (name: string): string => join(workDir, name);
  try {
    const config = opensslConfig(address)
      .replace('index.txt', file('index.txt'))
      .replace('new_certs_dir = .', `new_certs_dir = ${workDir}`);
    await writeFile(file('openssl.cnf'), config);
    await writeFile(file('index.txt'), '');
    const key = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      file('key.pem'),
    ];
    await runOk(run, [
      'openssl',
      'req',
      '-new',
      '-config',
      file('openssl.cnf'),
      ...key,
      '-out',
      file('request.pem'),
    ]);
    const dates = ['-startdate', NOT_BEFORE, '-enddate', NOT_AFTER];
    const files = ['-keyfile', file('key.pem'), '-in', file('request.pem'), '-out', file('cert.pem')];
    const mode = ['-selfsign', '-batch', '-notext', '-extensions', 'extensions'];
    await runOk(run, ['openssl', 'ca', '-config', file('openssl.cnf'), ...mode, ...dates, ...files]);
    return {
      keyPem: await readFile(file('key.pem'), 'utf8'),
      certPem: await readFile(file('cert.pem'), 'utf8'),
    };
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}
