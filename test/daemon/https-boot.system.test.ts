/**
 * Boot files by HTTPS from the running daemon, fetched by Debian's curl and openssl, with what `ingot boot ca` prints.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAEMON_ADDRESS, type NetworkSite, startNetworkSite } from '../bad-input/network-site.ts';
import { createPxeClient, type PxeClient } from '../bad-input/pxe-client.ts';
import { ingot } from '../rig/daemon.ts';

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
    .toMatch(/(10\.\S+|somebody) ended an HTTPS handshake: does its firmware hold our authority/);
});

describe('the handshake', () => {
  test.each([
    ['EDK2 and new iPXE', '-tls1_2', 'ECDHE-RSA-AES256-GCM-SHA384'],
    ['iPXE with RSA key exchange', '-tls1_2', 'AES256-SHA256'],
    ['iPXE of old', '-tls1_2', 'AES128-SHA'],
    ['new EDK2', '-tls1_3', null],
  ] as const)('of %s succeeds', async (_who, version, cipher) => {
    const cipherWords = cipher === null ? [] : ['-cipher', cipher];
    const words = ['-connect', AT, '-CAfile', ca, '-verify_return_error', version, ...cipherWords];
    const { code, output } = await site.wire.run(
      'client',
      'sh',
      '-c',
      'openssl s_client "$@" </dev/null',
      'sh',
      ...words,
    );
    expect(output).toContain('Verify return code: 0 (ok)');
    expect(code).toBe(0);
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
