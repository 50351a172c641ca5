/** The whole daemon as a proxy beside Debian's dnsmasq, which gives the addresses. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRamdisk, type RunningDaemon, startDaemon } from '../rig/daemon.ts';
import { DNSMASQ, hearOn, layWireWithDnsmasq } from './beside-dnsmasq.ts';
import type { Wire } from './wire.ts';

const US = '10.77.0.1';
const MAC = '02:00:00:00:77:31';
const UUID = '00112233445566778899aabbccddeeff00';
const EDK2 = { vendorClass: 'PXEClient:Arch:00007:UNDI:003016', arch: 7, options: [[97, UUID]] };

let wire: Wire;
let folder: string;
let daemon: RunningDaemon;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-proxy-'));
  wire = await layWireWithDnsmasq('proxy', { folder, ours: US, mac: MAC, words: [] });
  const network = { name: 'pxe', role: 'pxe', interface: 's0', cidr: '10.77.0.0/16', address: US };
  daemon = await startDaemon({
    dir: folder,
    launch: wire.launch('server'),
    config: {
      boot: { ramdisk_dir: await makeRamdisk(join(folder, 'ramdisk')) },
      networks: [{ ...network, dhcp: 'proxy' }],
    },
  });
});
afterAll(async () => {
  await daemon?.stop();
  await wire?.remove();
  await rm(folder, { recursive: true, force: true });
});

const hear = (settings: object) => hearOn(wire, { mac: MAC, ...settings });

describe('beside dnsmasq', () => {
  it('names the boot file to firmware and gives no address; dnsmasq does that', async () => {
    expect(await hear({ ...EDK2, replies: 2 })).toEqual([
      {
        from: `${US}:67`,
        type: 2,
        yiaddr: null,
        ciaddr: null,
        siaddr: US,
        file: 'snponly.efi',
        server: US,
        vendorClass: 'PXEClient',
        lease: null,
        vendor: '060108ff',
        uuid: UUID,
      },
      expect.objectContaining({
        from: `${DNSMASQ}:67`,
        type: 2,
        yiaddr: expect.stringMatching(/^10\.77\.50\./),
      }),
    ]);
  });

  it('names the URL to firmware that boots over HTTP, and the script to iPXE', async () => {
    const http = { vendorClass: 'HTTPClient:Arch:00016:UNDI:003016', arch: 16, replies: 2 };
    const file = `http://${US}:6180/boot/snponly.efi`;
    expect((await hear(http))[0]).toMatchObject({
      yiaddr: null,
      vendorClass: 'HTTPClient',
      vendor: null,
      file,
    });
    const features = [77, Buffer.from('iPXE').toString('hex')];
    const ipxe = { ...EDK2, options: [features, [175, '130101']], replies: 2 };
    const script = `http://${US}:6180/ipxe/02-00-00-00-77-31`;
    expect((await hear(ipxe))[0]).toMatchObject({ yiaddr: null, vendorClass: 'PXEClient', file: script });
  });

  it('leaves a machine alone that does not boot: it gets its address from dnsmasq, and its files from us', async () => {
    const script = join(folder, 'configure.sh');
    const configure = '#!/bin/sh\n[ "$1" = bound ] && ip address replace "$ip/$mask" dev "$interface"\n';
    await writeFile(script, configure, { mode: 0o755 });
    const { output } = await wire.run('far', 'udhcpc', '-i', 'f0', '-f', '-n', '-q', '-s', script);
    expect(output).toMatch(/lease of 10\.77\.50\.\d+ obtained from 10\.77\.0\.5/);
    const ciaddr = /lease of (\S+) obtained/.exec(output)?.[1] ?? '';

    // With its address it asks the boot server as EDK2 does for "BINL": from port 4011, to port 4011.
    const binl = { ...EDK2, type: 'request', to: US, fromPort: 4011, toPort: 4011, ciaddr, replies: 1 };
    const options = [...EDK2.options, [43, '470400000000ff']];
    expect(await hear({ ...binl, options })).toEqual([
      {
        from: `${US}:4011`,
        type: 5,
        yiaddr: null,
        ciaddr,
        siaddr: US,
        file: 'snponly.efi',
        server: US,
        vendorClass: 'PXEClient',
        lease: null,
        uuid: UUID,
        vendor: '060108470400000000ff',
      },
    ]);
    // BIOS ROMs ask from port 68.
    const bios = { ...binl, vendorClass: 'PXEClient:Arch:00000:UNDI:002001', arch: 0, fromPort: 68 };
    expect(await hear(bios)).toMatchObject([{ from: `${US}:4011`, file: 'undionly.kpxe' }]);

    const copy = join(folder, 'nbp');
    await wire.run('far', 'curl', '-s', '-o', copy, `tftp://${US}/snponly.efi`);
    expect((await readFile(copy)).equals(await readFile('/usr/lib/ipxe/snponly.efi'))).toBe(true);
  });

  it('is not heard by dhcpcd either, which gets its whole lease from dnsmasq', async () => {
    await wire.run('far', 'ip', 'address', 'flush', 'dev', 'f0');
    await wire.run('far', 'ip', 'link', 'set', 'f0', 'address', '02:00:00:00:77:32');
    // It keeps its leases and whether it runs in folders of this host: here in its own ones.
    const dhcpcd =
      'for at in /var/lib/dhcpcd /run; do mount -t tmpfs none $at; done; exec dhcpcd -4 -1 -d --noarp -c /bin/true f0';
    const { output } = await wire.run('far', 'unshare', '--mount', 'sh', '-c', dhcpcd);
    expect(output).toMatch(/offered 10\.77\.50\.\d+ from 10\.77\.0\.5/);
    expect(output).not.toContain(`from ${US}`);
  });
});
