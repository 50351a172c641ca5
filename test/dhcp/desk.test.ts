/** Datagrams at the desk: reading them, and what relays bring. */
import { beforeEach, describe, expect, it } from 'vitest';
import { OPTIONS, readOption } from '../../src/dhcp/codec/options/table.ts';
import { encodePacket } from '../../src/dhcp/codec/packet.ts';
import type { Arrival } from '../../src/dhcp/wires/wires.ts';
import { type ExchangeRig, startExchange, US } from './exchange-rig.ts';
import { bookOf, cidr, ip, type MessageParts, mac, message, NETWORK } from './samples.ts';

const RACK = {
  ...NETWORK,
  name: 'rack',
  interface: null,
  wire: 'rack',
  cidr: cidr('10.70.0.0/24'),
  gateway: ip('10.70.0.254'),
  ranges: [{ from: ip('10.70.0.10'), to: ip('10.70.0.19') }],
};
const RELAY = '10.70.0.254';
const CIRCUIT = Uint8Array.from([1, 4, ...Buffer.from('swp7')]);
const OVERRIDE = Uint8Array.from([...CIRCUIT, 11, 4, 10, 70, 0, 254]);

const ROUTED: Arrival = { by: 'address', address: ip(US) };

let rig: ExchangeRig;
beforeEach(() => {
  rig = startExchange({
    places: [NETWORK, RACK].map((network) => ({ network, book: bookOf([], network) })),
    bootFields: (_facts, network) => ({ siaddr: network.address, file: 'undionly.kpxe', options: [] }),
  });
});

describe('a datagram', () => {
  it.each([
    { bytes: new Uint8Array(10), reason: 'too_short' },
    {
      bytes: encodePacket({ ...message({ type: 'discover' }), op: 'reply' }).bytes,
      reason: 'not_a_client_message',
    },
    { bytes: encodePacket({ ...message({ type: 'discover' }), options: new Map() }).bytes, reason: 'bootp' },
  ])('that says nothing is dropped silently and counted as $reason', ({ bytes, reason }) => {
    rig.receive(bytes);
    expect(rig.sent).toEqual([]);
    expect(rig.counted()).toEqual({ [reason]: 1 });
  });

  it('is about the network of the wire that it is heard on, or of the relay that passes it on', () => {
    rig.say({ type: 'discover' });
    rig.say({ type: 'discover', giaddr: RELAY }, ROUTED);
    expect(rig.sent.map(({ packet, to }) => `${packet.yiaddr} to ${to.address}:${to.port}`)).toEqual([
      '10.77.0.10 to 255.255.255.255:68',
      `10.70.0.10 to ${RELAY}:67`,
    ]);
    expect(readOption(rig.sent[1]?.packet.options ?? new Map(), OPTIONS.routers)).toEqual([RELAY]);
    expect(rig.facts.map(({ network }) => network)).toEqual(['pxe', 'rack']);
  });

  it.each([
    ['10.99.0.1', 'unknown_relay'],
    ['255.255.255.255', 'impossible_relay'],
  ])('through the relay %s gets no answer (%s), and one fact a minute says why', (giaddr, reason) => {
    for (const secs of [0, 4, 8]) rig.say({ type: 'discover', giaddr, secs }, ROUTED);
    expect(rig.sent).toEqual([]);
    expect(rig.counted()).toEqual({ received_discover: 3, [reason]: 3 });
    expect(rig.facts).toMatchObject([{ kind: 'dhcp.discover', network: null, relay: { giaddr } }]);
  });
});

