/** The whole daemon and a machine behind ISC's relay, in three namespaces: `far` boots, `client` relays and routes. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeRamdisk, type RunningDaemon, startDaemon } from '../rig/daemon.ts';
import { layWire, WITH_FAR, type Wire } from './wire.ts';

const SERVER = '10.77.0.1';
const MAC = '02:00:00:00:70:01';

let wire: Wire;
let folder: string;
let daemon: RunningDaemon;
let endRelay: () => Promise<void>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-relay-'));
  wire = await layWire('relay', WITH_FAR);
  await wire.addCable(0, `${SERVER}/24`);
  await wire.addFarCable(0, '10.70.0.254/24');
  await wire.run('client', 'ip', 'address', 'add', '10.77.0.254/24', 'dev', 'c0');
  // A second network of the far wire: giaddr stays that of the first one.
  await wire.run('client', 'ip', 'address', 'add', '10.71.0.254/24', 'dev', 'r0');
  await wire.run('client', 'sysctl', '-w', 'net.ipv4.ip_forward=1');
  await wire.run('server', 'ip', 'route', 'add', '10.70.0.0/15', 'via', '10.77.0.254');
  await wire.run('far', 'ip', 'link', 'set', 'f0', 'address', MAC);
  const behindRelays = { role: 'pxe', wire: 'rack-7', dhcp: 'authoritative' };
  daemon = await startDaemon({
    dir: folder,
    launch: wire.launch('server'),
    config: {
      boot: { ramdisk_dir: await makeRamdisk(join(folder, 'ramdisk')) },
      networks: [
        {
          name: 'pxe',
          role: 'pxe',
          interface: 's0',
          cidr: '10.77.0.0/24',
          address: SERVER,
          dhcp: 'authoritative',
          ranges: [{ use: 'dhcp', from: '10.77.0.10', to: '10.77.0.19' }],
        },
        {
          name: 'rack-7',
          cidr: '10.70.0.0/24',
          gateway: '10.70.0.254',
          ...behindRelays,
          ranges: [{ use: 'dhcp', from: '10.70.0.10', to: '10.70.0.10' }],
        },
        {
          name: 'rack-7-more',
          cidr: '10.71.0.0/24',
          gateway: '10.71.0.254',
          ...behindRelays,
          ranges: [{ use: 'dhcp', from: '10.71.0.10', to: '10.71.0.19' }],
        },
      ],
    },
  });
  endRelay = await startRelay();
});
afterAll(async () => {
  await daemon?.stop();
  await wire?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** -a: it appends option 82, -D: and drops a reply that does not bring it back. Returns how to end it. */
async function startRelay(...more: readonly string[]): Promise<() => Promise<void>> {
  const words = ['-4', '-d', '-a', '-D', '-id', 'r0', '-iu', 'c0', ...more, SERVER];
  const relay = wire.start('client', 'dhcrelay', ...words);
  const heard = async () => expect((await wire.run('client', 'ss', '-Huln')).output).toContain(':67');
  await vi.waitFor(heard, { timeout: 15_000 }); // a hook has no expect.poll
  return async () => {
    const gone = once(relay, 'exit');
    relay.kill();
    await gone;
  };
}

/** busybox's script that sets address and route, and writes down what it was told. */
async function configuringScript(): Promise<{ path: string; told: () => Promise<string> }> {
  const path = join(folder, 'configure.sh');
  const out = join(folder, 'told');
  const body = `#!/bin/sh
case "$1" in bound|renew)
  ip address replace "$ip/$mask" dev "$interface"
  ip route replace default via "$router"
  echo "$1 $ip router=$router server=$serverid boot=$siaddr/$boot_file" >> ${out} ;;
esac
`;
  await writeFile(path, body, { mode: 0o755 });
  return { path, told: () => readFile(out, 'utf8').catch(() => '') };
}

