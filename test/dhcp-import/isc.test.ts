import { expect, test } from 'vitest';
import { readForeign } from '../../src/dhcp-import/read-foreign.ts';

test("ISC's hosts are read wherever they stand", () => {
  const { reservations, skipped } = readForeign(
    'isc',
    `# dhcpd.conf
option domain-name "example # no comment";
include "/etc/dhcp/more.conf";
host alone { hardware ethernet 0:16:3e:0:0:1; fixed-address 10.20.5.1; }
subnet 10.20.0.0 netmask 255.255.0.0 {
  range 10.20.1.0 10.20.1.255;
  group {
    filename "a;b{c}";
    host two {
      hardware ethernet 00:16:3E:00:00:02;
      fixed-address 10.20.5.2, 10.21.5.2;
      option host-name "renamed";
    }
  }
}
host known { hardware ethernet 00:16:3e:00:00:03; }
HOST Upper { Hardware ETHERNET 00:16:3e:00:00:07; Fixed-Address 10.20.5.7; Option Host-Name "Seven"; }
host by-name { hardware ethernet 00:16:3e:00:00:04; fixed-address h4.example; }
host by-uid { option dhcp-client-identifier "x"; fixed-address 10.20.5.5; }
`,
    0,
  );
  expect(reservations.map(({ line, ...one }) => [line, ...Object.values(one)])).toEqual([
    [4, '00:16:3e:00:00:01', '10.20.5.1', 'alone'],
    [9, '00:16:3e:00:00:02', '10.20.5.2', 'renamed'],
    [9, '00:16:3e:00:00:02', '10.21.5.2', 'renamed'],
    [16, '00:16:3e:00:00:03', null, 'known'],
    [17, '00:16:3e:00:00:07', '10.20.5.7', 'Seven'],
  ]);
  expect(skipped.map(({ line, what }) => `${line} ${what}`)).toEqual([
    '3 include "/etc/dhcp/more.conf"',
    '18 host by-name',
    '19 host by-uid',
  ]);
});

const lease = (address: string, ...more: string[]) =>
  `lease ${address} {\n  starts 4 2026/11/19 10:11:12;\n  ends 4 2026/11/19 11:11:12;\n  ${more.join('\n  ')}\n}\n`;

test("ISC's leases are the last entry of each address, in UTC", () => {
  const { leases, skipped } = readForeign(
    'isc',
    `# The format of this file is documented in the dhcpd.leases(5) manual page.
authoring-byte-order little-endian;
server-duid "\\000\\001\\000\\001\\"{;}";
${lease('10.20.1.1', 'binding state active;', 'hardware ethernet 00:16:3e:00:00:01;')}
${lease('10.20.1.1', 'binding state active;', 'hardware ethernet 00:16:3e:00:00:02;', 'uid "\\001\\\\";', 'client-hostname "h2";')}
${lease('10.20.1.2', 'binding state free;', 'hardware ethernet 00:16:3e:00:00:03;')}
lease 10.20.1.3 { starts epoch 1800000000; ends never; binding state active; hardware ethernet 0:16:3e:0:0:4; }
host from-omapi { dynamic; hardware ethernet 00:16:3e:00:00:05; fixed-address 10.20.5.5; }
host from-omapi { dynamic; deleted; }
lease 10.20.1.4 {
  starts 4 2026/11/19 10:11:12;`,
    0,
  );
  const at = (text: string) => Date.parse(`2026-11-19T${text}Z`);
  expect(leases).toMatchObject([
    {
      mac: '00:16:3e:00:00:02',
      address: '10.20.1.1',
      hostname: 'h2',
      startedAt: at('10:11:12'),
      expiresAt: at('11:11:12'),
    },
    { mac: '00:16:3e:00:00:04', startedAt: 1_800_000_000_000, expiresAt: Date.UTC(9999, 11, 31) },
  ]);
  expect(skipped.map(({ what, why }) => `${what}: ${why}`)).toEqual([
    'lease of 10.20.1.4: it is cut off or damaged',
    'lease of 10.20.1.2: its state is free',
  ]);
});

test.each([
  { text: 'a;\n}\n', says: 'line 2: "}" closes nothing' },
  { text: 'option x\n"no end;\n', says: 'line 2: a string has no end' },
  { text: '{'.repeat(1000), says: 'line 1: blocks are nested too deep' },
])('$says', ({ text, says }) => {
  expect(() => readForeign('isc', text, 0)).toThrow(says);
});
