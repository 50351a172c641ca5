/** Files come from anywhere: whatever stands in them, reading ends, and says which line is wrong. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { readJsonWithComments } from '../../src/dhcp-import/json-with-comments.ts';
import { FOREIGN_SERVERS, type ForeignServer, readForeign } from '../../src/dhcp-import/read-foreign.ts';
import { IngotError } from '../../src/errors.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { parseMac } from '../../src/net/mac.ts';

const KEA =
  'address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context\n';
/** Pieces that lead far into each reader. */
const PIECES = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  ';',
  '"',
  '\\',
  '#',
  '//',
  '/*',
  '*/',
  '\n',
  '\r\n',
  ' ',
  '\0',
  '\ufeff',
  'é',
  '"Dhcp4"',
  '"subnet4"',
  '"reservations"',
  '"hw-address"',
  '"ip-address"',
  '<?include',
  'null',
  '1e999',
  'lease ',
  'host ',
  'hardware ethernet ',
  'fixed-address ',
  'ends ',
  'never',
  'epoch ',
  'binding state active',
  'dhcp-host=',
  'duid ',
  'ignore',
  '52:54:00:00:00:01',
  '10.20.1.1',
  '0',
  '99999999999',
  '4 2026/99/99 99:99:99',
  KEA,
  '10.20.1.1,52:54:00:00:00:01,,3600,1800000000,1,0,0,h,0,\n',
  '&#x2c',
  '*',
  'lease 10.20.1.1 {',
];
const junk = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 120 }).map((pieces) => pieces.join('')),
);

function read(server: ForeignServer, text: string): void {
  let file: ReturnType<typeof readForeign>;
  try {
    file = readForeign(server, text, 0);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(IngotError);
    expect(String(thrown)).toMatch(/line \d+: /);
    return;
  }
  const lines = text.split('\n').length;
  for (const { line, mac, address } of [...file.reservations, ...file.leases]) {
    expect(line).toBeLessThanOrEqual(lines);
    expect([parseMac(mac), address === null ? null : parseIpv4(address)]).toEqual([mac, address]);
  }
  for (const { startedAt, expiresAt } of file.leases)
    expect(new Date(startedAt).toISOString() <= new Date(Math.max(startedAt, expiresAt)).toISOString()).toBe(
      true,
    );
}

test.each(FOREIGN_SERVERS)('whatever a file of %s holds, it is read or its line is named', (server) => {
  fc.assert(fc.property(junk, (text) => read(server, text)));
});

test.each(FOREIGN_SERVERS)('a file of %s may end anywhere', (server) => {
  const whole = {
    kea: '{ "Dhcp4": { "reservations": [ { "hw-address": "52:54:00:00:00:01", "ip-address": "10.0.0.1" } ] } }',
    isc: 'host a { hardware ethernet 52:54:00:00:00:01; fixed-address 10.0.0.1; } lease 10.0.0.2 { ends never; }',
    dnsmasq: 'dhcp-host=52:54:00:00:00:01,10.0.0.1,h\n1800000000 52:54:00:00:00:01 10.0.0.1 h *\n',
  }[server];
  for (let end = 0; end <= whole.length; end++) read(server, whole.slice(0, end));
});

describe('JSON with comments', () => {
  it('is JSON where it has none', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(readJsonWithComments(text).value).toEqual(JSON.parse(text));
      }),
    );
  });

  it('reads a long file in little time', () => {
    const hosts = Array.from({ length: 20_000 }, (_, i) => ({ 'hw-address': i, 'ip-address': `${i}` }));
    const { value, lineOf } = readJsonWithComments(JSON.stringify(hosts, null, 1));
    expect(Array.isArray(value) && value.length).toBe(20_000);
    const last = Array.isArray(value) ? value.at(-1) : null;
    expect(lineOf(typeof last === 'object' && last !== null ? last : {})).toBe(79_998);
  });
});
