import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { fakeDhcp } from '../api/fixtures.ts';
import { daemonFixture } from './fixtures.ts';

const MAC = '52:54:00:12:34:56';
const pxe = { name: 'pxe', role: 'pxe', cidr: '10.20.0.0/16', interface: 'eth1', address: '10.20.0.1' };
const lab = { ...pxe, name: 'lab', cidr: '10.30.0.0/16', address: '10.30.0.1' };
const config = configSchema.parse({
  networks: [pxe, lab].map((network) => ({ ...network, dhcp: 'authoritative' })),
});

test('a host name stays when the address is replaced, until it is taken away', async () => {
  const { dhcp } = await daemonFixture({ config });
  const named = async () => JSON.parse((await dhcp('reservations', '--json')).out).reservations[0].hostname;
  await dhcp('reservations', 'add', MAC, '10.20.5.5', '--hostname', 'h');
  await dhcp('reservations', 'add', MAC, '10.20.5.6', '--replace');
  expect(await named()).toBe('h');
  await dhcp('reservations', 'add', MAC, '10.20.5.6', '--replace', '--hostname', '');
  expect(await named()).toBeNull();
});

test('reservations are added, listed, replaced and deleted', async () => {
  const { dhcp } = await daemonFixture({ config });
  expect((await dhcp('reservations')).out).toBe('No reservations.\n');
  const added = await dhcp('reservations', 'add', MAC.toUpperCase(), '10.20.5.5', '--hostname', 'h');
  expect(added.out).toBe(`${MAC} has 10.20.5.5 on pxe.\n`);
  const refused = await dhcp('reservations', 'add', MAC, '10.20.5.6');
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('Add it with --replace')]);
  await dhcp('reservations', 'add', MAC, '10.20.5.6', '--replace');
  expect((await dhcp('reservations', 'list', '--network', 'pxe')).out).toMatch(
    /^NETWORK +MAC +ADDRESS .*\npxe +52:54:00:12:34:56 +10\.20\.5\.6 +h +- +operator\n$/,
  );
  expect(JSON.parse((await dhcp('reservations', '--json')).out).reservations).toHaveLength(1);
  const unknown = await dhcp('reservations', '--network', 'pex');
  expect([unknown.code, unknown.err]).toEqual([
    1,
    'ingot: There is no network "pex".\nThere are pxe, lab (`ingot network list`).\n',
  ]);
  expect((await dhcp('reservations', 'delete', MAC)).out).toContain('no reservation on pxe any more');
  const gone = await dhcp('reservations', 'delete', MAC);
  expect([gone.code, gone.err]).toEqual([1, expect.stringContaining(`${MAC} has no reservation`)]);
});

test('a MAC with reservations on two networks is deleted from the one that is named', async () => {
  const { dhcp } = await daemonFixture({ config });
  await dhcp('reservations', 'add', MAC, '10.20.5.5');
  await dhcp('reservations', 'add', MAC, '--network', 'lab');
  const which = await dhcp('reservations', 'delete', MAC);
  expect([which.code, which.err]).toEqual([2, expect.stringContaining('on lab, pxe')]);
  expect((await dhcp('reservations', 'delete', MAC, '--network', 'lab')).code).toBe(0);
  expect((await dhcp('reservations')).out).not.toContain('lab');
});

test('help names every command of the group', async () => {
  const { dhcp } = await daemonFixture({ config });
  expect((await dhcp('--help')).out).toContain('ingot dhcp reservations add MAC');
  expect((await dhcp('reservations', '--help')).out).toContain('ingot dhcp reservations delete MAC');
  expect((await dhcp('reservation')).code).toBe(2);
});

const MACHINE = {
  mac: MAC,
  uuid: '00112233-4455-6677-8899-aabbccddeeff',
  architecture: 'EFI x64',
  vendor_class: 'PXEClient:Arch:00007',
  network: 'pxe',
  address: '10.20.1.5',
  giaddr: '10.20.0.2',
  circuit_id: 'eth0:12',
  remote_id: null,
  stage: 'dhcp.offer',
  message: 'was offered 10.20.1.5',
  seen_count: 3,
  first_seen: '2026-11-22T12:00:00.000Z',
  last_seen: '2026-11-22T12:00:09.000Z',
};

test('a discovered machine is shown with both readings of its UUID and the command that enrolls it', async () => {
  const forgotten: string[] = [];
  const forgetDiscovered = async (mac: string) => forgotten.push(mac) > 0;
  const { dhcp } = await daemonFixture({
    config,
    dhcp: fakeDhcp({ discovered: () => [MACHINE], forgetDiscovered }),
  });
  expect((await dhcp('discovered')).out).toMatch(/^52:54:00:12:34:56 +EFI x64 +pxe +10\.20\.1\.5 /m);
  const { out } = await dhcp('discovered', 'show', '52-54-00-12-34-56');
  expect(out).toContain(`${MACHINE.uuid} (or 33221100-5544-7766-8899-aabbccddeeff:`);
  expect(out).toMatch(/^circuit id +eth0:12$/m);
  const enroll = /^ {2}ingot node (enroll .*)$/m.exec(out)?.[1] ?? '';
  expect(enroll).toMatch(/--mac 52:54:00:12:34:56 --network pxe --boot-mode uefi$/);
  expect(JSON.parse((await dhcp('discovered', '--json')).out).machines).toMatchObject([
    { mac: MAC, enroll: `ingot node ${enroll}` },
  ]);
  expect((await dhcp('discovered', 'forget', MAC)).code).toBe(0);
  expect(forgotten).toEqual([MAC]);
  const unknown = await dhcp('discovered', 'show', '52:54:00:00:00:99');
  expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('is not on the list')]);
});

test('the command that enrolls a discovered machine works as it is printed', async () => {
  const { dhcp, node, folder, store } = await daemonFixture({
    config,
    dhcp: fakeDhcp({ discovered: () => [MACHINE] }),
  });
  const { out } = await dhcp('discovered', 'show', MAC);
  const password = join(folder, 'password');
  writeFileSync(password, 'secret\n');
  const words = (/ingot node (.*)/.exec(out)?.[1] ?? '').replace('FILE', password).split(' ');
  expect((await node(...words)).err).toBe('');
  expect(await store.ports.findByAddress(MAC)).toMatchObject({ physical_network: 'pxe', pxe_enabled: true });
});
