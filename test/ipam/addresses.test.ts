import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkNetworks } from '../../src/ipam/check-networks.ts';
import { capacityOf, chooseAddress } from '../../src/ipam/choose-address.ts';
import { planAllocations } from '../../src/ipam/plan-allocations.ts';
import { ipv4FromNumber, ipv4ToNumber } from '../../src/net/ipv4.ts';
import { network, networks } from './networks.ts';

const BASE = ipv4ToNumber(network({}).cidr.network);
const at = (offset: number): string => ipv4FromNumber(BASE + offset);

/** Ranges in 10.40.0.0/24, overlapping and holding protected addresses as chance will have it. */
const ranges = fc.array(
  fc
    .tuple(
      fc.constantFrom('static', 'dhcp'),
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 0, max: 40 }),
    )
    .map(([use, from, length]) => ({ use, from: at(from), to: at(Math.min(255, from + length)) })),
  { maxLength: 5 },
);

describe('choosing an address', () => {
  test('the lowest free one of the static ranges comes first', () => {
    const lcm = network({ ranges: [{ use: 'static', from: at(10), to: at(12) }] });
    expect(chooseAddress(lcm, new Set())).toBe('10.40.0.10');
    expect(chooseAddress(lcm, new Set([at(10)]))).toBe('10.40.0.11');
    expect(chooseAddress(lcm, new Set([at(10), at(11), at(12)]))).toBeNull();
  });

  test('dhcp ranges are not given out, and an out-of-band network gives nothing', () => {
    const span = { from: at(10), to: at(12) };
    expect(chooseAddress(network({ ranges: [{ use: 'dhcp', ...span }] }), new Set())).toBeNull();
    expect(
      chooseAddress(network({ role: 'oob', ranges: [{ use: 'static', ...span }] }), new Set()),
    ).toBeNull();
  });

  test('whatever the ranges: never outside a static one, never protected, never twice, and all of them', () => {
    fc.assert(
      fc.property(ranges, (given) => {
        const lcm = network({ gateway: at(1), address: at(20), nameservers: [at(30)], ranges: given });
        const { total } = capacityOf(lcm, new Set());
        const disjoint = !checkNetworks([lcm]).some(({ message }) => message.includes('both hold'));
        const taken = new Set<string>();
        for (let next = chooseAddress(lcm, taken); next !== null; next = chooseAddress(lcm, taken)) {
          const value = ipv4ToNumber(next);
          const inside = lcm.ranges.some(
            ({ use, from, to }) =>
              use === 'static' && value >= ipv4ToNumber(from) && value <= ipv4ToNumber(to),
          );
          expect(inside).toBe(true);
          expect([at(0), at(1), at(20), at(30), at(255)]).not.toContain(next);
          expect(taken.has(next)).toBe(false);
          taken.add(next);
        }
        if (disjoint) expect(capacityOf(lcm, taken)).toEqual({ total, taken: total, free: 0 });
      }),
    );
  });
});

describe('planning the addresses of a node', () => {
  const plan = networks(
    {
      name: 'pxe',
      role: 'pxe',
      cidr: '10.20.0.0/24',
      ranges: [{ use: 'static', from: '10.20.0.10', to: '10.20.0.20' }],
    },
    { name: 'lcm', role: 'lcm', cidr: '10.40.0.0/24', ranges: [{ use: 'static', from: at(10), to: at(11) }] },
    {
      name: 'storage',
      role: 'storage',
      cidr: '10.50.0.0/24',
      ranges: [{ use: 'static', from: '10.50.0.9', to: '10.50.0.9' }],
    },
    { name: 'oam', role: 'oam', cidr: '10.60.0.0/24' },
  );
  const everywhere = plan.map(({ name }) => ({ physical_network: name }));

  test('one on each plugged network with static ranges, none for PXE', () => {
    expect(planAllocations({ ports: everywhere, held: [], networks: plan, taken: new Map() })).toEqual([
      { network: 'lcm', address: at(10) },
      { network: 'storage', address: '10.50.0.9' },
    ]);
  });

  test('what the node holds stays; what others hold is passed over', () => {
    const held = [{ network: 'storage' }];
    const taken = new Map([['lcm', new Set([at(10)])]]);
    expect(planAllocations({ ports: everywhere, held, networks: plan, taken })).toEqual([
      { network: 'lcm', address: at(11) },
    ]);
  });

  test('a network that is used up is said so', () => {
    const taken = new Map([['lcm', new Set([at(10), at(11)])]]);
    expect(() => planAllocations({ ports: everywhere, held: [], networks: plan, taken })).toThrow(
      'network "lcm" has no free address: all 2 are given away',
    );
  });

  test('a NIC on no known network needs none', () => {
    const ports = [{ physical_network: null }, { physical_network: 'elsewhere' }];
    expect(planAllocations({ ports, held: [], networks: plan, taken: new Map() })).toEqual([]);
  });
});
