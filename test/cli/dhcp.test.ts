import { expect, test } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { daemonFixture } from './fixtures.ts';

const MAC = '52:54:00:12:34:56';
const pxe = { name: 'pxe', role: 'pxe', cidr: '10.20.0.0/16', interface: 'eth1', address: '10.20.0.1' };
const lab = { ...pxe, name: 'lab', cidr: '10.30.0.0/16', address: '10.30.0.1' };
const config = configSchema.parse({
  networks: [pxe, lab].map((network) => ({ ...network, dhcp: 'authoritative' })),
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
    /^NETWORK +MAC +ADDRESS .*\npxe +52:54:00:12:34:56 +10\.20\.5\.6 +- +- +operator\n$/,
  );
  expect(JSON.parse((await dhcp('reservations', '--json')).out).reservations).toHaveLength(1);
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
