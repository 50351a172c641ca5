import { describe, expect, it } from 'vitest';
import { type ClientFacts, readClient } from '../../../src/dhcp/codec/client-facts.ts';
import { decodePacket } from '../../../src/dhcp/codec/packet.ts';
import { factsOf, type MessageParts, mac, message } from '../samples.ts';
import { CAPTURED_CLIENTS, capturedDiscover } from './captured.ts';

function captured(client: (typeof CAPTURED_CLIENTS)[number]): ClientFacts {
  const decoded = decodePacket(capturedDiscover(client));
  if (!decoded.ok) throw new Error(decoded.reason);
  const read = readClient(decoded.packet);
  if (!read.ok) throw new Error(read.reason);
  return read.facts;
}

const text = (value: Uint8Array | null): string | null => value && Buffer.from(value).toString('latin1');

describe('what captured DISCOVERs say', () => {
  it.each([
    {
      client: 'udhcpc',
      mac: '52:54:00:aa:00:03',
      vendorClass: 'udhcp 1.35.0',
      archs: [],
      userClass: null,
      size: 576,
    },
    {
      client: 'dhclient',
      mac: '52:54:00:aa:00:04',
      vendorClass: null,
      archs: [],
      userClass: null,
      size: null,
    },
    {
      client: 'ipxeBios',
      mac: '52:54:00:aa:00:02',
      vendorClass: 'PXEClient:Arch:00000:UNDI:002001',
      archs: [0],
      userClass: 'iPXE',
      size: 1472,
    },
    {
      client: 'edk2Pxe',
      mac: '52:54:00:aa:00:01',
      vendorClass: 'PXEClient:Arch:00007:UNDI:003000',
      archs: [7],
      userClass: null,
      size: 1472,
    },
    {
      client: 'edk2Http',
      mac: '52:54:00:aa:00:01',
      vendorClass: 'HTTPClient:Arch:00016:UNDI:003000',
      archs: [16],
      userClass: null,
      size: 1472,
    },
  ] as const)('$client', ({ client, size, userClass, ...expected }) => {
    const facts = captured(client);
    expect(facts).toMatchObject({ messageType: 'discover', maximumSize: size, ...expected });
    expect(text(facts.userClass)).toBe(userClass);
  });

  it('only iPXE sends option 175, and firmware sends the UUID in option 97', () => {
    expect(CAPTURED_CLIENTS.filter((client) => captured(client).ipxe !== null)).toEqual(['ipxeBios']);
    expect(CAPTURED_CLIENTS.filter((client) => captured(client).uuid?.length === 17)).toEqual([
      'ipxeBios',
      'edk2Pxe',
      'edk2Http',
    ]);
  });
});

describe('messages that are no client’s', () => {
  it.each([
    { reason: 'not_a_client_message', packet: { ...message({ type: 'discover' }), op: 'reply' as const } },
    { reason: 'bootp', packet: { ...message({ type: 'discover' }), options: new Map() } },
    {
      reason: 'unknown_message_type',
      packet: message({ type: 'discover', options: [[53, Uint8Array.of(1, 1)]] }),
    },
    {
      reason: 'unknown_message_type',
      packet: message({ type: 'discover', options: [[53, Uint8Array.of(99)]] }),
    },
    {
      reason: 'not_a_client_message',
      packet: message({ type: 'discover', options: [[53, Uint8Array.of(5)]] }),
    },
    {
      reason: 'no_hardware_address',
      packet: { ...message({ type: 'discover' }), hardwareAddress: new Uint8Array(6) },
    },
    {
      reason: 'no_hardware_address',
      packet: { ...message({ type: 'discover' }), hardwareAddress: new Uint8Array(6).fill(255) },
    },
    {
      reason: 'no_hardware_address',
      packet: { ...message({ type: 'discover' }), hardwareAddress: new Uint8Array(16).fill(4) },
    },
  ])('$reason', ({ reason, packet }) => {
    expect(readClient(packet)).toEqual({ ok: false, reason });
  });
});

describe('who the client is', () => {
  it('is the MAC of a type 1 client identifier where chaddr holds a UUID', () => {
    const packet = message({ type: 'discover', options: [[61, Uint8Array.of(1, 2, 0, 0, 0, 0, 9)]] });
    const read = readClient({ ...packet, hardwareAddress: new Uint8Array(16).fill(4) });
    expect(read).toMatchObject({ ok: true, facts: { mac: mac(9) } });
  });

  it('is the MAC in chaddr, whatever the client identifier says', () => {
    expect(factsOf({ type: 'discover', mac: mac(3), options: [[61, Uint8Array.of(255, 1, 2)]] }).mac).toBe(
      mac(3),
    );
  });

  it.each([
    { sent: 'node-1.rack', kept: 'node-1.rack' },
    { sent: 'evil\nname', kept: null },
    { sent: '', kept: null },
    { sent: '-x', kept: null },
  ])('host name "$sent" is kept as $kept', ({ sent, kept }) => {
    expect(factsOf({ type: 'discover', options: [[12, Buffer.from(sent)]] }).hostname).toBe(kept);
  });
});

it.each(['0.0.0.0', '255.255.255.255'])('an address %s in option 50 or 54 is none', (nobody) => {
  const facts = factsOf({ type: 'request', asks: nobody, serverId: nobody });
  expect(facts).toMatchObject({ requestedAddress: null, serverId: null });
});

describe('a client whose chaddr holds no MAC', () => {
  const uuid = Uint8Array.from([0, ...Buffer.from('00112233445566778899aabbccddeeff', 'hex')]);
  const identified = (
    hardware: { type: number; address: Uint8Array },
    options: MessageParts['options'] = [],
  ) =>
    readClient(
      {
        ...message({ type: 'discover', options }),
        hardwareType: hardware.type,
        hardwareAddress: hardware.address,
      },
      (option) => (Buffer.compare(option, uuid) === 0 ? mac(77) : null),
    );

  it.each<{
    readonly says: string;
    readonly type: number;
    readonly hlen: number;
    options: MessageParts['options'];
    is: string | null;
  }>([
    {
      says: 'EDK2 with its UUID there: the node of that UUID',
      type: 1,
      hlen: 16,
      options: [[97, uuid]],
      is: mac(77),
    },
    {
      says: 'an unknown UUID',
      type: 1,
      hlen: 16,
      options: [[97, Uint8Array.of(0, ...new Uint8Array(16).fill(9))]],
      is: null,
    },
    {
      says: 'a MAC as client identifier before the UUID',
      type: 1,
      hlen: 16,
      options: [
        [97, uuid],
        [61, Uint8Array.of(1, 2, 0, 0, 0, 0, 5)],
      ],
      is: mac(5),
    },
    {
      says: 'InfiniBand (RFC 4390): the port’s GUID without its middle, as Ironic writes it',
      type: 32,
      hlen: 0,
      is: '7c:fe:90:29:24:4f',
      options: [[61, Uint8Array.from(Buffer.from('ff000000000002000002c9007cfe90030029244f', 'hex'))]],
    },
    {
      says: 'InfiniBand without a client identifier: the node of its UUID',
      type: 32,
      hlen: 0,
      options: [[97, uuid]],
      is: mac(77),
    },
    { says: 'InfiniBand that says nothing', type: 32, hlen: 0, options: [], is: null },
  ])('$says', ({ type, hlen, options, is }) => {
    const read = identified({ type, address: new Uint8Array(hlen).fill(4) }, options);
    expect(read.ok ? read.facts.mac : null).toBe(is);
  });
});
