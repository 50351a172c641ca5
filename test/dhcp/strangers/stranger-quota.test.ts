import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Behind, type Stranger, StrangerQuota } from '../../../src/dhcp/strangers/stranger-quota.ts';
import { mac, NOW } from '../samples.ts';

const UNTIL = NOW + 120_000;
const onPort = (name: string | null): Behind | null => (name === null ? null : { kind: 'port', name });
const stranger = (number: number, changes: Partial<Stranger> = {}): Stranger => ({
  key: mac(number),
  mac: mac(number),
  behind: onPort('a'),
  until: UNTIL,
  stays: false,
  ...changes,
});

/** What happens to so many strangers in a row, each with a MAC of its own. */
function arrive(quota: StrangerQuota, port: string | null, count: number, from = 0): (string | null)[] {
  return Array.from({ length: count }, (_, i) =>
    quota.admit(stranger(from + i, { behind: onPort(port) }), NOW),
  );
}

describe('strangers on one switch port', () => {
  it('are admitted up to its limit, and those of other ports are not touched by that', () => {
    const quota = new StrangerQuota({ perPort: 2, perRelay: 1, perNetwork: 100 });
    expect(arrive(quota, 'a', 4)).toEqual([null, null, 'port', 'port']);
    expect(arrive(quota, 'b', 2, 10)).toEqual([null, null]);
    expect(arrive(quota, null, 2, 20)).toEqual([null, null]);
  });

  it('make room when their time is over, and when they leave', () => {
    const quota = new StrangerQuota({ perPort: 1, perRelay: 1, perNetwork: 100 });
    expect(quota.admit(stranger(1), NOW)).toBeNull();
    expect(quota.admit(stranger(2), NOW)).toBe('port');
    expect(quota.admit(stranger(2, { until: UNTIL * 2 }), UNTIL)).toBeNull();
    quota.leave(mac(2));
    expect(quota.admit(stranger(3, { until: UNTIL * 2 }), UNTIL)).toBeNull();
    expect(quota.admit(stranger(4), UNTIL)).toBe('port');
  });

  it('that have an address already are counted though the port is full', () => {
    const quota = new StrangerQuota({ perPort: 1, perRelay: 1, perNetwork: 100 });
    arrive(quota, 'a', 1);
    expect(quota.admit(stranger(7, { stays: true }), NOW)).toBeNull();
    quota.leave(mac(0));
    expect(quota.admit(stranger(8), NOW)).toBe('port');
  });

  it('that are counted stay, for as long as they renew', () => {
    const quota = new StrangerQuota({ perPort: 1, perRelay: 1, perNetwork: 1 });
    arrive(quota, 'a', 1);
    expect(quota.admit(stranger(0, { until: UNTIL + 60_000 }), NOW)).toBeNull();
    expect(quota.admit(stranger(1), UNTIL + 1)).toBe('port');
  });
});

it('strangers behind a relay that tells no ports are admitted up to its limit, wherever they are told to be first', () => {
  const quota = new StrangerQuota({ perPort: 1, perRelay: 2, perNetwork: 9 });
  const behind = { kind: 'relay', name: 'a' } as const;
  const ask = (number: number, where: Behind | null): string | null =>
    quota.admit(stranger(number, { behind: where }), NOW);
  expect([ask(1, null), ask(2, behind), ask(1, behind), ask(3, behind), ask(3, onPort('a'))]).toEqual([
    null,
    null,
    null,
    'relay',
    null,
  ]);
  quota.leave(mac(1));
  expect(ask(4, behind)).toBeNull();
});

it('machines that belong to nodes by now count no more when room is needed', () => {
  const quota = new StrangerQuota({ perPort: 9, perRelay: 1, perNetwork: 2 }, (one) => one === mac(0));
  arrive(quota, null, 2);
  expect(arrive(quota, null, 2, 5)).toEqual([null, 'network']);
});

it('strangers of a whole network are admitted up to its limit', () => {
  const quota = new StrangerQuota({ perPort: 2, perRelay: 1, perNetwork: 3 });
  expect(arrive(quota, null, 5)).toEqual([null, null, null, 'network', 'network']);
});

it('never are more admitted than the limits, whatever comes in which order', () => {
  const step = fc.record({
    what: fc.constantFrom('arrive', 'leave', 'wait'),
    number: fc.nat({ max: 12 }),
    port: fc.constantFrom('a', 'b', null),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const quota = new StrangerQuota({ perPort: 2, perRelay: 1, perNetwork: 5 });
      const held = new Map<number, { port: string | null; until: number }>();
      let now = NOW;
      for (const { what, number, port } of steps) {
        if (what === 'wait') now += number * 10_000;
        for (const [one, { until }] of held) if (until <= now) held.delete(one);
        const until = Math.floor(now / 1000) * 1000 + 60_000;
        if (what === 'leave') {
          quota.leave(mac(number));
          held.delete(number);
        } else if (
          what === 'arrive' &&
          quota.admit(stranger(number, { behind: onPort(port), until }), now) === null
        )
          held.set(number, { port: (held.get(number) ?? { port }).port, until });
        expect(held.size).toBeLessThanOrEqual(5);
        for (const one of ['a', 'b'])
          expect([...held.values()].filter((stranger) => stranger.port === one).length).toBeLessThanOrEqual(
            2,
          );
      }
    }),
  );
});
