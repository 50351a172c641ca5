import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseAddress } from '../../src/ipam/choose-address.ts';
import { ipv4FromNumber, ipv4ToNumber } from '../../src/net/ipv4.ts';
import { network } from './networks.ts';

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
        const kept = [at(0), at(1), at(20), at(30), at(255)];
        const inStatic = (value: number): boolean =>
          lcm.ranges.some(
            ({ use, from, to }) =>
              use === 'static' && value >= ipv4ToNumber(from) && value <= ipv4ToNumber(to),
          );
        const offsets = Array.from({ length: 256 }, (_, offset) => offset);
        const allowed = offsets.filter((offset) => inStatic(BASE + offset) && !kept.includes(at(offset)));
        const taken = new Set<string>();
        for (let next = chooseAddress(lcm, taken); next !== null; next = chooseAddress(lcm, taken)) {
          expect(taken.has(next)).toBe(false);
          taken.add(next);
        }
        expect([...taken].sort()).toEqual(allowed.map(at).sort());
      }),
    );
  });
});
