import { describe, expect, it, test } from 'vitest';
import { readForeign } from '../../src/dhcp-import/read-foreign.ts';

const CONFIG = `// Written by hand.
{
  "Dhcp4": {
    # the old network
    "interfaces-config": { "interfaces": [ "eth1/10.20.0.1" ] },
    "reservations": [
      { "hw-address": "52:54:00:00:00:01", "hostname": "global-name" },
    ],
    "subnet4": [ {
      "subnet": "10.20.0.0/16", /* two
      lines */ "pools": [ { "pool": "10.20.1.0 - 10.20.1.255" } ],
      "reservations": [
        { "hw-address": "52:54:00:AA:BB:02", "ip-address": "10.20.5.2", "hostname": "rack1-u02.example." },
        { "client-id": "01:52:54:00:aa:bb:03", "ip-address": "10.20.5.3", "hostname": "rack_3" },
        { "duid": "00:03:00:01:52:54:00:aa:bb:04", "ip-address": "10.20.5.4" },
        { "hw-address": "52:54:00:aa:bb:05", "ip-address": "10.20.5" }
      ]
    } ],
    "shared-networks": [ { "name": "lab", "subnet4": [ { "subnet": "10.21.0.0/24",
      "reservations": [ { "hw-address": "52-54-00-aa-bb-06", "ip-address": "10.21.0.6" } ] } ] } ]
  }
}
`;

test("Kea's reservations are read from the configuration, global ones and those of shared networks too", () => {
  const { reservations, skipped, leases } = readForeign('kea', CONFIG, 0);
  expect(leases).toEqual([]);
  expect(reservations).toEqual([
    { line: 7, mac: '52:54:00:00:00:01', address: null, hostname: 'global-name' },
    {
      line: 13,
      mac: '52:54:00:aa:bb:02',
      address: '10.20.5.2',
      hostname: 'rack1-u02.example',
      subnet: '10.20.0.0',
    },
    { line: 14, mac: '52:54:00:aa:bb:03', address: '10.20.5.3', hostname: null, subnet: '10.20.0.0' },
    { line: 20, mac: '52:54:00:aa:bb:06', address: '10.21.0.6', hostname: null, subnet: '10.21.0.0' },
  ]);
  expect(skipped).toEqual([
    { line: 15, what: 'reservation of 10.20.5.4', why: expect.stringContaining('names no MAC') },
    { line: 16, what: 'reservation of 10.20.5', why: '"10.20.5" is no IPv4 address' },
  ]);
});

test('the answer of config-get is read like the file', () => {
  const Dhcp4 = { reservations: [{ 'hw-address': '52:54:00:00:00:01', 'ip-address': '10.20.5.1' }] };
  const answer = JSON.stringify([{ result: 0, arguments: { Dhcp4 } }]);
  expect(readForeign('kea', answer, 0).reservations).toMatchObject([{ address: '10.20.5.1' }]);
});

test.each([
  {
    what: 'a comma is missing',
    text: '{\n "Dhcp4": { "a": 1\n "b": 2 } }',
    says: 'line 3: "," or "}" is missing before ""b": 2 } }"',
  },
  {
    what: 'a bracket is missing',
    text: '{ "Dhcp4": {',
    says: 'line 1: a name in quotes is missing at the end',
  },
  {
    what: 'another file is included',
    text: '{ "Dhcp4": {\n <?include "x.json"?>',
    says: 'line 2: it includes another file',
  },
  { what: 'it is for DHCPv6', text: '{ "Dhcp6": {} }', says: 'line 1: DHCPv6 is not imported' },
  { what: 'it is something else', text: '{}', says: 'line 1: there is no "Dhcp4" in it' },
  {
    what: 'it is nested without end',
    text: '['.repeat(100_000),
    says: 'line 1: brackets are nested too deep',
  },
  {
    what: 'a comment has no end',
    text: '{ /* "Dhcp4": {} }',
    says: 'line 1: a name in quotes is missing before "/* "Dhcp4": {} }"',
  },
  {
    what: 'a column is missing',
    text: 'address,hwaddr,client_id\n',
    says: 'line 1: the column valid_lifetime, expire, hostname, state is missing',
  },
])('where $what, the error tells the line', ({ text, says }) => {
  expect(() => readForeign('kea', text, 0)).toThrow(says);
});

describe("Kea's leases", () => {
  const HEADING =
    'address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id';
  const lines = (...rows: string[]) => readForeign('kea', [HEADING, ...rows, ''].join('\n'), 0);
  const row = (address: string, mac: string, expire = '1800003600', state = '0') =>
    `${address},${mac},01:02,3600,${expire},1,0,0,h1,${state},,0`;

  it('are the last line of each address', () => {
    const { leases, skipped } = lines(
      row('10.20.1.1', '52:54:00:00:00:01'),
      row('10.20.1.2', '52:54:00:00:00:02'),
      row('10.20.1.1', '52:54:00:00:00:03', '1800009999'),
      row('10.20.1.2', '52:54:00:00:00:02', '1800003600', '2'),
      row('10.20.1.3', '', '1800003600', '1'),
      row('10.20.1.4', ''),
      '10.20.1.9,52:54:0',
    );
    expect(leases).toEqual([
      {
        line: 4,
        mac: '52:54:00:00:00:03',
        address: '10.20.1.1',
        hostname: 'h1',
        startedAt: 1_800_006_399_000,
        expiresAt: 1_800_009_999_000,
      },
    ]);
    expect(skipped.map(({ line, why }) => `${line} ${why}`)).toEqual([
      '8 the line is cut off or damaged',
      '5 it ended',
      '6 it was declined by its machine',
      expect.stringContaining('7 it names no MAC'),
    ]);
  });

  it('may be without end, and have commas in their names', () => {
    const [lease] = lines('10.20.1.1,52:54:00:00:00:01,,4294967295,1800000000,1,0,0,a&#x2cb,0,,0').leases;
    expect(new Date(lease?.expiresAt ?? 0).getUTCFullYear()).toBe(9999);
    expect(lease?.hostname).toBeNull();
  });
});
