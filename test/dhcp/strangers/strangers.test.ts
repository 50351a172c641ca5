import { describe, expect, it } from 'vitest';
import { OPTIONS, readOption, writeOption } from '../../../src/dhcp/codec/options/table.ts';
import { createSteppedClock } from '../../../src/dhcp/watch/clock-steps.ts';
import { type ExchangeRig, placeOf, startExchange, US } from '../exchange-rig.ts';
import { bookOf, ip, lease, type MessageParts, mac, NETWORK, NOW } from '../samples.ts';

/** Option 82 of a switch: circuit-id and remote-id as text. */
function behind(circuit: string, remote = 'leaf-1'): NonNullable<MessageParts['options']> {
  const part = (code: number, text: string): Buffer =>
    Buffer.concat([Buffer.from([code, text.length]), Buffer.from(text)]);
  return [writeOption(OPTIONS.relayInformation, Buffer.concat([part(1, circuit), part(2, remote)]))];
}

const kinds = (rig: ExchangeRig): string[] => rig.notices.map(({ kind }) => kind);

/** How many of so many made-up MACs get an offer. */
function flood(rig: ExchangeRig, count: number, parts: Partial<MessageParts> = {}): number {
  const answers = Array.from({ length: count }, (_, i) =>
    rig.say({ type: 'discover', mac: mac(1000 + i), xid: i, ...parts }),
  );
  return answers.filter((answer) => answer.length > 0).length;
}

describe('a switch port with a machine that makes up MACs', () => {
  it('gets so many addresses, and one event names it', () => {
    const rig = startExchange();
    expect(flood(rig, 50, { options: behind('eth0/7') })).toBe(4);
    expect(rig.notices).toMatchObject([
      {
        kind: 'dhcp.too_many_strangers',
        severity: 'warning',
        data: { circuit_id: 'eth0/7', remote_id: 'leaf-1' },
        sentence: expect.stringContaining('hold 4 addresses of network pxe on port eth0/7'),
      },
    ]);
    expect(rig.counted()).toMatchObject({ too_many_strangers: 46, sent_offer: 4 });
  });

  it('keeps nothing from other ports, nor from machines of nodes behind the same one', () => {
    const rig = startExchange();
    rig.reservations.set('node', mac(5), { addresses: [], hostname: null });
    flood(rig, 50, { options: behind('eth0/7') });
    const offer = (number: number, circuit: string, remote?: string): number =>
      rig.say({ type: 'discover', mac: mac(number), options: behind(circuit, remote) }).length;
    expect([offer(6, 'eth0/8'), offer(7, 'eth0/7', 'leaf-2'), offer(5, 'eth0/7')]).toEqual([1, 1, 1]);
    expect(offer(8, 'eth0/7')).toBe(0);
  });

  it('gets no more by asking for leases without an offer, and some again when the offers have ended', () => {
    const rig = startExchange();
    flood(rig, 4, { options: behind('eth0/7') });
    const grab = { type: 'request', asks: '10.77.0.18', options: behind('eth0/7') } as const;
    expect(rig.say({ ...grab, mac: mac(8) })).toEqual([]);
    rig.advance(180);
    expect(rig.say({ ...grab, mac: mac(8), xid: 9 })).toHaveLength(1);
  });
});

describe('a relay that names no ports', () => {
  const remoteIdOnly: MessageParts['options'] = [
    writeOption(OPTIONS.relayInformation, Buffer.from([2, 3, ...Buffer.from('abc')])),
  ];
  it.each([
    ['10.77.0.2', { giaddr: '10.77.0.2' }],
    ['abc', { giaddr: '10.77.0.2', options: remoteIdOnly }],
    ['abc', { options: remoteIdOnly }],
  ])('leaves addresses to strangers behind others, and one event names it: %s', (name, parts) => {
    const rig = startExchange();
    expect(flood(rig, 40, parts)).toBe(7);
    expect(rig.say({ type: 'discover', mac: mac(500), giaddr: '10.77.0.3' })).toHaveLength(1);
    expect(rig.say({ type: 'discover', mac: mac(501) })).toHaveLength(1);
    expect(kinds(rig)).toEqual(['dhcp.too_many_strangers']);
    expect(rig.notices[0]?.sentence).toContain(`of network pxe behind ${name}, which names no switch ports`);
  });
});

