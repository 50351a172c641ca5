import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LeaseImport } from '../../src/api/deps.ts';
import { configSchema } from '../../src/config/schema.ts';
import { fakeDhcp } from '../api/fixtures.ts';
import { daemonFixture } from './fixtures.ts';

const config = configSchema.parse({
  networks: [
    {
      name: 'pxe',
      role: 'pxe',
      cidr: '10.20.0.0/16',
      interface: 'eth1',
      address: '10.20.0.1',
      dhcp: 'authoritative',
      ranges: [{ use: 'dhcp', from: '10.20.1.0', to: '10.20.1.255' }],
    },
  ],
});
const HOSTS = `dhcp-host=52:54:00:00:00:01,10.20.5.1,one
dhcp-host=52:54:00:00:00:02,10.20.5.1
dhcp-host=52:54:00:00:00:03,10.99.5.3
dhcp-host=52:54:00:00:00:04,ignore
dhcp-host=52:54:00:00:00:05,10.20.5.5
`;
const LEASES = `1900000000 52:54:00:00:00:05 10.20.1.5 five *
1900000000 52:54:00:00:00:06 10.20.0.1 * *
1900009999 52:54:00:00:00:05 10.20.1.6 * *
`;

/** A daemon whose DHCP takes every lease, and the two files. */
async function fixture() {
  const orders: LeaseImport[] = [];
  const dhcp = fakeDhcp({
    importLeases: async (order) => {
      orders.push(order);
      return order.leases.map(() => ({ result: 'taken' }));
    },
  });
  const daemon = await daemonFixture({ config, dhcp });
  const files = Object.entries({ hosts: HOSTS, leases: LEASES }).map(([name, content]) => {
    const path = join(daemon.folder, name);
    writeFileSync(path, content);
    return path;
  });
  const load = (...more: readonly string[]) => daemon.dhcp('import', '--from', 'dnsmasq', ...files, ...more);
  return { ...daemon, files, orders, load };
}

test('an import tells what was taken, and of the rest file, line and reason', async () => {
  const { load, store, orders, files } = await fixture();
  const { code, out } = await load();
  expect(code).toBe(0);
  expect(out).toBe(`reservations: 2 taken, 0 there already, 2 skipped
leases: 2 taken, 0 there already, 1 skipped
other entries: 1 skipped

skipped: 10.20.5.1 is reserved for 52:54:00:00:00:01 on network pxe.
  ${files[0]}:2 reservation 10.20.5.1 52:54:00:00:00:02

skipped: Reservation for 52:54:00:00:00:03: 10.99.5.3 is in none of the configured networks.
  ${files[0]}:3 reservation 10.99.5.3 52:54:00:00:00:03

skipped: 10.20.0.1 is ingot's own address of network pxe
  ${files[1]}:2 lease 10.20.0.1 52:54:00:00:00:06

skipped: it tells dnsmasq not to answer the machine
  ${files[0]}:4 host 52:54:00:00:00:04,ignore
`);
  expect(await store.reservations.list()).toMatchObject([
    { mac: '52:54:00:00:00:01', address: '10.20.5.1', hostname: 'one', source: 'import' },
    { mac: '52:54:00:00:00:05', address: '10.20.5.5', hostname: null, source: 'import' },
  ]);
  expect(orders).toMatchObject([
    { network: 'pxe', rehearsal: null, leases: [{ address: '10.20.1.6' }, { address: '10.20.1.5' }] },
  ]);
  expect((await store.events.list({ kinds: ['dhcp.imported'] }))[0]?.message).toBe(
    'Reservations and leases of dnsmasq: 4 taken, 0 there already, 3 skipped',
  );
});

test('a second import finds all there, and leaves what an operator changed meanwhile', async () => {
  const { load, dhcp, store } = await fixture();
  await load();
  expect((await load()).out).toContain('reservations: 0 taken, 2 there already, 2 skipped');
  await dhcp('reservations', 'add', '52:54:00:00:00:01', '10.20.5.9', '--replace');
  const told = JSON.parse((await load('--json')).out);
  expect(told.counts).toEqual({
    reservations: { taken: 1, unchanged: 1, skipped: 2 },
    leases: { taken: 2, unchanged: 0, skipped: 1 },
    unread: 1,
  });
  expect(told.imported[0]).toMatchObject({
    kind: 'reservation',
    line: 1,
    result: 'skipped',
    why: '52:54:00:00:00:01 has a reservation on network pxe already: 10.20.5.9, one.',
  });
  expect((await store.reservations.list())[0]).toMatchObject({ address: '10.20.5.9', source: 'operator' });
});

