import { expect, test } from 'vitest';
import { createRequestRate } from '../../src/net/request-rate.ts';

const LIMIT = { burst: 3, perSecond: 2, maxAddresses: 2 };

test('a burst is allowed, then as much as refills', () => {
  const rate = createRequestRate(LIMIT);
  const allowed = (at: number): boolean => rate.allows('10.0.0.1', at);
  expect([0, 0, 0, 0].map(allowed)).toEqual([true, true, true, false]);
  expect([500, 500].map(allowed)).toEqual([true, false]);
  expect([60_000, 60_000, 60_000, 60_000].map(allowed)).toEqual([true, true, true, false]);
});

test('one address does not use up the allowance of another', () => {
  const rate = createRequestRate({ ...LIMIT, burst: 1 });
  expect([rate.allows('a', 0), rate.allows('a', 0), rate.allows('b', 0)]).toEqual([true, false, true]);
});

test('a clock that is set back takes nothing away', () => {
  const rate = createRequestRate({ ...LIMIT, burst: 2 });
  expect([rate.allows('a', 10_000), rate.allows('a', 0), rate.allows('a', 0)]).toEqual([true, true, false]);
});

test('memory is bounded: the address that was quiet for longest is forgotten', () => {
  const rate = createRequestRate({ ...LIMIT, burst: 1 });
  for (const address of ['a', 'b', 'c']) rate.allows(address, 0);
  expect([rate.allows('c', 0), rate.allows('a', 0)]).toEqual([false, true]);
});