describe('a network full of strangers', () => {
  it('keeps a part of its addresses for machines of nodes', () => {
    const rig = startExchange({ places: [placeOf({ ...NETWORK, strangersPercent: 80 })] });
    rig.reservations.set('node', mac(5), { addresses: [], hostname: null });
    expect(flood(rig, 50)).toBe(8);
    expect(rig.say({ type: 'discover', mac: mac(5) })).toHaveLength(1);
    expect(kinds(rig)).toEqual(['dhcp.too_many_strangers']);
    expect(rig.notices[0]?.sentence).toContain('80 % of the addresses of network pxe');
  });

  it('lets those renew that have a lease, also after a restart of ours', () => {
    const rig = startExchange({ places: [placeOf({ ...NETWORK, strangersPercent: 10 })] });
    const [offer] = rig.say({ type: 'discover', mac: mac(6) });
    const address = String(offer?.packet.yiaddr);
    rig.say({ type: 'request', mac: mac(6), asks: address, serverId: US });
    rig.advance(1800);
    const [ack] = rig.say({ type: 'request', mac: mac(6), ciaddr: address, xid: 7 });
    expect(ack === undefined ? null : readOption(ack.packet.options, OPTIONS.leaseTime)).toBe(3600);
  });

  it('takes a place back from who releases or declines', () => {
    const rig = startExchange({ places: [placeOf({ ...NETWORK, strangersPercent: 10 })] });
    rig.say({ type: 'request', mac: mac(6), asks: '10.77.0.10', serverId: US });
    expect(flood(rig, 1)).toBe(0);
    rig.say({ type: 'release', mac: mac(6), ciaddr: '10.77.0.10', serverId: US });
    expect(flood(rig, 1)).toBe(1);
  });
});

describe('a machine of no node that has a lease', () => {
  const half = { ...NETWORK, strangersPercent: 50 };
  const full = (): ExchangeRig =>
    startExchange({
      places: [
        {
          network: half,
          book: bookOf(
            [0, 1, 2, 3, 4].map((n) => lease(mac(n), `10.77.0.1${n}`)),
            half,
          ),
        },
      ],
    });

  it('counts for as long as that runs, however often it starts anew', () => {
    const rig = startExchange({ places: [placeOf(half)] });
    for (let number = 0; number < 5; number++) {
      const [offer] = rig.say({ type: 'discover', mac: mac(number), xid: 1 });
      rig.say({ type: 'request', mac: mac(number), asks: String(offer?.packet.yiaddr), serverId: US });
      expect(rig.say({ type: 'discover', mac: mac(number), xid: 2 })).toHaveLength(1);
    }
    rig.advance(180);
    expect(flood(rig, 5)).toBe(0);
  });

  it('counts from the start of ours on, on its network and its port', () => {
    const rig = full();
    expect(flood(rig, 5)).toBe(0);
    const information = behind('eth0/7')[0]?.[1] ?? null;
    const onPort = [0, 1, 2, 3].map((n) => ({
      ...lease(mac(n), `10.77.0.1${n}`),
      relayInformation: information,
    }));
    const other = startExchange({ places: [{ network: NETWORK, book: bookOf(onPort) }] });
    expect(flood(other, 5, { options: behind('eth0/7') })).toBe(0);
    expect(other.say({ type: 'discover', mac: mac(9), options: behind('eth0/8') })).toHaveLength(1);
  });

  it('counts from the start of ours on behind its relay, also one that it renewed without', () => {
    const relay = ip('10.77.0.2');
    const book = bookOf();
    const rig = startExchange({ places: [{ network: NETWORK, book }] });
    const [offer] = rig.say({ type: 'discover', mac: mac(1), giaddr: relay });
    const address = String(offer?.packet.yiaddr);
    rig.say({ type: 'request', mac: mac(1), asks: address, serverId: US, giaddr: relay });
    rig.say({ type: 'request', mac: mac(1), ciaddr: address, xid: 7 });
    const [own] = book.leases();
    expect(own).toMatchObject({ address, giaddr: relay });
    const others = [2, 3, 4, 5, 6, 7].map((n) => ({ ...lease(mac(n), `10.77.0.1${n}`), giaddr: relay }));
    const leases = own === undefined ? others : [own, ...others];
    const restarted = startExchange({ places: [{ network: NETWORK, book: bookOf(leases) }] });
    expect(flood(restarted, 5, { giaddr: relay })).toBe(0);
    expect(restarted.say({ type: 'discover', mac: mac(500), giaddr: '10.77.0.3' })).toHaveLength(1);
  });

  it('counts from the start of ours on also on a port whose relay sends a circuit-id and no remote-id', () => {
    const circuit = Buffer.from([1, 4, ...Buffer.from('eth0')]);
    const onPort = [0, 1, 2, 3].map((n) => ({
      ...lease(mac(n), `10.77.0.1${n}`),
      relayInformation: circuit,
      giaddr: ip('10.77.0.2'),
    }));
    const rig = startExchange({ places: [{ network: NETWORK, book: bookOf(onPort) }] });
    const options: MessageParts['options'] = [writeOption(OPTIONS.relayInformation, circuit)];
    expect(flood(rig, 5, { options, giaddr: '10.77.0.2' })).toBe(0);
    expect(rig.say({ type: 'discover', mac: mac(9), options, giaddr: '10.77.0.3' })).toHaveLength(1);
  });

  it('takes no place of the others where its address is of a range that was', () => {
    const outside = [0, 1, 2, 3, 4].map((n) => lease(mac(n), `10.77.0.10${n}`));
    const rig = startExchange({ places: [{ network: half, book: bookOf(outside, half) }] });
    expect(flood(rig, 9)).toBe(5);
  });

  it('counts no more once it is enrolled', () => {
    const rig = full();
    rig.reservations.set('node', mac(3), { addresses: [], hostname: null });
    expect(flood(rig, 5)).toBe(1);
  });

  it('still counts when the wall clock was set', () => {
    let wall = NOW;
    const clock = createSteppedClock({ now: () => wall, elapsed: () => 0, sleep: async () => undefined });
    const book = bookOf(
      [0, 1, 2, 3, 4].map((n) => lease(mac(n), `10.77.0.1${n}`)),
      half,
    );
    const rig = startExchange({ places: [{ network: half, book }], clock });
    wall += 7_200_000;
    expect(flood(rig, 5)).toBe(0);
  });
});

