/** Builders for the tests of this folder: a small network, client messages, a lease book. */

import { type ClientFacts, readClient } from '../../src/dhcp/codec/client-facts.ts';
import { type ClientMessage, MESSAGE_TYPES } from '../../src/dhcp/codec/message-type.ts';
import { OPTIONS, writeOption } from '../../src/dhcp/codec/options/table.ts';
import type { DhcpPacket } from '../../src/dhcp/codec/packet.ts';
import { dynamicAddresses } from '../../src/dhcp/leases/address-range.ts';
import type { Lease } from '../../src/dhcp/leases/lease.ts';
import { LeaseBook } from '../../src/dhcp/leases/lease-book.ts';
import type { DhcpNetwork } from '../../src/dhcp/wires/network.ts';
import { type Cidr, type Ipv4, parseCidr, parseIpv4 } from '../../src/net/ipv4.ts';
import { type Mac, macToBytes, parseMac } from '../../src/net/mac.ts';

export const NOW = 1_800_000_000_000;

export function ip(text: string): Ipv4 {
  const address = parseIpv4(text);
  if (address === null) throw new Error(`not an address: ${text}`);
  return address;
}

export function cidr(text: string): Cidr {
  const block = parseCidr(text);
  if (block === null) throw new Error(`not a network: ${text}`);
  return block;
}

/** `mac(7)` is 02:00:00:00:00:07. */
export function mac(number: number): Mac {
  const hex = number.toString(16).padStart(10, '0');
  const parsed = parseMac(`02${hex}`);
  if (parsed === null) throw new Error(`no MAC for ${number}`);
  return parsed;
}

/** 10.77.0.0/24, ours .1, dynamic .10 to .19. */
export const NETWORK: DhcpNetwork = {
  name: 'pxe',
  interface: 'eth1',
  wire: 'eth1',
  cidr: cidr('10.77.0.0/24'),
  address: ip('10.77.0.1'),
  gateway: null,
  nameservers: [],
  leaseSeconds: 3600,
  bootLeaseSeconds: 600,
  mode: 'authoritative',
  strangersPerPort: 4,
  strangersPercent: 100,
  identity: 'mac',
  arpProbe: true,
  reply: 'broadcast',
  ranges: [{ from: ip('10.77.0.10'), to: ip('10.77.0.19') }],
};

export function bookOf(leases: readonly Lease[] = [], network = NETWORK, now = NOW): LeaseBook {
  return new LeaseBook(dynamicAddresses(network), leases, now);
}

export function lease(holder: Mac, address: string, expiresInSeconds = 1800): Lease {
  const expiresAt = NOW + expiresInSeconds * 1000;
  const times = { startedAt: expiresAt - 3_600_000, expiresAt };
  return {
    address: ip(address),
    mac: holder,
    hostname: null,
    relayInformation: null,
    giaddr: null,
    ...times,
  };
}

export type MessageParts = {
  readonly type: ClientMessage;
  readonly mac?: Mac;
  readonly xid?: number;
  readonly secs?: number;
  readonly broadcast?: boolean;
  readonly ciaddr?: string;
  readonly giaddr?: string;
  readonly asks?: string;
  readonly serverId?: string;
  readonly options?: readonly (readonly [number, Uint8Array])[];
};

export function message(parts: MessageParts): DhcpPacket {
  return {
    op: 'request',
    hardwareType: 1,
    hardwareAddress: macToBytes(parts.mac ?? mac(1)),
    hops: 0,
    xid: (parts.xid ?? 0x1234).toString(16),
    secs: parts.secs ?? 0,
    broadcast: parts.broadcast ?? false,
    ciaddr: parts.ciaddr === undefined ? null : ip(parts.ciaddr),
    yiaddr: null,
    siaddr: null,
    giaddr: parts.giaddr === undefined ? null : ip(parts.giaddr),
    sname: '',
    file: '',
    options: new Map([
      writeOption(OPTIONS.messageType, MESSAGE_TYPES[parts.type]),
      ...(parts.asks === undefined ? [] : [writeOption(OPTIONS.requestedAddress, ip(parts.asks))]),
      ...(parts.serverId === undefined ? [] : [writeOption(OPTIONS.serverIdentifier, ip(parts.serverId))]),
      ...(parts.options ?? []),
    ]),
  };
}

export function factsOf(parts: MessageParts): ClientFacts {
  const client = readClient(message(parts));
  if (!client.ok) throw new Error(client.reason);
  return client.facts;
}
