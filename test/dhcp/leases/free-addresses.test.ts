import { expect, it } from 'vitest';
import { dynamicAddresses } from '../../../src/dhcp/leases/address-range.ts';
import { FreeAddresses } from '../../../src/dhcp/leases/free-addresses.ts';
import type { Ipv4 } from '../../../src/net/ipv4.ts';
import { cidr, ip, NETWORK } from '../samples.ts';

const RANGE = { from: ip('10.77.0.10'), to: ip('10.77.11.200') };
const dynamic = dynamicAddresses({ ...NETWORK, cidr: cidr('10.77.0.0/20'), ranges: [RANGE] });
const ALL = [...dynamic.inOrder()];
/** The first two thousand of some three thousand. */
const RESERVED = ALL.slice(0, 2_000);

function start() {
  const held = new Set<Ipv4>();
  const kept = new Set(RESERVED);
  const free = new FreeAddresses(dynamic, (address) => held.has(address));
  const longestUnused = (): Ipv4 | null => free.longestUnused((address) => kept.has(address));
  /** Gives addresses to so many machines, one after the other, until one of them gets none. */
  const give = (most: number): readonly Ipv4[] => {
    const given: Ipv4[] = [];
    for (let address = longestUnused(); address !== null && given.length < most; address = longestUnused()) {
      held.add(address);
      free.take(address);
      given.push(address);
    }
    return given;
  };
  const end = (addresses: readonly Ipv4[]): void => {
    for (const address of addresses) {
      held.delete(address);
      free.put(address);
    }
  };
  return { kept, longestUnused, give, end };
}

it('each question finds a free address however many are kept back for reservations, again and again', () => {
  const { give, end } = start();
  for (let round = 0; round < 4; round++) {
    const given = give(ALL.length);
    expect(given.toSorted()).toEqual(ALL.slice(2_000).toSorted());
    end(given);
  }
});

it('reserved addresses that their machines had and gave back are passed over too', () => {
  const { end, give } = start();
  const given = give(ALL.length);
  end(RESERVED);
  end(given);
  expect(give(ALL.length)).toEqual(given);
});

it('an address whose reservation went away is found when there is no other', () => {
  const { give, kept, longestUnused } = start();
  give(ALL.length);
  const again = RESERVED[1_500];
  if (again === undefined) throw new Error('none reserved');
  kept.delete(again);
  const found = Array.from({ length: 10 }, longestUnused).find((address) => address !== null);
  expect(found).toBe(again);
});
