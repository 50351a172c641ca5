import { beforeEach, describe, expect, it } from 'vitest';
import type { AddressProbe } from '../../../src/dhcp/watch/address-probe.ts';
import { ProbeTable, WAIT_MS } from '../../../src/dhcp/watch/probe-table.ts';
import type { Ipv4 } from '../../../src/net/ipv4.ts';
import { type ExchangeRig, placeOf, startExchange, US } from '../exchange-rig.ts';
import { ip, mac, NETWORK } from '../samples.ts';

const FOREIGN = mac(99);

let asked: Ipv4[];
let now: number;
let table: ProbeTable;
let rig: ExchangeRig;
/** A wire on which the test answers. */
const probe: AddressProbe = {
  takeClear: (address) => table.takeClear(address, now),
  probe: (address, waiter) => table.probe(address, now, waiter),
  prepare: (addresses) => table.prepare(addresses, now),
  stop: async () => undefined,
};
const none = (): void => undefined;

function start(network = NETWORK): void {
  asked = [];
  now = 0;
  table = new ProbeTable({ ask: (address) => asked.push(address), onUsed: none, onProxy: none });
  rig = startExchange({ probeOn: () => probe, places: [placeOf(network)] });
}
beforeEach(() => start());

function passes(): void {
  now += WAIT_MS;
  table.tick(now);
}
const discover = (number: number) => ({ type: 'discover', mac: mac(number), xid: number }) as const;
const offered = (): unknown[] => rig.sent.map(({ packet }) => packet.yiaddr);

describe('an address that nobody had yet', () => {
  it('is offered when nobody on the wire answers for it', () => {
    expect(rig.say(discover(1))).toEqual([]);
    expect(asked).toContain('10.77.0.10');
    passes();
    expect(offered()).toEqual(['10.77.0.10']);
  });

  it('is not offered when somebody has it: the next one is, and the operator is told who', () => {
    rig.say(discover(1));
    table.answered(ip('10.77.0.10'), FOREIGN);
    passes();
    expect(offered()).toEqual(['10.77.0.11']);
    expect(rig.notices).toMatchObject([
      { kind: 'dhcp.address_in_use', data: { address: '10.77.0.10', mac: FOREIGN, refused_by: mac(1) } },
    ]);
    expect(rig.journaled).toMatchObject([
      { leases: [{ address: '10.77.0.10', mac: mac(0).replace('02', '00') }] },
    ]);
  });

  it('is offered at once when it was asked for ahead, so that a storm does not wait', () => {
    rig.say(discover(1));
    passes();
    for (let i = 2; i <= 8; i++) rig.say(discover(i));
    expect(offered()).toHaveLength(8);
  });

  it('is offered to the machine that has it itself', () => {
    rig.say(discover(1));
    table.answered(ip('10.77.0.10'), mac(1));
    expect(offered()).toEqual(['10.77.0.10']);
  });

  it('delays nobody else while it is asked for', () => {
    rig.reservations.set('node', mac(5), { addresses: [ip('10.77.0.200')], hostname: null });
    rig.say(discover(1));
    expect(rig.say(discover(5))[0]?.packet.yiaddr).toBe('10.77.0.200');
  });

  it('is not offered late to a machine that took another server’s meanwhile', () => {
    rig.say(discover(1));
    rig.say({ type: 'request', mac: mac(1), asks: '10.77.0.200', serverId: '10.77.0.2' });
    passes();
    expect(offered()).toEqual([]);
  });

  it('is tried a few times for one question, and the next question goes on', () => {
    rig.say(discover(1));
    for (let i = 0; i < 4; i++) table.answered(ip(`10.77.0.${10 + i}`), mac(90 + i));
    expect(offered()).toEqual([]);
    expect(rig.counted()).toMatchObject({ found_in_use: 1, address_in_use: 4 });
    rig.say({ ...discover(1), secs: 4 });
    passes();
    expect(offered()).toEqual(['10.77.0.14']);
  });
});

describe('no question is asked', () => {
  it('for reservations, a machine’s own earlier address, and what comes through a relay', () => {
    rig.reservations.set('node', mac(5), { addresses: [ip('10.77.0.12')], hostname: null });
    rig.say(discover(5));
    rig.say({ type: 'request', mac: mac(1), asks: '10.77.0.10', serverId: US });
    rig.say({ type: 'release', mac: mac(1), ciaddr: '10.77.0.10', serverId: US });
    rig.say(discover(1));
    rig.say({ ...discover(2), giaddr: '10.77.0.9' });
    expect(asked).toEqual([]);
    expect(rig.counted().sent_offer).toBe(3);
  });

  it('where it is turned off', () => {
    start({ ...NETWORK, arpProbe: false });
    expect(rig.say(discover(1))).toHaveLength(1);
    expect(asked).toEqual([]);
  });
});
