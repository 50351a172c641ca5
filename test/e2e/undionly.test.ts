/**
 * A BIOS machine by way of TFTP and `undionly.kpxe`. Debian's option ROMs for QEMU are iPXE with HTTP, which DHCP sends
 * to its script at once; so this machine starts an iPXE that does what a plain PXE ROM does: DHCP, TFTP, and its PXE
 * stack for the program that it loaded. Before, it goes round: the machine has no disk, on which the script sends it.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MOST_ROUNDS } from '../../src/boot/loop-guard.ts';
import { BOOT_PORT, type NetworkSite, startNetworkSite } from '../bad-input/network-site.ts';

const MAC = '52:54:00:0b:10:05';
const BOOT_MS = 240_000;
/** Comes back when the disk does not start. */
const ROUND = `chain \${script} ||\n`;
const PXE_ROM = `#!ipxe
dhcp
set script http://\${next-server}:${BOOT_PORT}/ipxe/\${mac:hexhyp}
${ROUND.repeat(MOST_ROUNDS)}chain tftp://\${next-server}/undionly.kpxe
`;

let site: NetworkSite;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-undionly-'));
  site = await startNetworkSite('undionly');
});
afterAll(async () => {
  await site.stop();
  await rm(folder, { recursive: true });
});

/** On its serial console. */
const shown = (): Promise<string> => readFile(join(folder, 'console'), 'utf8').catch(() => '');

test('undionly.kpxe comes by TFTP, keeps the ROM’s network driver, and fetches its script by HTTP', async () => {
  const { client } = site.daemon;
  await client.nodes.enroll({
    name: 'old-bios',
    driver: 'redfish',
    ports: [{ address: MAC }],
    driver_info: { redfish_address: 'https://192.0.2.1' },
  });
  await startMachine(join(folder, 'console'));
  await expect
    .poll(shown, { timeout: BOOT_MS, interval: 500 })
    .toMatch(/net0: .* using undionly.*\[script\]/s);
  const sentences = (await client.nodes.timeline('old-bios')).map(
    ({ kind, message }) => `${kind}: ${message}`,
  );
  expect(sentences.join('\n')).toMatch(/tftp\.done: .*undionly\.kpxe/);
});

test('a machine that comes for the same script again and again is sent on, and its node says so', async () => {
  await expect
    .poll(shown, { timeout: BOOT_MS, interval: 500 })
    .toContain('ingot: old-bios goes round, on to its next boot device');
  expect((await shown()).split('ingot: old-bios boots from its own disk')).toHaveLength(MOST_ROUNDS + 1);
  const told = async (): Promise<readonly string[]> =>
    (await site.daemon.client.nodes.timeline('old-bios', 1000))
      .map(({ kind }) => kind)
      .filter((kind) => kind === 'boot.script' || kind === 'boot.loop');
  await expect.poll(told).toEqual([...Array(MOST_ROUNDS).fill('boot.script'), 'boot.loop']);
});

/** QEMU's BIOS without any option ROM, on a tap beside the client's end of the wire. */
async function startMachine(console: string): Promise<void> {
  const rom = join(folder, 'rom.ipxe');
  await writeFile(rom, PXE_ROM);
  const ip = async (...words: readonly string[]): Promise<void> => {
    const { code, output } = await site.wire.run('client', 'ip', ...words);
    if (code !== 0) throw new Error(`ip ${words.join(' ')}: ${output}`);
  };
  await ip('link', 'add', 'br0', 'type', 'bridge');
  await ip('tuntap', 'add', 't0', 'mode', 'tap');
  for (const port of ['c0', 't0']) await ip('link', 'set', port, 'master', 'br0', 'up');
  await ip('link', 'set', 'br0', 'up');
  const machine = ['-nodefaults', '-machine', 'q35,graphics=off', '-accel', 'tcg', '-m', '256'];
  const nic = ['-netdev', 'tap,id=n,ifname=t0,script=no,downscript=no'];
  site.wire.start(
    'client',
    'qemu-system-x86_64',
    ...machine,
    '-display',
    'none',
    '-vga',
    'none',
    ...nic,
    ...[
      '-device',
      `e1000,netdev=n,mac=${MAC},romfile=`,
      '-serial',
      `file:${console}`,
      '-kernel',
      '/boot/ipxe.lkrn',
      '-initrd',
      rom,
    ],
  );
}
