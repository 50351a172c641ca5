/** The lab's own certificate authority, and a certificate for each BMC's address, made by the openssl command. */
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { authorityArgv, type Pem, serverArgv } from '../pki/openssl.ts';
import { caFile, LAB_FILES } from './files.ts';
import { runOrFail } from './run.ts';

const DAYS = 3650;

const folderOf = (dir: string): string => path.join(dir, LAB_FILES.tls);

export async function makeCertificates(dir: string, addresses: readonly string[]): Promise<void> {
  const folder = folderOf(dir);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const authority: Pem = { key: path.join(folder, 'ca.key'), certificate: caFile(dir) };
  await runOrFail("Making the lab's certificate authority", {
    argv: authorityArgv({ kind: 'ec', name: 'Ingot lab CA', days: DAYS, files: authority }),
  });
  for (const address of addresses) {
    const files = {
      key: path.join(folder, `${address}.key`),
      certificate: path.join(folder, `${address}.pem`),
    };
    await runOrFail(`Making the certificate of the BMC ${address}`, {
      argv: serverArgv({ kind: 'ec', name: address, days: DAYS, addresses: [address], authority, files }),
    });
  }
}

/** PEM texts for the server of the BMC at that address. */
export async function readCertificate(dir: string, address: string): Promise<{ cert: string; key: string }> {
  const file = (ending: string): string => path.join(folderOf(dir), `${address}.${ending}`);
  return { cert: await readFile(file('pem'), 'utf8'), key: await readFile(file('key'), 'utf8') };
}
