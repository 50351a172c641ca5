/** A certificate of the operator's own with its key: PEM files that are read, and looked at, together. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { IngotError } from '../../errors.ts';
import type { Pem } from '../../pki/openssl.ts';

/**
 * The contents of both files. `setting` names them in the configuration, such as `api.tls`.
 * @throws IngotError `environment` for files that cannot be read or do not belong together
 */
export async function readCertificatePair(setting: string, files: Pem): Promise<Pem> {
  const read = await readBoth(files).catch(() => null);
  if (read === null)
    throw new IngotError(
      'environment',
      `${setting}: ${files.certificate} or ${files.key} does not exist, or may not be read`,
      { hint: 'Name both as PEM files that the user of the daemon may read, or neither.' },
    );
  const problem = problemOf(read);
  if (problem === null) return read;
  throw new IngotError(
    'environment',
    `${setting}: ${files.certificate} and ${files.key} cannot be used together: ${problem}`,
    {
      hint: 'Give PEM files without a passphrase: the certificate (chain) with ours first, and the private key of that one.',
    },
  );
}

async function readBoth({ certificate, key }: Pem): Promise<Pem> {
  return { key: await readFile(key, 'utf8'), certificate: await readFile(certificate, 'utf8') };
}

function problemOf({ certificate, key }: Pem): string | null {
  try {
    if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key)))
      return 'the key is not that of the certificate (key values mismatch)';
    createSecureContext({ key, cert: certificate });
    return null;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/** When the first certificate of a chain ends, in milliseconds since the epoch. */
export function endOf({ certificate }: Pick<Pem, 'certificate'>): number {
  return Date.parse(new X509Certificate(certificate).validTo);
}
