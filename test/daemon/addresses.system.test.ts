/** How the daemon gives addresses away beside hosts that have some of their own, and to whom it speaks. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layWire, type Wire } from '../dhcp/wire.ts';
import { type RunningDaemon, startDaemon } from '../rig/daemon.ts';
import { freePorts } from '../rig/ports.ts';

const MACHINE = '02:00:00:00:77:01';
const FOREIGN = '02:00:00:00:77:99';
const KNOWN = '02:00:00:00:77:05';
const ALONE = '02:00:00:00:78:01';

let dir: string;
let wire: Wire;
let daemon: RunningDaemon;

const network = (number: number, more: object) => ({
  name: `pxe${number}`,
  role: 'pxe',
  interface: `s${number}`,
  cidr: `10.7${7 + number}.0.0/16`,
  address: `10.7${7 + number}.0.1`,
  dhcp: 'authoritative',
  dhcp_search_s: 0,
  ...more,
});

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ingot-addresses-'));
  wire = await layWire('addresses');
  const run = (...words: string[]) => wire.run('client', 'ip', ...words);
  for (const [number, mac] of [MACHINE, ALONE].entries()) {
    await wire.addCable(number, `10.7${7 + number}.0.1/16`);
    await run('link', 'set', `c${number}`, 'address', mac);
  }
  // A host of its own on the same wire, with a fixed address; only it shall answer for that.
  await wire.run('client', 'sysctl', '-qw', 'net.ipv4.conf.all.arp_ignore=1');
  await run(
    'link',
    'add',
    'link',
    'c0',
    'name',
    'host',
    'address',
    FOREIGN,
    'type',
    'macvlan',
    'mode',
    'bridge',
  );
  await run('address', 'add', '10.77.1.1/16', 'dev', 'host');
  await run('link', 'set', 'host', 'up');
  const { api } = await freePorts('api');
  const networks = [
    network(0, { ranges: [{ use: 'dhcp', from: '10.77.1.1', to: '10.77.1.20' }] }),
    network(1, { reply: 'unicast', ranges: [{ use: 'dhcp', from: '10.78.1.1', to: '10.78.1.9' }] }),
  ];
  daemon = await startDaemon({
    dir,
    config: { api: { listen: `127.0.0.1:${api}` }, networks },
    launch: wire.enter('server'),
  });
});
afterAll(async () => {
  await daemon.stop();
  await wire.remove();
  await rm(dir, { recursive: true, force: true });
});

/** What busybox's client says; its exit code is 1 without a lease. */
const udhcpc = async (nic: string, ...words: string[]): Promise<string> =>
  (await wire.run('client', 'udhcpc', '-i', nic, '-nqf', '-t', '5', '-s', '/bin/true', ...words)).output;

/** Events of one kind so far. */
async function events(kind: string): Promise<readonly { message: string; data: object }[]> {
  const found: { message: string; data: object }[] = [];
  const { last_event } = await daemon.client.status();
  if (last_event === 0) return found;
  for await (const event of daemon.client.events({ after: 0 })) {
    if (event.kind === kind) found.push(event);
    if (event.seq >= last_event) break;
  }
  return found;
}

describe('an address that a host has for itself', () => {
  it('is found out before it is offered, and its MAC is told', async () => {
    expect(await udhcpc('c0')).toContain('lease of 10.77.1.2 obtained');
    await expect
      .poll(() => events('dhcp.address_in_use'))
      .toMatchObject([
        {
          message: expect.stringContaining(
            `10.77.1.1 of network pxe0 is in use by a machine with MAC ${FOREIGN}`,
          ),
          data: { address: '10.77.1.1', mac: FOREIGN },
        },
      ]);
    const { output } = await wire.run(
      'client',
      'udhcpc',
      '-i',
      'c0',
      '-nqf',
      '-r',
      '10.77.1.1',
      '-s',
      '/bin/true',
    );
    expect(output).not.toContain('lease of 10.77.1.1 ');
  });

  it('is no obstacle to other clients: ISC dhclient and dhcpcd get the machine’s address, too', async () => {
    const files = ['-lf', join(dir, 'dhclient.leases'), '-pf', join(dir, 'dhclient.pid'), '-sf', '/bin/true'];
    const dhclient = await wire.run('client', 'dhclient', '-1', '-v', ...files, 'c0');
    expect(dhclient.output).toContain('DHCPACK of 10.77.1.2 from 10.77.0.1');
    const script = ['--script', '/bin/true', '--noipv4ll', '--nobackground', '--oneshot'];
    const dhcpcd = await wire.run(
      'client',
      'timeout',
      '30',
      'dhcpcd',
      '-4',
      ...script,
      '-C',
      'resolv.conf',
      'c0',
    );
    expect(dhcpcd.output).toContain('leased 10.77.1.2');
  });
});

describe('a machine without an address on a network with reply: unicast', () => {
  /** Destination MAC and address of each reply that tcpdump sees while the client asks, and its checksum's worth. */
  async function heard(...words: string[]): Promise<readonly string[]> {
    const dump = wire.start(
      'client',
      'tcpdump',
      '-nevv',
      '-l',
      '-i',
      'c1',
      '-c',
      '2',
      'udp',
      'src',
      'port',
      '67',
    );
    let text = '';
    dump.stdout?.on('data', (more: Buffer) => {
      text += more.toString();
    });
    let said = '';
    dump.stderr?.on('data', (more: Buffer) => {
      said += more.toString();
    });
    await expect.poll(() => said).toContain('listening on');
    expect(await udhcpc('c1', ...words)).toContain('lease of 10.78.1.1 obtained');
    const reply = /> ([0-9a-f:]{17}),[^>]*> ([\d.]+): \[(udp sum ok|bad udp cksum)/g;
    await expect.poll(() => [...text.matchAll(reply)]).toHaveLength(2);
    return [...text.matchAll(reply)].map((found) => found.slice(1).join(' '));
  }

  it('is answered by frames to its MAC alone', async () => {
    const one = `${ALONE} 10.78.1.1.68 udp sum ok`;
    expect(await heard()).toEqual([one, one]);
  });

  it('is answered by broadcast when it asks for that', async () => {
    // Whether the kernel leaves the checksum to the NIC is its own business.
    const all = expect.stringMatching(/^ff:ff:ff:ff:ff:ff 255\.255\.255\.255\.68 /);
    expect(await heard('-B')).toEqual([all, all]);
  });
});

describe('many made-up machines', () => {
  it('leave addresses to the machines of nodes, and one event tells of them', async () => {
    await daemon.client.nodes.enroll({
      name: 'rack1-05',
      driver: 'fake-hardware',
      driver_info: {},
      ports: [{ address: KNOWN, pxe_enabled: true, physical_network: 'pxe0' }],
    });
    await wire.run('client', 'ip', 'address', 'add', '10.77.0.9/16', 'dev', 'c0');
    const load = ['-r', '100', '-R', '200', '-n', '100', '-W', '500000'];
    await wire.run('client', 'perfdhcp', '-4', '-l', 'c0', ...load, '10.77.0.1');
    await expect
      .poll(() => events('dhcp.too_many_strangers'))
      .toMatchObject([{ data: { network: 'pxe0', relay: expect.stringMatching(/^10\.77\./) } }]);
    await wire.run('client', 'ip', 'link', 'set', 'c0', 'address', KNOWN);
    expect(await udhcpc('c0')).toMatch(/lease of 10\.77\.1\.\d+ obtained/);
    const { counters } = await daemon.client.status();
    expect(counters).toMatchObject({ 'dhcp.too_many_strangers': expect.any(Number) });
  });
});
