/**
 * What Kea, ISC dhcpd and dnsmasq wrote themselves is taken over: every machine gets from ingot what it had from them.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FOREIGN_SERVERS } from '../../src/dhcp-import/read-foreign.ts';
import { layWire, type Wire } from '../dhcp/wire.ts';
import { ingot, startDaemon } from '../rig/daemon.ts';
import { freePorts } from '../rig/ports.ts';
import { RESERVED, startForeign } from './foreign-servers.ts';

const MACS = ['02:00:00:00:77:01', '02:00:00:00:77:02'];
/** Runs a system whose dhclient remembers its lease. */
const SYSTEM = '02:00:00:00:77:0d';
const STRANGER = '02:00:00:00:77:99';
const PXE = {
  name: 'pxe',
  role: 'pxe',
  interface: 's0',
  cidr: '10.77.0.0/16',
  address: '10.77.0.1',
  dhcp: 'authoritative',
  ranges: [{ use: 'dhcp', from: '10.77.1.10', to: '10.77.1.99' }],
};

let dir: string;
let wire: Wire;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ingot-import-'));
  wire = await layWire('import');
  await wire.addCable(0, '10.77.0.1/16');
});
afterAll(async () => {
  await wire?.remove();
  await rm(dir, { recursive: true, force: true });
});

/** The address that a machine without any memory gets. */
async function boot(mac: string): Promise<string> {
  await wire.run('client', 'ip', 'link', 'set', 'c0', 'address', mac);
  const words = ['-i', 'c0', '-n', '-q', '-f', '-t', '10', '-T', '1', '-s', '/bin/true'];
  const { output } = await wire.run('client', 'udhcpc', ...words);
  return /lease of (\S+) obtained/.exec(output)?.[1] ?? output;
}

/** The address that dhclient is bound to, by asking for the one that it remembers where it does. */
async function start(memory: string): Promise<string> {
  await wire.run('client', 'ip', 'link', 'set', 'c0', 'address', SYSTEM);
  const files = ['-lf', memory, '-pf', `${memory}.pid`];
  await wire.run('client', 'dhclient', '-1', '-sf', '/bin/true', ...files, 'c0');
  await wire.run('client', 'dhclient', '-x', '-sf', '/bin/true', ...files, 'c0');
  const leases = await readFile(memory, 'utf8');
  return [...leases.matchAll(/fixed-address (\S+);/g)].at(-1)?.[1] ?? leases;
}

/** Some twenty machines behind a relay, always the same ones. */
async function perfdhcp(): Promise<void> {
  await wire.run('client', 'ip', 'address', 'replace', '10.77.0.9/16', 'dev', 'c0');
  const load = ['-R', '20', '-n', '20', '-r', '20', '-W', '300000', '-s', '1'];
  await wire.run('client', 'perfdhcp', '-4', '-l', 'c0', ...load, '10.77.0.1');
  await wire.run('client', 'ip', 'address', 'flush', 'dev', 'c0');
}

async function bootAll(macs: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const got: Record<string, string> = {};
  for (const mac of macs) got[mac] = await boot(mac);
  return got;
}

test.each(FOREIGN_SERVERS)('from %s', { timeout: 90_000 }, async (server) => {
  const foreign = await startForeign(server, wire, dir);
  const memory = join(dir, `dhclient-${server}`);
  const first = async () => {
    const firmware = await bootAll([...MACS, RESERVED.mac]);
    await perfdhcp();
    return { ...firmware, [SYSTEM]: await start(memory) };
  };
  const had: Readonly<Record<string, string>> = await first().finally(foreign.stop);
  expect(had[RESERVED.mac]).toBe(RESERVED.address);
  for (const mac of [...MACS, SYSTEM]) expect(had[mac]).toMatch(/^10\.77\.1\.\d+$/);

  const { api } = await freePorts('api');
  const daemon = await startDaemon({
    dir: await mkdtemp(join(dir, 'daemon-')),
    config: { api: { listen: `127.0.0.1:${api}` }, networks: [PXE] },
    launch: wire.enter('server'),
  });
  try {
    const held = async () =>
      new Map((await daemon.client.leases({ state: 'leased' })).map(({ mac, address }) => [mac, address]));
    const load = async (...more: readonly string[]): Promise<string> => {
      const words = ['import', '--from', server, ...foreign.files, '--url', daemon.url, ...more];
      const { stdout, stderr } = await ingot('dhcp', ...words);
      return stdout + stderr;
    };
    const rehearsed = await load('--dry-run');
    const told = await load();
    expect(rehearsed.replaceAll('would be taken', 'taken')).toBe(told);
    const leases = await held();
    expect(told).toBe(
      `reservations: 1 taken, 0 there already, 0 skipped\nleases: ${leases.size} taken, 0 there already, 0 skipped\n`,
    );
    expect(leases.size).toBeGreaterThan(MACS.length + 4);
    expect(await load()).toContain(`leases: 0 taken, ${leases.size} there already, 0 skipped`);
    expect(await daemon.client.reservations.list()).toMatchObject([
      { mac: RESERVED.mac, address: RESERVED.address, hostname: RESERVED.hostname, source: 'import' },
    ]);
    for (const mac of [...MACS, SYSTEM]) expect(leases.get(mac)).toBe(had[mac]);
    // dhcpd gives fixed addresses without a lease.
    expect(leases.get(RESERVED.mac)).toBe(server === 'isc' ? undefined : RESERVED.address);

    // First comes one who would get any address that is not kept, then the others the other way round.
    expect(Object.values(had)).not.toContain(await boot(STRANGER));
    const firmware = await bootAll([RESERVED.mac, ...MACS.toReversed()]);
    expect({ ...firmware, [SYSTEM]: await start(memory) }).toEqual(had);
    const before = await held();
    await perfdhcp();
    // On a busy machine one of them may have got nothing before, and is new now.
    expect(Object.fromEntries(await held())).toMatchObject(Object.fromEntries(before));
  } finally {
    await daemon.stop();
  }
});
