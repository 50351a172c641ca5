/** Another DHCP server on the PXE network: Debian's dnsmasq, as somebody forgot it on a lab machine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { layWire, type Wire } from '../dhcp/wire.ts';
import { type RunningDaemon, startDaemon } from '../rig/daemon.ts';
import { freePorts } from '../rig/ports.ts';

const SERVER_MAC = '02:00:00:00:99:05';
/** dnsmasq pings an address for three seconds before it offers it. */
const FOUND = { timeout: 30_000, interval: 250 };

let dir: string;
let wire: Wire;
let daemon: RunningDaemon | null = null;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ingot-other-'));
  wire = await layWire('other');
  await wire.addCable(0, '10.77.0.1/16');
  await wire.run('client', 'ip', 'link', 'set', 'c0', 'address', SERVER_MAC);
  await wire.run('client', 'ip', 'address', 'add', '10.77.0.5/16', 'dev', 'c0');
});
afterEach(async () => {
  await daemon?.stop();
  daemon = null;
  await wire.remove();
  await rm(dir, { recursive: true, force: true });
});

async function start(mode: 'authoritative' | 'proxy'): Promise<RunningDaemon> {
  const { api } = await freePorts('api');
  const network = {
    name: 'pxe',
    role: 'pxe',
    interface: 's0',
    address: '10.77.0.1',
    cidr: '10.77.0.0/16',
    dhcp: mode,
    ranges: mode === 'proxy' ? [] : [{ use: 'dhcp', from: '10.77.1.0', to: '10.77.1.255' }],
  };
  daemon = await startDaemon({
    dir,
    config: { api: { listen: `127.0.0.1:${api}` }, networks: [network] },
    launch: wire.enter('server'),
  });
  return daemon;
}

function startDnsmasq(): void {
  const lease = `--dhcp-leasefile=${join(dir, 'dnsmasq.leases')}`;
  const range = '--dhcp-range=10.77.50.10,10.77.50.20,255.255.0.0,10m';
  wire.start(
    'client',
    'dnsmasq',
    '--keep-in-foreground',
    '--port=0',
    '--interface=c0',
    '--conf-file=',
    lease,
    range,
  );
}

it('is named with its address and MAC in an event, the status and the metrics; our own offers are not', {
  timeout: 90_000,
}, async () => {
  // A program of the seed node that has port 68 to itself, as a DHCP client of another interface may.
  const holder =
    'import socket,time; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.bind(("",68)); time.sleep(600)';
  wire.start('server', 'python3', '-c', holder);
  startDnsmasq();
  const running = await start('authoritative');
  await expect
    .poll(async () => (await running.client.status()).other_dhcp_servers, FOUND)
    .toEqual([
      { network: 'pxe', address: '10.77.0.5', mac: SERVER_MAC, last_seen: expect.stringMatching(/^20/) },
    ]);

  const sentence = `Another DHCP server answers on network pxe: 10.77.0.5 with MAC ${SERVER_MAC}.`;
  const events: string[] = [];
  for await (const event of running.client.events({ after: 0 })) {
    events.push(event.kind);
    if (event.kind !== 'dhcp.other_server') continue;
    expect(event).toMatchObject({ severity: 'warning', message: expect.stringContaining(sentence) });
    break;
  }
  expect(events).toContain('dhcp.other_server');

  const { output } = await wire.run(
    'server',
    'curl',
    '-sS',
    '--unix-socket',
    join(dir, 'state/ingot.sock'),
    'http://localhost/metrics',
  );
  expect(output).toContain('ingot_other_dhcp_servers{network="pxe"} 1');
});

it('is missed on a network where it has to give the addresses, until it is there', {
  timeout: 90_000,
}, async () => {
  const running = await start('proxy');
  const kinds = async (): Promise<readonly string[]> => {
    const { last_event } = await running.client.status();
    const found: string[] = [];
    if (last_event === 0) return found;
    for await (const event of running.client.events({ after: 0 })) {
      if (event.kind.startsWith('dhcp.')) found.push(event.kind);
      if (event.seq >= last_event) break;
    }
    return found;
  };
  await expect.poll(kinds, FOUND).toEqual(['dhcp.no_server']);
  startDnsmasq();
  // What it says to anybody is heard, long before the next search.
  const { output } = await wire.run('server', 'udhcpc', '-i', 's0', '-nqf', '-t', '8', '-s', '/bin/true');
  expect(output).toContain('lease of 10.77.50.');
  await expect.poll(kinds, FOUND).toEqual(['dhcp.no_server', 'dhcp.server_found']);
});
