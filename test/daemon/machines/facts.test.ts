import { describe, expect, it } from 'vitest';
import { createFactSorter, type FactSinks } from '../../../src/daemon/machines/facts.ts';
import type { Fact } from '../../../src/daemon/packets/packet-protocol.ts';
import { parseIpv4 } from '../../../src/net/ipv4.ts';
import { type Mac, parseMac } from '../../../src/net/mac.ts';
import type { EventKind } from '../../../src/store/event-kinds.ts';

const KNOWN = parseMac('52:54:00:00:00:01') as Mac;
const STRANGER = parseMac('52:54:00:00:00:99') as Mac;
const fact = (kind: EventKind, { mac, address }: { mac?: Mac; address?: string }): Fact => ({
  kind,
  at: 0,
  mac: mac ?? null,
  address: address === undefined ? null : parseIpv4(address),
  sentence: 'did something',
});
const sinks: FactSinks = {
  nodeOfMac: (mac) => (mac === KNOWN ? 'node-1' : null),
  onStranger: () => undefined,
  onPlace: () => undefined,
};
const sorter = () => createFactSorter(sinks);

describe('facts from the wire', () => {
  it('belong to the node that owns the MAC', () => {
    const [event] = sorter().sort([fact('dhcp.offer', { mac: KNOWN })]);
    expect(event).toMatchObject({ node_uuid: 'node-1', kind: 'dhcp.offer', severity: 'info' });
  });

  it('tell whether firmware boots by HTTP, until something else of the machine asks DHCP', () => {
    const sort = sorter();
    expect(sort.bootsByHttp(KNOWN), 'it may have asked before a restart').toBe(true);
    sort.sort([fact('dhcp.offer', { mac: KNOWN })]);
    expect(sort.bootsByHttp(KNOWN)).toBe(false);
    sort.sort([{ ...fact('dhcp.ack', { mac: KNOWN }), byHttp: true }]);
    sort.sort([fact('boot.kernel', { mac: KNOWN })]);
    expect(sort.bootsByHttp(KNOWN)).toBe(true);
    sort.sort([fact('dhcp.offer', { mac: KNOWN })]);
    expect(sort.bootsByHttp(KNOWN)).toBe(false);
    sort.sort([{ ...fact('dhcp.ack', { mac: STRANGER }), byHttp: true }]);
    expect(sort.bootsByHttp(STRANGER)).toBe(false);
  });

  it('without a MAC belong to the node that DHCP gave the address to', () => {
    const sort = sorter();
    sort.sort([fact('dhcp.ack', { mac: KNOWN, address: '10.20.1.5' })]);
    expect(sort.sort([fact('tftp.failed', { address: '10.20.1.5' })])).toMatchObject([
      { node_uuid: 'node-1', kind: 'tftp.failed', severity: 'warning' },
    ]);
  });

  it('follow the address when it goes to another machine', () => {
    const sort = sorter();
    sort.sort([fact('dhcp.ack', { mac: KNOWN, address: '10.20.1.5' })]);
    sort.sort([fact('dhcp.ack', { mac: STRANGER, address: '10.20.1.5' })]);
    expect(sort.sort([fact('tftp.done', { address: '10.20.1.5' })])).toEqual([]);
  });

  it('go by what is known from before the start, until a fact says otherwise', () => {
    const sort = sorter();
    const address = parseIpv4('10.20.1.5');
    if (address === null) throw new Error('no address');
    sort.learn(KNOWN, address);
    expect(sort.sort([fact('boot.kernel', { address })])).toMatchObject([{ node_uuid: 'node-1' }]);
    sort.sort([fact('dhcp.ack', { mac: STRANGER, address })]);
    sort.learn(KNOWN, address);
    expect(sort.sort([fact('boot.kernel', { address })])).toEqual([]);
  });

  it('of strangers go to the list of discovered machines, by the address too', () => {
    const seen: string[] = [];
    const onStranger = ({ kind }: Fact, mac: Mac): void => void seen.push(`${kind} ${mac}`);
    const sort = createFactSorter({ ...sinks, onStranger });
    sort.sort([fact('dhcp.ack', { mac: STRANGER, address: '10.20.1.5' })]);
    sort.sort([fact('tftp.done', { address: '10.20.1.5' }), fact('boot.image', { address: '10.20.7.7' })]);
    expect(seen).toEqual([`dhcp.ack ${STRANGER}`, `tftp.done ${STRANGER}`]);
  });

  it('of a node behind a relay tell where its NIC is plugged in', () => {
    const relay = { giaddr: parseIpv4('10.1.0.1'), circuitId: 'eth0:12', remoteId: null };
    const places: unknown[] = [];
    const sort = createFactSorter({ ...sinks, onPlace: (mac, place) => void places.push([mac, place]) });
    sort.sort([{ ...fact('dhcp.offer', { mac: KNOWN }), relay }, fact('dhcp.ack', { mac: KNOWN })]);
    expect(places).toEqual([[KNOWN, relay]]);
  });

  it('of machines that ingot does not know are counted, not stored', () => {
    const sort = sorter();
    expect(
      sort.sort([fact('dhcp.offer', { mac: STRANGER }), fact('boot.image', { address: '10.20.7.7' })]),
    ).toEqual([]);
    expect(sort.unknown()).toBe(2);
  });
});
