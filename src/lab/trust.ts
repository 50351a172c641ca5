/**
 * `ingot lab trust`: what an operator does in a server's set-up (TLS Auth Configuration), for all machines of a lab.
 */
import { X509Certificate } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { IngotError } from '../errors.ts';
import { requireLab } from './files.ts';
import { authoritiesFile } from './machine/state.ts';

/** EFI_CERT_X509_GUID, a5c059a1-94e4-4aa7-87b5-ab155c2bf072, as it lies in memory (UEFI 2.10, 32.4.1). */
const X509_GUID = Buffer.from('a159c0a5e494a74a87b5ab155c2bf072', 'hex');
/** Who enrolled it, which nobody asks for. */
const NO_OWNER = Buffer.alloc(16);
const HEADER_BYTES = 28;

/** EFI_SIGNATURE_LISTs, one a certificate, as EDK2 takes its authorities for HTTPS. Pure. */
export function signatureLists(certificates: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    certificates.flatMap((der) => {
      const signatureBytes = NO_OWNER.length + der.length;
      const sizes = Buffer.alloc(12);
      sizes.writeUInt32LE(HEADER_BYTES + signatureBytes, 0);
      sizes.writeUInt32LE(signatureBytes, 8);
      return [X509_GUID, sizes, NO_OWNER, der];
    }),
  );
}

/** @throws IngotError `invalid_input` when there is no certificate in the text, or one that cannot be read */
export function certificatesIn(pem: string): readonly Uint8Array[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  try {
    if (blocks.length > 0) return blocks.map((block) => new X509Certificate(block).raw);
  } catch {
    // Told below, as for a file without any.
  }
  throw new IngotError('invalid_input', 'The file holds no certificate in PEM that can be read', {
    hint: '`ingot boot ca` prints the authority that ingot serves boot files with.',
  });
}

/**
 * The machines' firmware takes https:// boot files of servers that these authorities signed, from the next power-on.
 */
export async function labTrust(dir: string, pem: string): Promise<readonly string[]> {
  const lab = await requireLab(dir);
  const lists = signatureLists(certificatesIn(pem));
  const machines = lab.machines.filter(({ firmware }) => firmware === 'uefi');
  for (const plan of machines) {
    await mkdir(plan.folder, { recursive: true });
    await writeFile(authoritiesFile(plan), lists);
  }
  return machines.map(({ name }) => name);
}
