import { describe, expect, it } from 'vitest';
import { createFactSorter, type FactSorter } from '../../../src/daemon/machines/facts.ts';
import type { Fact } from '../../../src/daemon/packets/packet-protocol.ts';
import { type ExchangeRig, placeOf, startExchange, US } from '../../dhcp/exchange-rig.ts';
import { ip, type MessageParts, mac, NETWORK } from '../../dhcp/samples.ts';

const [OWNER, OTHER] = [mac(1), mac(2)];
const X = '10.77.0.10';

const startSorter = (): FactSorter =>
  createFactSorter({
    nodeOfMac: (one) => (one === OWNER ? 'owner' : one === OTHER ? 'other' : null),
    onStranger: () => undefined,
    onPlace: () => undefined,
  });

/** Whose event it is when the kernel is fetched from that address. */
function fetchedBy(sorter: FactSorter, address = X): string | null | undefined {
  const fact: Fact = {
    kind: 'boot.kernel',
    at: 0,
    mac: null,
    address: ip(address),
    sentence: 'fetched the kernel',
  };
  return sorter.sort([fact])[0]?.node_uuid;
}

/** The owner has X by DHCP; what the other machine says then, and what came of it. */
function afterLease(rig: ExchangeRig, says: MessageParts): { sorter: FactSorter; kinds: string[] } {
  rig.reservations.set('node', OWNER, { addresses: [], hostname: null });
  rig.say({ type: 'discover', mac: OWNER });
  rig.say({ type: 'request', mac: OWNER, asks: X, serverId: US });
  const before = rig.facts.length;
  rig.say({ ...says, mac: OTHER });
  const sorter = startSorter();
  sorter.sort(rig.facts);
  return { sorter, kinds: rig.facts.slice(before).map(({ kind }) => kind) };
}

describe('an address leased to one machine stays its own when another one', () => {
  const reservationsOnly = { ...NETWORK, mode: 'reservations' } as const;
  const cases: readonly [string, MessageParts, typeof NETWORK, readonly string[]][] = [
    ['asks for it and is refused', { type: 'request', asks: X }, NETWORK, ['dhcp.nak']],
    ['asks for it and gets no answer', { type: 'request', asks: X }, reservationsOnly, ['dhcp.request']],
    [
      'takes it from another server',
      { type: 'request', asks: X, serverId: '10.77.0.9' },
      NETWORK,
      ['dhcp.request'],
    ],
    ['asks for options at it', { type: 'inform', ciaddr: X }, NETWORK, ['dhcp.inform']],
  ];
  it.each(cases)('%s', (_, says, network, kinds) => {
    const after = afterLease(startExchange({ places: [placeOf(network)] }), says);
    expect(after.kinds).toEqual(kinds);
    expect(after.sorter.macOf(ip(X))).toBe(OWNER);
    expect(fetchedBy(after.sorter)).toBe('owner');
  });

  it('had it and declined it, or gave it back, before', () => {
    for (const type of ['decline', 'release'] as const) {
      const rig = startExchange();
      rig.say({ type: 'request', mac: OTHER, asks: X, serverId: US });
      const [ack] = rig.facts.splice(0);
      rig.say({ type, mac: OTHER, ciaddr: X, serverId: US });
      const sorter = startSorter();
      const given: Fact = { kind: 'dhcp.ack', at: 0, mac: OWNER, address: ip(X), sentence: 'leased' };
      // The facts of two threads may come in another order than they happened.
      sorter.sort([...(ack === undefined ? [] : [ack]), given, ...rig.facts]);
      expect(rig.facts.map(({ kind }) => kind)).toEqual([`dhcp.${type}`]);
      expect(sorter.macOf(ip(X))).toBe(OWNER);
    }
  });
});

describe('where another server gives the addresses', () => {
  const says = (kind: Fact['kind'], one = OWNER): Fact => ({
    kind,
    at: 0,
    mac: one,
    address: ip(X),
    sentence: '',
  });

  it.each([
    'dhcp.elsewhere',
    'dhcp.boot_file',
    'dhcp.inform',
    'boot.script',
    'boot.again',
    'boot.loop',
  ] as const)('%s tells whose address it is, until another machine uses it', (kind) => {
    const sorter = startSorter();
    sorter.sort([says(kind)]);
    expect(fetchedBy(sorter)).toBe('owner');
    sorter.sort([says('boot.script', OTHER)]);
    expect(fetchedBy(sorter)).toBe('other');
  });

  it('an address that was only offered is nobody’s', () => {
    const sorter = startSorter();
    sorter.sort([says('dhcp.offer')]);
    expect(fetchedBy(sorter)).toBeUndefined();
  });
});
