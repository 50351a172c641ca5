/** `ingot preflight` on a machine of the test's own, with a foreign DHCP server on its wire. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { layWire, type Wire } from '../../dhcp/wire.ts';
import { BIN, makeRamdisk } from '../../rig/daemon.ts';

let dir: string;
let wire: Wire;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ingot-preflight-'));
  wire = await layWire('preflight');
  await wire.addCable(0, '10.78.0.1/16');
});
afterEach(async () => {
  await wire.remove();
  await rm(dir, { recursive: true, force: true });
});

const answer = z.object({
  fit: z.boolean(),
  findings: z.array(z.object({ verdict: z.string(), check: z.string(), sentence: z.string() })),
});

/** Runs on the server's side; the findings that are not good, as `check: sentence`. */
async function preflight(networks: readonly object[]) {
  const file = join(dir, 'ingot.yaml');
  const boot = { ramdisk_dir: await makeRamdisk(join(dir, 'boot')) };
  const images = { cache_gib: 1 };
  await writeFile(file, stringify({ state_dir: join(dir, 'state'), boot, images, networks }));
  const { code, output } = await wire.run('server', BIN, 'preflight', '--config', file, '--json');
  const { fit, findings } = answer.parse(JSON.parse(output));
  expect(code).toBe(fit ? 0 : 1);
  return (
    findings
      // What its kernel keeps is of the machine that tests, not of the site.
      .filter(({ verdict, check }) => verdict !== 'good' && check !== 'buffer')
      .map(({ verdict, check, sentence }) => `${verdict} ${check}: ${sentence}`)
  );
}

const pxe = {
  name: 'pxe',
  role: 'pxe',
  interface: 's0',
  address: '10.78.0.1',
  dhcp: 'authoritative',
  cidr: '10.78.0.0/16',
  ranges: [{ use: 'dhcp', from: '10.78.1.0', to: '10.78.1.255' }],
};

const oob = { name: 'oob', role: 'oob', cidr: '10.30.0.0/24' };

it('finds a fit machine fit', async () => {
  await wire.run('server', 'ip', 'route', 'add', '10.30.0.0/24', 'via', '10.78.0.254');
  expect(await preflight([pxe, oob])).toEqual([]);
});

it('names the other DHCP server, who holds a port, the address that is missing and the BMCs without a route', async () => {
  await wire.run('client', 'ip', 'address', 'add', '10.78.0.254/16', 'dev', 'c0');
  const words = ['--no-daemon', '--conf-file=/dev/null', '--port=0', '--dhcp-range=10.78.9.1,10.78.9.9,2m'];
  const dnsmasq = wire.start('client', 'dnsmasq', ...words, `--dhcp-leasefile=${join(dir, 'leases')}`);
  const holder = wire.start('server', 'python3', '-c', HOLD_TFTP);
  try {
    await expect
      .poll(async () => (await wire.run('client', 'ss', '-Hlun')).output, { timeout: 10_000 })
      .toContain(':67 ');
    await expect
      .poll(async () => (await wire.run('server', 'ss', '-Hlun')).output, { timeout: 10_000 })
      .toContain(':69 ');
    const lcm = { name: 'lcm', role: 'lcm', interface: 's0', address: '10.79.0.1', cidr: '10.79.0.0/24' };
    expect(await preflight([pxe, lcm, oob])).toEqual([
      'bad interface: Interface s0 has no address 10.79.0.1, which network "lcm" needs',
      expect.stringMatching(
        /^bad port: UDP port 69 on 10\.78\.0\.1 \(TFTP pxe\) is held by python3 \(\d+\)$/,
      ),
      'bad route: There is no route to the BMC network "oob" (10.30.0.0/24): Network is unreachable',
      'warning dhcp: Another DHCP server answers on s0 (network "pxe"): 10.78.0.254',
    ]);
  } finally {
    dnsmasq.kill();
    holder.kill();
  }
});

const HOLD_TFTP = `
import socket
held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
held.bind(("0.0.0.0", 69))
held.recv(1)`;
