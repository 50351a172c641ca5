import { describe, expect, it } from 'vitest';
import { createFactSorter } from '../../src/daemon/facts.ts';
import type { Fact } from '../../src/daemon/packet-protocol.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { type Mac, parseMac } from '../../src/net/mac.ts';

const KNOWN = parseMac('52:54:00:00:00:01') as Mac;
const STRANGER = parseMac('52:54:00:00:00:99') as Mac;
const fact = (kind: string, { mac, address }: { mac?: Mac; address?: string }): Fact => ({
  kind,
  at: 0,
  mac: mac ?? null,
  address: address === undefined ? null : parseIpv4(address),
  sentence: 'did something',
});
const sorter = () => createFactSorter((mac) => (mac === KNOWN ? 'node-1' : null));

describe('facts from the wire', () => {
  it('belong to the node that owns the MAC', () => {
    const [event] = sorter().sort([fact('dhcp.offer', { mac: KNOWN })]);
    expect(event).toMatchObject({ node_uuid: 'node-1', kind: 'dhcp.offer', severity: 'info' });
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

  it('of machines that ingot does not know are counted, not stored', () => {
    const sort = sorter();
    expect(
      sort.sort([fact('dhcp.offer', { mac: STRANGER }), fact('boot.image', { address: '10.20.7.7' })]),
    ).toEqual([]);
    expect(sort.unknown()).toBe(2);
  });
});
