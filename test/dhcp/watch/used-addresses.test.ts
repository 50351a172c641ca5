import { beforeEach, describe, expect, it } from 'vitest';
import { createDhcpCounters } from '../../../src/dhcp/counters.ts';
import { createReservationTable } from '../../../src/dhcp/leases/reservations.ts';
import { UsedAddresses } from '../../../src/dhcp/watch/used-addresses.ts';
import { placeOf } from '../exchange-rig.ts';
import { ip, mac, NETWORK, NOW } from '../samples.ts';

const HOUR_MS = 3_600_000;

let told: string[];
let used: UsedAddresses;
const place = placeOf(NETWORK);
beforeEach(() => {
  told = [];
  used = new UsedAddresses({
    write: () => undefined,
    reservations: createReservationTable(),
    counters: createDhcpCounters(),
    onNotice: (notice) => told.push(notice.sentence),
  });
});

/** Addresses of no range: each is told of by itself. */
function find(from: number, to: number, now: number): void {
  for (let last = from; last <= to; last++)
    used.found(place, { address: ip(`10.77.0.${last}`), usedBy: mac(99), refusedBy: null }, now);
}

describe('addresses that others use', () => {
  it('are told of ten times in an hour, the last time with where the others are', () => {
    find(100, 120, NOW);
    expect(told).toHaveLength(10);
    expect(told.at(-1)).toContain('ingot dhcp leases');
    find(121, 121, NOW + HOUR_MS);
    expect(told).toHaveLength(11);
  });

  it('are told of also after a clock was set back by more than that hour', () => {
    find(100, 120, NOW);
    find(100, 101, NOW - 24 * HOUR_MS);
    expect(told).toHaveLength(12);
  });
});
