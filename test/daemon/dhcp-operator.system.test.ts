/** What operators see and say of DHCP, with the installed daemon and Busybox's udhcpc as the machine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { layWire, type Wire } from '../dhcp/wire.ts';
import { ingot, type RunningDaemon, startDaemon } from '../rig/daemon.ts';
import { freePorts } from '../rig/ports.ts';

const MAC = '02:00:00:00:77:01';
/** Each look is a run of the command, on a machine that may be busy. */
const PATIENCE = { timeout: 30_000 };
const PXE = {
  name: 'pxe',
  role: 'pxe',
  interface: 's0',
  cidr: '10.77.0.0/16',
  address: '10.77.0.1',
  dhcp: 'authoritative',
  ranges: [{ use: 'dhcp', from: '10.77.1.0', to: '10.77.1.255' }],
};

let dir: string;
let wire: Wire;
let daemon: RunningDaemon;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ingot-operator-'));
  wire = await layWire('operator');
  await wire.addCable(0, '10.77.0.1/16');
  await wire.run('client', 'ip', 'link', 'set', 'c0', 'address', MAC);
  const { api } = await freePorts('api');
  const config = { api: { listen: `127.0.0.1:${api}` }, networks: [PXE] };
  daemon = await startDaemon({ dir, config, launch: wire.enter('server') });
});
afterAll(async () => {
  await daemon?.stop();
  await wire?.remove();
  await rm(dir, { recursive: true, force: true });
});

/** The address that the machine gets; it asks five times, so the daemon has the time to get up. */
async function ask(): Promise<string> {
  const words = ['-i', 'c0', '-n', '-q', '-f', '-t', '5', '-s', '/bin/true'];
  const { output } = await wire.run('client', 'udhcpc', ...words);
  return /lease of (\S+) obtained/.exec(output)?.[1] ?? output;
}

async function dhcp(...words: readonly string[]): Promise<string> {
  const { stdout, stderr } = await ingot('dhcp', ...words, '--url', daemon.url);
  return stdout + stderr;
}

test('a lease is listed with its machine, its times and its state', async () => {
  const address = await ask();
  expect(JSON.parse(await dhcp('leases', '--network', 'pxe', '--json')).leases).toMatchObject([
    { network: 'pxe', mac: MAC, address, node: null, state: 'leased', starts_at: expect.any(String) },
  ]);
  expect((await daemon.client.status()).leases).toBe(1);
});

test('a machine of no node is discovered, and is no stranger once it is enrolled', async () => {
  const listed = async () => JSON.parse(await dhcp('discovered', '--json')).machines;
  await expect
    .poll(listed, PATIENCE)
    .toMatchObject([
      { mac: MAC, network: 'pxe', stage: 'dhcp.ack', vendor_class: expect.stringContaining('udhcp') },
    ]);
  const driver_info = { redfish_address: 'https://127.0.0.1:1' };
  const ports = [{ address: MAC, pxe_enabled: false }];
  await daemon.client.nodes.enroll({ name: 'rack1-07', driver: 'redfish', driver_info, ports });
  await expect.poll(listed, PATIENCE).toEqual([]);
  await ask();
  expect((await daemon.client.leases())[0]?.node?.name).toBe('rack1-07');
  await daemon.client.nodes.delete('rack1-07');
});

test('a reservation is what the machine gets next, and no longer when it is deleted', async () => {
  await dhcp('reservations', 'add', MAC.toUpperCase(), '10.77.200.7');
  expect(await ask()).toBe('10.77.200.7');
  expect(await dhcp('leases', '--state', 'ended')).toContain('10.77.1.');
  await dhcp('reservations', 'delete', MAC);
  expect(await ask()).toMatch(/^10\.77\.1\.\d+$/);
});