describe('a machine behind ISC dhcrelay', () => {
  it('gets address, router and boot file of its network, renews past the relay, and loads its files by routing', async () => {
    const script = await configuringScript();
    const asFirmware = ['-V', 'PXEClient:Arch:00007:UNDI:003016', '-x', '0x5d:0007'];
    const udhcpc = ['udhcpc', '-i', 'f0', '-f', '-s', script.path, ...asFirmware] as const;
    const client = wire.start('far', ...udhcpc);
    const boot = `boot=${SERVER}/snponly.efi`;
    await expect
      .poll(script.told, { timeout: 10_000 })
      .toBe(`bound 10.70.0.10 router=10.70.0.254 server=${SERVER} ${boot}\n`);

    // The relay would pick up the renewal as well: without it only the routed one arrives.
    await endRelay();
    client.kill('SIGUSR1');
    await expect.poll(script.told, { timeout: 10_000 }).toContain(`renew 10.70.0.10`);
    endRelay = await startRelay();

    const tftp = await wire.run(
      'far',
      'curl',
      '-s',
      '-o',
      join(folder, 'nbp'),
      `tftp://${SERVER}/snponly.efi`,
    );
    expect(tftp.output).toBe('');
    const fetched = await readFile(join(folder, 'nbp'));
    expect(fetched.equals(await readFile('/usr/lib/ipxe/snponly.efi'))).toBe(true);
    const url = `http://${SERVER}:6180/ipxe/02-00-00-00-70-01`;
    expect((await wire.run('far', 'curl', '-s', url)).output).toMatch(/^#!ipxe/);
    client.kill('SIGTERM');
    const place = { mac: MAC, network: 'rack-7', giaddr: '10.70.0.254', circuit_id: 'r0' };
    await expect.poll(daemon.client.discovered.list, { timeout: 5_000 }).toMatchObject([place]);
    expect(await daemon.client.leases()).toMatchObject([
      { network: 'rack-7', mac: MAC, address: '10.70.0.10' },
    ]);
  });

  it('is a node one day, and its port tells where it is plugged in', async () => {
    const ports = [{ address: MAC, physical_network: 'rack-7' }];
    await daemon.client.nodes.enroll({ name: 'rack7-u01', driver: 'fake-hardware', ports });
    await wire.run('far', 'udhcpc', '-i', 'f0', '-n', '-q', '-f', '-t', '5', '-s', '/bin/true');
    const dhcp = { giaddr: '10.70.0.254', circuit_id: 'r0', remote_id: null };
    await expect
      .poll(() => daemon.client.nodes.ports('rack7-u01'), { timeout: 10_000 })
      .toMatchObject([{ internal_info: { dhcp } }]);
    const [told] = (await daemon.client.nodes.timeline('rack7-u01')).filter(
      ({ kind }) => kind === 'dhcp.relay',
    );
    expect(told?.message).toBe(`${MAC} is behind the relay 10.70.0.254, circuit r0`);
    expect(await daemon.client.discovered.list()).toEqual([]);
  });

  it('gets an address of the second network on its wire when the first is full', async () => {
    await wire.run('far', 'ip', 'link', 'set', 'f0', 'address', '02:00:00:00:70:02');
    const lease = join(folder, 'dhclient.leases');
    const args = ['-1', '-v', '-sf', '/bin/true', '-lf', lease, '-pf', join(folder, 'dhclient.pid'), 'f0'];
    const { output } = await wire.run('far', 'dhclient', ...args);
    expect(output).toContain('bound to 10.71.0.10');
    expect(await readFile(lease, 'utf8')).toContain('option routers 10.71.0.254');
  });

  it('is refused an address of elsewhere by a NAK that the relay broadcasts, and then gets one', async () => {
    await wire.run('far', 'ip', 'link', 'set', 'f0', 'address', '02:00:00:00:70:03');
    const lease = join(folder, 'moved.leases');
    await writeFile(lease, 'lease { interface "f0"; fixed-address 10.99.0.5; expire never; }\n');
    const args = ['-1', '-v', '-sf', '/bin/true', '-lf', lease, '-pf', join(folder, 'moved.pid'), 'f0'];
    const { output } = await wire.run('far', 'dhclient', ...args);
    expect(output).toMatch(/DHCPREQUEST for 10\.99\.0\.5[\s\S]*DHCPNAK from[\s\S]*bound to 10\.71\.0\.11/);
  });

  it('gets an address of its own link through a relay that asks from another network (RFC 3527)', async () => {
    await endRelay();
    // giaddr is now of the network that the daemon itself is on; option 82.5 tells the link.
    endRelay = await startRelay('-U', 'c0');
    await wire.run('far', 'ip', 'link', 'set', 'f0', 'address', '02:00:00:00:70:04');
    const args = ['-i', 'f0', '-f', '-n', '-q', '-s', '/bin/true'];
    expect((await wire.run('far', 'udhcpc', ...args)).output).toContain('lease of 10.71.0.12 obtained');
    const place = { mac: '02:00:00:00:70:04', network: 'rack-7-more', giaddr: '10.77.0.254' };
    await expect
      .poll(daemon.client.discovered.list, { timeout: 5_000 })
      .toEqual(expect.arrayContaining([expect.objectContaining(place)]));
  });
});
