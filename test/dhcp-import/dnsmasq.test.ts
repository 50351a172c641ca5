import { expect, test } from 'vitest';
import { readForeign } from '../../src/dhcp-import/read-foreign.ts';

const NOW = Date.UTC(2026, 10, 22);
const read = (...lines: readonly string[]) => readForeign('dnsmasq', lines.join('\n'), NOW);

test.each([
  { line: 'dhcp-host=52:54:00:00:00:01,10.20.5.1', gives: '52:54:00:00:00:01 10.20.5.1 -' },
  {
    line: '--dhcp-host = 52:54:00:00:00:01, lap, 10.20.5.1, 12h # mine',
    gives: '52:54:00:00:00:01 10.20.5.1 lap',
  },
  { line: 'dhcp-host=06-0:20:e0:3b:13:af,set:red,id:*,infinite,wap', gives: '00:20:e0:3b:13:af - wap' },
  {
    line: '52:54:00:00:00:01,net:x,10.20.5.1,[fd00::1],deprecated,lap.example',
    gives: '52:54:00:00:00:01 10.20.5.1 lap.example',
  },
  { line: 'dhcp-host=52:54:00:00:00:01,10.20.5.1,12H,lap', gives: '52:54:00:00:00:01 10.20.5.1 lap' },
  { line: '52:54:00:00:00:01 10.20.5.1', gives: '52:54:00:00:00:01 10.20.5.1 -' },
  { line: '52:54:00:00:00:01 lap', gives: '52:54:00:00:00:01 - lap' },
])('$line is a reservation: $gives', ({ line, gives }) => {
  const { reservations, skipped } = read('# hosts', line);
  const words = reservations.map(
    (one) => `${one.line} ${one.mac} ${one.address ?? '-'} ${one.hostname ?? '-'}`,
  );
  expect([words, skipped]).toEqual([[`2 ${gives}`], []]);
});

test.each([
  { line: 'dhcp-host=52:54:00:00:00:01,ignore', why: 'not to answer' },
  { line: 'dhcp-host=52:54:00:*:*:*,10.20.5.1', why: 'all MACs of a pattern' },
  { line: 'dhcp-host=lap,10.20.5.1', why: 'names no MAC' },
  { line: 'dhcp-host=id:01:52:54:00:00:00:01,10.20.5.1', why: 'names no MAC' },
  { line: 'dhcp-host=01:00:5e:00:00:01,10.20.5.1', why: 'names no MAC' },
  { line: 'dhcp-hostsfile=/etc/hosts.d', why: 'import the hosts of that file' },
  { line: 'conf-dir=/etc/dnsmasq.d/,*.conf', why: 'import the hosts of that file' },
  { line: 'Who wrote this?', why: 'not understood' },
])('$line is skipped: $why', ({ line, why }) => {
  expect(read(line)).toEqual({
    reservations: [],
    leases: [],
    skipped: [{ line: 1, what: expect.any(String), why: expect.stringContaining(why) }],
  });
});

test('of several MACs with one address the first has it', () => {
  const { reservations, skipped } = read('dhcp-host=52:54:00:00:00:01,52:54:00:00:00:02,10.20.5.1');
  expect(reservations).toMatchObject([{ mac: '52:54:00:00:00:01', address: '10.20.5.1' }]);
  expect(skipped).toMatchObject([{ why: expect.stringContaining('52:54:00:00:00:02 is left out') }]);
});

test('other settings are none of our business', () => {
  expect(
    read('port=0', 'no-resolv', 'dhcp-range=10.20.1.0,10.20.1.255,1h', 'interface=eth1').skipped,
  ).toEqual([]);
});

test('leases are read up to those of IPv6; one without end is said by 0', () => {
  const { leases, skipped } = read(
    '1800000000 52:54:00:00:00:01 10.20.1.1 h1 01:52:54:00:00:00:01',
    '0 52:54:00:00:00:02 10.20.1.2 * *',
    '1800000000 06-01:00 10.20.1.3 * *',
    'duid 00:01:00:01',
    '1800000000 1 fd00::1 h1 00:01',
  );
  expect(leases).toEqual([
    {
      line: 1,
      mac: '52:54:00:00:00:01',
      address: '10.20.1.1',
      hostname: 'h1',
      startedAt: NOW,
      expiresAt: 1_800_000_000_000,
    },
    {
      line: 2,
      mac: '52:54:00:00:00:02',
      address: '10.20.1.2',
      hostname: null,
      startedAt: NOW,
      expiresAt: Date.UTC(9999, 11, 31),
    },
  ]);
  expect(skipped).toMatchObject([{ line: 3, what: 'lease of 10.20.1.3' }]);
});
