/**
 * The whole daemon with `dhcp: off` on a wire whose DHCP server, Debian's dnsmasq, names it to machines: as next-server
 * with a boot file for firmware, as the URL of the script for iPXE, and as the boot server of a PXE menu.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { makeRamdisk, type RunningDaemon, startDaemon } from '../rig/daemon.ts';
import { hearOn, layWireWithDnsmasq } from './beside-dnsmasq.ts';
import type { Wire } from './wire.ts';

const US = '10.77.0.1';
const MAC = '02:00:00:00:77:41';

const counted = z.object({ counters: z.record(z.string(), z.number()) });

/** As docs/networks.md has it. */
const SENDS_TO_US = [
  '--dhcp-match=set:ipxe,175',
  '--dhcp-match=set:bios,option:client-arch,0',
  `--dhcp-boot=tag:bios,tag:!ipxe,undionly.kpxe,,${US}`,
  `--dhcp-boot=tag:!bios,tag:!ipxe,snponly.efi,,${US}`,
  `--dhcp-boot=tag:ipxe,http://${US}:6180/ipxe/\${net0/mac}`,
];

let wire: Wire;
let folder: string;
let daemon: RunningDaemon;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-sent-'));
  wire = await layWireWithDnsmasq('sent', { folder, ours: US, mac: MAC, words: SENDS_TO_US });
  const network = { name: 'pxe', role: 'pxe', interface: 's0', cidr: '10.77.0.0/16', address: US };
  daemon = await startDaemon({
    dir: folder,
    launch: wire.launch('server'),
    config: {
      boot: { ramdisk_dir: await makeRamdisk(join(folder, 'ramdisk')) },
      networks: [{ ...network, dhcp: 'off' }],
    },
  });
});
afterAll(async () => {
  await daemon?.stop();
  await wire?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** What dnsmasq gives to a client of that architecture, by the names that udhcpc has for it; the address is taken. */
async function lease(arch: string, ...words: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const script = join(folder, 'configure.sh');
  const told = `echo "told ip=$ip siaddr=$siaddr file=\${bootfile:-$boot_file}"`;
  const configure = `[ "$1" = bound ] && ip address replace "$ip/$mask" dev "$interface" && ${told}`;
  await writeFile(script, `#!/bin/sh\n${configure}\n`, { mode: 0o755 });
  const ask = ['-i', 'f0', '-f', '-n', '-q', '-s', script, '-O', 'bootfile', '-x', `0x5d:${arch}`, ...words];
  const { output } = await wire.run('far', 'udhcpc', ...ask);
  const pairs = /^told (.*)$/m.exec(output)?.[1]?.split(' ') ?? [];
  return Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
}

async function load(client: string, ...words: readonly string[]): Promise<Buffer> {
  const copy = join(folder, 'copy');
  await rm(copy, { force: true });
  const { output } = await wire.run('far', client, ...words, copy);
  return await readFile(copy).catch(() => Promise.reject(new Error(output)));
}

describe('where somebody else gives the addresses and names ingot', () => {
  it.each([
    ['0000', 'undionly.kpxe'],
    ['0007', 'snponly.efi'],
  ])('firmware of architecture %s loads %s from ingot by TFTP', async (arch, file) => {
    const { siaddr = '', file: named = '' } = await lease(arch);
    expect({ siaddr, named }).toEqual({ siaddr: US, named: file });
    const original = await readFile(`/usr/lib/ipxe/${file}`);
    const words = ['--option', 'blksize 1468', '--get', '-r', named, siaddr, '69', '-l'];
    expect((await load('atftp', ...words)).equals(original)).toBe(true);
    expect((await load('curl', '-s', `tftp://${siaddr}/${named}`, '-o')).equals(original)).toBe(true);
  });

  it('iPXE loads its script by the URL that it was given, with its MAC put in', async () => {
    const { file: named = '' } = await lease('0007', '-x', '0xaf:b00101');
    const url = named.replace(/\$\{net0\/mac\}$/, MAC);
    expect(String(await load('curl', '-s', url, '-o'))).toMatch(/^#!ipxe\n/);
    await expect
      .poll(async () => (await daemon.client.discovered.list()).map(({ mac }) => mac))
      .toContain(MAC);
  });

  it('firmware that a menu sends to port 4011 is told its boot file there', async () => {
    const { ip: ciaddr } = await lease('0007');
    const edk2 = { vendorClass: 'PXEClient:Arch:00007:UNDI:003016', arch: 7, ciaddr, type: 'request' };
    const ports = { to: US, fromPort: 4011, toPort: 4011, replies: 1 };
    expect(await hearOn(wire, { mac: MAC, ...edk2, ...ports })).toMatchObject([
      { from: `${US}:4011`, type: 5, yiaddr: null, siaddr: US, file: 'snponly.efi', lease: null },
    ]);
  });

  it('what is logged at port 514 of ingot is taken', async () => {
    await wire.run('far', 'logger', '--server', US, '--udp', '--rfc3164', 'a line of a ramdisk');
    const taken = async () => counted.parse(await daemon.client.status()).counters['syslog.lines'];
    await expect.poll(taken).toBeGreaterThan(0);
  });

  it('nobody is answered by ingot at port 67, which it leaves alone', async () => {
    const { output } = await wire.run('server', 'ss', '-H', '-l', '-n', '-u');
    const ports = [...output.matchAll(/:(\d+) +0\.0\.0\.0:\*/g)].map(([, port]) => Number(port));
    expect(ports.filter((port) => port < 32_768).toSorted((a, b) => a - b)).toEqual([69, 514, 4011]);
  });
});
