/** A site, a node and the DHCP options of the clients that the tests speak of. */
import type { BootOptions } from '../../src/boot/client.ts';
import type { BootEntry, BootSite } from '../../src/boot/decision.ts';
import { type Ipv4, parseIpv4 } from '../../src/net/ipv4.ts';
import { type Mac, parseMac } from '../../src/net/mac.ts';

export const ipv4 = (text: string): Ipv4 => parseIpv4(text) ?? fail(text);
export const mac = (text: string): Mac => parseMac(text) ?? fail(text);

export const SITE: BootSite = {
  serverAddress: ipv4('10.20.0.1'),
  httpPort: 6180,
  syslog: false,
  uefiHttpsPort: null,
  tls: null,
  ipxeByTls: false,
  upstreamAgents: false,
};
export const MAC = mac('52:54:00:ab:cd:ef');

export const entry = (intent: BootEntry['intent']): BootEntry => ({
  mac: MAC,
  nodeUuid: '1b4e28ba-2fa1-4d0c-8b6a-8f6a2c1d9e10',
  nodeName: 'rack1-07',
  intent,
  instance: null,
  generation: 1,
  deployed: false,
  program: null,
  secureBoot: false,
  systemUuid: null,
  hostname: 'rack1-07',
  ticket: null,
});

/** iPXE's options with (0x13) or without HTTP among its features, as Debian's build orders them. */
export const IPXE_WITH_HTTP = Buffer.from(
  'b105018086100e1101011301011801012101011501011b01 0119 0101'.replaceAll(' ', ''),
  'hex',
);
const IPXE_WITHOUT_HTTP = Buffer.from('b105018086100e1101011801012101011501011b0101', 'hex');

export const NOBODY: BootOptions = { vendorClass: null, userClass: null, archs: [], ipxe: null };

/** Clients by the name that people give them. */
export const CLIENTS = {
  'BIOS ROM': { ...NOBODY, vendorClass: 'PXEClient:Arch:00000:UNDI:002001', archs: [0] },
  'EDK2 x64': { ...NOBODY, vendorClass: 'PXEClient:Arch:00007:UNDI:003016', archs: [7] },
  'EDK2 x64 over HTTP': { ...NOBODY, vendorClass: 'HTTPClient:Arch:00016:UNDI:003016', archs: [16] },
  'EDK2 ARM64': { ...NOBODY, vendorClass: 'PXEClient:Arch:00011:UNDI:003016', archs: [11] },
  'iPXE in BIOS': {
    vendorClass: 'PXEClient:Arch:00000:UNDI:002001',
    userClass: Buffer.from('iPXE'),
    archs: [0],
    ipxe: IPXE_WITH_HTTP,
  },
  'iPXE in UEFI': {
    vendorClass: 'PXEClient:Arch:00007:UNDI:003010',
    userClass: Buffer.from('iPXE'),
    archs: [7],
    ipxe: IPXE_WITH_HTTP,
  },
  'iPXE without HTTP': {
    vendorClass: 'PXEClient:Arch:00000:UNDI:002001',
    userClass: Buffer.from('iPXE'),
    archs: [0],
    ipxe: IPXE_WITHOUT_HTTP,
  },
  Linux: { ...NOBODY, vendorClass: 'udhcp 1.35.0' },
} as const satisfies Record<string, BootOptions>;

function fail(text: string): never {
  throw new Error(`the fixture is wrong: ${text}`);
}