describe('a relay’s option 82', () => {
  it('comes back as it went, as the last option, and is told with the machine in words', () => {
    rig.say({ type: 'discover', giaddr: RELAY, options: [[82, CIRCUIT]] }, ROUTED);
    const [reply] = rig.sent;
    expect([...(reply?.packet.options.keys() ?? [])].at(-1)).toBe(82);
    expect(reply?.packet.options.get(82)).toEqual(CIRCUIT);
    expect(rig.facts).toMatchObject([{ relay: { giaddr: RELAY, circuitId: 'swp7', remoteId: null } }]);
  });

  it('names the server that the client shall know: it stands in OFFER, ACK and NAK, and is taken for us', () => {
    const relayed = { giaddr: RELAY, options: [[82, OVERRIDE] as const] };
    rig.say({ type: 'discover', ...relayed }, ROUTED);
    rig.say({ type: 'request', asks: '10.70.0.10', serverId: RELAY, ...relayed }, ROUTED);
    rig.say({ type: 'request', asks: '10.70.0.77', serverId: RELAY, ...relayed }, ROUTED);
    expect(rig.sent.map(({ packet }) => packet.options.get(53)?.[0])).toEqual([2, 5, 6]);
    for (const { packet } of rig.sent)
      expect(readOption(packet.options, OPTIONS.serverIdentifier)).toBe('10.70.0.254');
    // The boot server stays ourselves: the relay has no files.
    expect(rig.sent[0]?.packet.siaddr).toBe(US);
  });

  it('makes us nobody else: a REQUEST for a third server is left alone', () => {
    rig.say(
      {
        type: 'request',
        asks: '10.70.0.10',
        serverId: '10.70.0.3',
        giaddr: RELAY,
        options: [[82, OVERRIDE]],
      },
      ROUTED,
    );
    expect(rig.sent).toEqual([]);
    expect(rig.counted()).toMatchObject({ other_server_chosen: 1 });
  });

  it('comes back also when it is longer than one option, and is not kept with the lease then', () => {
    const long = new Uint8Array(256).fill(7);
    const renews: MessageParts = { type: 'request', ciaddr: '10.70.0.10', giaddr: RELAY };
    rig.say({ ...renews, options: [[82, CIRCUIT]] }, ROUTED);
    rig.say({ ...renews, xid: 9, options: [[82, long]] }, ROUTED);
    expect(rig.sent[1]?.packet.options.get(82)).toEqual(long);
    const [before, after] = rig.journaled.map(({ leases }) => leases[0]?.relayInformation);
    expect([before, after]).toEqual([CIRCUIT, CIRCUIT]);
    rig.say({ ...renews, mac: mac(2), ciaddr: '10.70.0.11', options: [[82, long]] }, ROUTED);
    expect(rig.journaled[2]?.leases[0]?.relayInformation).toBeNull();
  });

  it('is kept with the lease in memory of its own, not in that of the datagram', () => {
    rig.say({ type: 'request', ciaddr: '10.70.0.10', giaddr: RELAY, options: [[82, CIRCUIT]] }, ROUTED);
    expect(rig.journaled[0]?.leases[0]?.relayInformation?.buffer.byteLength).toBe(CIRCUIT.length);
  });

  it('is kept with the lease, and still counts for a renewal that no relay passed on', () => {
    rig.say(
      { type: 'request', asks: '10.70.0.10', serverId: RELAY, giaddr: RELAY, options: [[82, OVERRIDE]] },
      ROUTED,
    );
    rig.say({ type: 'request', ciaddr: '10.70.0.10', xid: 9 }, ROUTED);
    expect(rig.journaled.map(({ leases }) => leases[0]?.relayInformation)).toEqual([OVERRIDE, OVERRIDE]);
    const renewed = rig.sent[1];
    expect(`${renewed?.to.address}:${renewed?.to.port}`).toBe('10.70.0.10:68');
    expect(readOption(renewed?.packet.options ?? new Map(), OPTIONS.serverIdentifier)).toBe(RELAY);
    // The client did not send it (RFC 3046 2.2).
    expect(renewed?.packet.options.has(82)).toBe(false);
    // And it tells nothing new of where the machine is plugged in.
    expect(rig.facts.map(({ kind, relay }) => [kind, relay?.circuitId])).toEqual([
      ['dhcp.ack', 'swp7'],
      ['dhcp.ack', undefined],
    ]);
  });

  it('is not kept when the machine begins anew without a relay', () => {
    const direct = startExchange();
    const take: MessageParts = { type: 'request', asks: '10.77.0.10', serverId: US };
    direct.say({ ...take, options: [[82, CIRCUIT]] });
    direct.say({ ...take, xid: 9 });
    expect(direct.journaled.map(({ leases }) => leases[0]?.relayInformation)).toEqual([CIRCUIT, null]);
  });
});