test('a dry run tells the same and changes nothing', async () => {
  const { load, store, orders } = await fixture();
  const rehearsed = (await load('--dry-run')).out;
  expect(await store.reservations.list()).toEqual([]);
  expect(await store.events.list({})).toEqual([]);
  // Of the reservations those go along that have a say in the leases.
  expect(orders[0]?.rehearsal).toEqual([{ mac: '52:54:00:00:00:05', address: '10.20.5.5' }]);
  expect(rehearsed.replaceAll('would be taken', 'taken')).toBe((await load()).out);
});

test.each([
  { words: ['import', 'x'], code: 2, says: 'Say whose files they are with --from' },
  {
    words: ['import', '--from', 'microsoft', 'x'],
    code: 2,
    says: '"microsoft" is none of kea, isc, dnsmasq',
  },
  // It tells size 0, as a pipe does.
  { words: ['import', '--from', 'isc', '/dev/zero'], code: 1, says: '/dev/zero is larger than 256 MiB' },
  { words: ['import', '--from', 'isc', '/nowhere'], code: 1, says: '/nowhere cannot be read: ENOENT' },
  {
    words: ['import', '--from', 'kea', 'hosts'],
    code: 1,
    says: 'nothing of kea is in it; it looks like a file of dnsmasq',
  },
])('$words: $says', async ({ words, code, says }) => {
  const { dhcp, files } = await fixture();
  const named = words.map((word) => (word === 'hosts' ? (files[0] ?? '') : word));
  const ran = await dhcp(...named);
  expect([ran.code, ran.err]).toEqual([code, expect.stringContaining(says)]);
});

test('a file in which nothing of that server is found is named: it may be another server’s', async () => {
  const { dhcp, folder } = await fixture();
  const file = join(folder, 'kea-dhcp4.conf');
  writeFileSync(file, '# dhcpd.conf without hosts\nauthoritative;\n');
  const { code, err } = await dhcp('import', '--from', 'isc', file);
  expect({ code, err }).toEqual({
    code: 0,
    err: `${file}: no reservation and no lease of isc in it; is it that server's, and the right file?\n`,
  });
});

test('a file with one endless string in it is refused by its name', async () => {
  const { dhcp, folder } = await fixture();
  const file = join(folder, 'dhcpd.leases');
  writeFileSync(file, `server-duid "${'x'.repeat(32 << 20)}";\n`);
  const { code, err } = await dhcp('import', '--from', 'isc', file);
  expect([code, err]).toEqual([1, expect.stringContaining(`${file} cannot be read`)]);
});

const ISC = `subnet 10.20.0.0 netmask 255.255.0.0 { range 10.20.1.0 10.20.1.9; }
host one { hardware ethernet 52:54:00:00:00:01; fixed-address 10.20.5.1; }
`;
const KEA = '{ "Dhcp4": { "subnet4": [] } }\n';
const KEA_LEASES = 'address,hwaddr,client_id,valid_lifetime,expire\n';

test.each([
  ['isc', 'kea', KEA],
  ['isc', 'kea', KEA_LEASES],
  ['isc', 'dnsmasq', HOSTS],
  ['isc', 'dnsmasq', LEASES],
  ['kea', 'isc', ISC],
  ['kea', 'dnsmasq', HOSTS],
  ['dnsmasq', 'isc', ISC],
  ['dnsmasq', 'kea', KEA],
  ['dnsmasq', 'kea', KEA_LEASES],
])(
  'a file given as one of %s that is one of %s is refused, and nothing imported',
  async (given, likely, content) => {
    const { dhcp, folder, files, store } = await fixture();
    const file = join(folder, 'other');
    writeFileSync(file, content);
    const rest = given === 'dnsmasq' ? files : [];
    expect(await dhcp('import', '--from', given, ...rest, file)).toMatchObject({
      code: 1,
      err: expect.stringContaining(
        `${file}: nothing of ${given} is in it; it looks like a file of ${likely}\n`,
      ),
    });
    expect(await store.reservations.list()).toEqual([]);
  },
);

test.each([
  ['isc', 'default-lease-time 600;\n'],
  ['kea', KEA],
  ['dnsmasq', 'dhcp-range=10.20.1.0,10.20.1.9\n'],
])('an own file of %s without hosts is no mistake', async (server, content) => {
  const { dhcp, folder } = await fixture();
  const file = join(folder, 'own');
  writeFileSync(file, content);
  expect((await dhcp('import', '--from', server, file)).code).toBe(0);
});
