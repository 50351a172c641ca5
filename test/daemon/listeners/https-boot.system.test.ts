/**
 * Boot files by HTTPS from the running daemon, fetched by Debian's curl and openssl, with what `ingot boot ca` prints.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAEMON_ADDRESS, type NetworkSite, startNetworkSite } from '../../bad-input/network-site.ts';
import { createPxeClient, type PxeClient } from '../../bad-input/pxe-client.ts';
import { ingot } from '../../rig/daemon.ts';

const AT = `${DAEMON_ADDRESS}:6183`;

let site: NetworkSite;
let client: PxeClient;
let folder: string;
let ca: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-https-'));
  ca = join(folder, 'ca.pem');
  site = await startNetworkSite('https', {}, { https: { uefi: true, ipxe: true } });
  client = await createPxeClient(site.wire);
  await client.become('52:54:00:00:75:01');
  await client.firmwareDhcp();
});
afterAll(async () => {
  await client.remove();
  await site.stop();
  await rm(folder, { recursive: true });
});

test('ingot boot ca prints the authority that firmware has to hold', async () => {
  const { code, stdout } = await ingot('boot', 'ca', '--url', site.daemon.url);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
  await writeFile(ca, stdout);
});

test('with it, and not without, curl fetches a program; its address is the name in the certificate', async () => {
  const fetched = (...words: readonly string[]) =>
    site.wire.run(
      'client',
      'curl',
      '-sS',
      '-I',
      '--noproxy',
      '*',
      ...words,
      `https://${AT}/boot/snponly.efi`,
    );
  const trusted = await fetched('--cacert', ca);
  expect(trusted.output).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(trusted.output).toMatch(/^content-type: application\/efi\r?$/im);
  expect((await fetched()).output).toMatch(/certificate/);
  // Firmware without it says nothing but this.
  await expect
    .poll(() => site.daemon.log())
    .toMatch(/(10\.\S+|somebody) ended an HTTPS handshake: does its firmware or iPXE hold our authority/);
});

const AES_CBC = 'AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA';
const AES_GCM = ['AES128-GCM-SHA256', 'AES256-GCM-SHA384'];
const RSA = 'RSA+SHA512:RSA+SHA384:RSA+SHA256:RSA+SHA224:RSA+SHA1';

/** What iPXE offers, but for its weakest, in openssl's names (net/tls.c, crypto/mishmash, config/crypto.h there). */
const IPXE_OFFERS = {
  'iPXE 1.0, built with HTTPS': ['-cipher', `${AES_CBC}:@SECLEVEL=0`, '-sigalgs', RSA],
  'iPXE 1.21 and 2.0, as Debian 13 has it and later ones': [
    '-cipher',
    `${['ECDHE-ECDSA-', 'ECDHE-RSA-', 'DHE-RSA-', ''].flatMap((by) => AES_GCM.map((aes) => by + aes)).join(':')}:${AES_CBC}:@SECLEVEL=0`,
    '-sigalgs',
    `ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:${RSA}`,
    '-groups',
    'X25519:P-256:P-384',
  ],
} as const;
/** It names the address as the server's name, too, and takes records of 4 KiB. */
const AS_IPXE = ['-tls1_2', '-maxfraglen', '4096', '-servername', DAEMON_ADDRESS];

describe('the handshake', () => {
  test.each<[string, readonly string[]]>([
    ['EDK2 of 2022', ['-tls1_2', '-cipher', 'ECDHE-RSA-AES256-GCM-SHA384']],
    ['new EDK2', ['-tls1_3']],
    ...Object.entries(IPXE_OFFERS).map(([who, offer]): [string, string[]] => [who, [...AS_IPXE, ...offer]]),
  ])('of %s succeeds, with a server that has its address in its certificate', async (_who, words) => {
    const script = 'openssl s_client "$@" </dev/null';
    const expected = ['-CAfile', ca, '-verify_return_error', '-verify_ip', DAEMON_ADDRESS];
    const { code, output } = await site.wire.run(
      'client',
      ...['sh', '-c', script, 'sh', '-connect', AT, ...expected, ...words],
    );
    expect(output).toContain('Verify return code: 0 (ok)');
    expect(code).toBe(0);
  });

  test('tells of no server to ask whether the certificate was revoked: iPXE would ask it', async () => {
    const script = 'openssl s_client -connect "$1" </dev/null | openssl x509 -noout -text';
    const { output } = await site.wire.run('client', 'sh', '-c', script, 'sh', AT);
    expect(output).toMatch(/Public Key Algorithm: rsaEncryption/);
    expect(output).not.toMatch(/OCSP|CA Issuers/);
  });
});

test('an iPXE with HTTPS gets its script by it, in a handshake of iPXE, and one without by HTTP', async () => {
  await client.httpsIpxeDhcp();
  const url = await client.bootFile();
  expect(url).toMatch(new RegExp(`^https://${AT}/ipxe/52-54-00-00-75-01$`));
  const curl = ['curl', '-sS', '-f', '--noproxy', '*', '--cacert', ca] as const;
  const ipxe = ['--tls-max', '1.2', '--ciphers', 'AES256-SHA256'] as const;
  const { code, output } = await site.wire.run('client', ...curl, ...ipxe, url ?? '');
  expect([code, output]).toEqual([0, expect.stringContaining('#!ipxe')]);
  await client.ipxeScript();
  expect(await client.bootFile()).toMatch(/^http:/);
});

test('UEFI HTTP boot is given an https:// URL, as configured; iPXE goes on by HTTP', async () => {
  await client.httpBootDhcp();
  expect(await client.bootFile()).toBe(`https://${AT}/boot/snponly.efi`);
  expect(await client.ipxeScript()).toContain('#!ipxe');
});
