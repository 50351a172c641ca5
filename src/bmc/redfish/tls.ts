import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { IngotError } from '../../errors.ts';

/** What a TLS connection needs to know about trust. */
export type TlsTrust = { readonly rejectUnauthorized: boolean; readonly ca?: readonly string[] };

const CERTIFICATE_FILE = /\.(pem|crt|cer|\d)$/;
/** Bounds on what a CA path may make us read. */
const MAX_FILES = 500;
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/**
 * The trust that `redfish_verify_ca` asks for; a path is read now, so that a renewed CA file counts from the
 * next connection pool on. Rejects with `bmc_tls` when the path cannot be read or holds no certificate.
 */
export async function loadTrust(verifyCa: boolean | string): Promise<TlsTrust> {
  if (typeof verifyCa === 'boolean') return { rejectUnauthorized: verifyCa };
  try {
    const files = (await stat(verifyCa)).isDirectory()
      ? (await readdir(verifyCa))
          .filter((name) => CERTIFICATE_FILE.test(name))
          .slice(0, MAX_FILES)
          .map((name) => join(verifyCa, name))
      : [verifyCa];
    const ca = (await Promise.all(files.map(readCertificates))).filter((pem) => pem !== '');
    if (ca.length === 0) throw new Error('no PEM certificate is in it');
    return { rejectUnauthorized: true, ca };
  } catch (error) {
    throw new IngotError(
      'bmc_tls',
      `cannot read the CA of redfish_verify_ca (${verifyCa}): ${reason(error)}`,
      {
        hint: 'redfish_verify_ca must name a PEM file, or a folder of them, that the ingot daemon may read.',
        cause: error,
      },
    );
  }
}

async function readCertificates(file: string): Promise<string> {
  if ((await stat(file)).size > MAX_FILE_BYTES) return '';
  const text = await readFile(file, 'latin1');
  return text.includes('-----BEGIN CERTIFICATE-----') ? text : '';
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