describe('declined addresses', () => {
  /** Takes an address and declines it; returns it. */
  function decline(rig: ExchangeRig, number: number): string {
    const [offer] = rig.say({ type: 'discover', mac: mac(number) });
    const asks = String(offer?.packet.yiaddr);
    rig.say({ type: 'request', mac: mac(number), asks, serverId: US });
    rig.say({ type: 'decline', mac: mac(number), asks, serverId: US });
    return asks;
  }

  it('are told with their machine, and when too many are left alone, that is told once', () => {
    const rig = startExchange();
    for (let i = 1; i < 8; i++) decline(rig, i);
    expect(kinds(rig)).toEqual(['dhcp.address_in_use', 'dhcp.quarantine_full']);
    expect(rig.notices[0]).toMatchObject({ data: { address: '10.77.0.10', mac: null, refused_by: mac(1) } });
    expect(rig.notices[0]?.sentence).toContain('Its MAC is not known: ask for it by ARP');
    expect(rig.notices[1]?.sentence).toContain('ingot dhcp leases --state declined lists them');
    expect(rig.counted()).toMatchObject({ address_in_use: 7, quarantine_full: 6 });
  });

  it('are not given again to the machine that declined them, also when no more may be left alone', () => {
    const rig = startExchange();
    const offered = Array.from({ length: 8 }, () => {
      const address = decline(rig, 1);
      rig.advance(12);
      return address;
    });
    expect(new Set(offered).size).toBe(8);
  });

  it('of a large network make ten events an hour at most', () => {
    const range = { from: ip('10.77.0.10'), to: ip('10.77.0.250') };
    const rig = startExchange({ places: [placeOf({ ...NETWORK, ranges: [range] })] });
    for (let i = 1; i < 20; i++) decline(rig, i);
    expect(rig.notices).toHaveLength(10);
    expect(rig.notices.at(-1)?.sentence).toContain('not told one by one');
  });
});

it('a link that came up late is told of the machine, once', () => {
  const rig = startExchange();
  const firmware = [writeOption(OPTIONS.vendorClass, 'PXEClient:Arch:00007:UNDI:003016')];
  rig.say({ type: 'discover', mac: mac(1), secs: 28, options: firmware });
  rig.say({ type: 'discover', mac: mac(1), secs: 60, xid: 2, options: firmware });
  expect(rig.facts.filter(({ kind }) => kind === 'dhcp.link_late')).toMatchObject([
    { mac: mac(1), sentence: expect.stringContaining('check portfast') },
  ]);
});
