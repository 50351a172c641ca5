/** The files of other DHCP servers: whatever stands in one, it is read, or refused with the line of its mistake. */
import { FOREIGN_SERVERS, type ForeignServer, readForeign } from '../../../src/dhcp-import/read-foreign.ts';
import { IngotError } from '../../../src/errors.ts';
import { parseIpv4 } from '../../../src/net/ipv4.ts';
import { parseMac } from '../../../src/net/mac.ts';
import { mutate, noise, pick, type Random } from '../mutate.ts';
import { type FuzzRun, type FuzzTarget, promise } from '../target.ts';

const FILES: Readonly<Record<ForeignServer, readonly string[]>> = {
  kea: [
    '{ "Dhcp4": { // a comment\n "subnet4": [ { "subnet": "10.20.0.0/16", "reservations": [\n' +
      '{ "hw-address": "52:54:00:00:00:01", "ip-address": "10.20.5.1", "hostname": "one" } ] } ] } }\n',
    'address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context\n' +
      '10.20.1.1,52:54:00:00:00:01,,3600,1900000000,1,0,0,one,0,\n',
  ],
  isc: [
    'group { host one { hardware ethernet 52:54:00:00:00:01; fixed-address 10.20.5.1; } }\n',
    'lease 10.20.1.1 {\n  starts 4 2026/11/19 10:00:00;\n  ends 4 2036/11/20 10:00:00;\n  binding state active;\n' +
      '  hardware ethernet 52:54:00:00:00:01;\n  client-hostname "one";\n}\n',
  ],
  dnsmasq: [
    'dhcp-host=52:54:00:00:00:01,10.20.5.1,one\ndhcp-range=10.20.1.0,10.20.9.255\n',
    '1900000000 52:54:00:00:00:01 10.20.1.1 one *\n',
    '52:54:00:00:00:01 10.20.5.1\n',
  ],
};

function openReaders(random: Random): FuzzRun {
  const step = (): void => {
    const server = pick(random, FOREIGN_SERVERS);
    const valid = Buffer.from(pick(random, FILES[server]));
    const input = random.below(10) === 0 ? noise(random, random.below(3000)) : mutate(valid, random);
    judge(server, input);
  };
  return { step };
}

function judge(server: ForeignServer, input: Uint8Array): void {
  const text = Buffer.from(input).toString();
  try {
    const { reservations, leases } = readForeign(server, text, 0);
    for (const { mac, address } of [...reservations, ...leases]) {
      promise(parseMac(mac) === mac, `"${mac}" is no MAC`, input);
      promise(address === null || parseIpv4(address) === address, `"${address}" is no address`, input);
    }
  } catch (thrown) {
    const isRefused = thrown instanceof IngotError && /^line \d+: /.test(thrown.message);
    promise(isRefused, `it threw ${String(thrown)}`, input);
  }
}

export const targets: readonly FuzzTarget[] = [
  { group: 'dhcp-import', name: "the readers of other servers' files", open: openReaders },
];
