import { expect, test } from 'vitest';
import { RepeatLimit } from '../../src/net/repeat-limit.ts';
import { NOW } from '../dhcp/samples.ts';

const QUIET_MS = 60_000;
const limit = (): RepeatLimit => new RepeatLimit({ quietMs: QUIET_MS, mostKeys: 2 });

test('a remark is made once, and again when it was quiet for long enough', () => {
  const remarks = limit();
  const allowed = [0, 1, QUIET_MS - 1, QUIET_MS].map((after) => remarks.allows('a', NOW + after));
  expect(allowed).toEqual([true, false, false, true]);
});

test('a clock that is set back silences nothing for as long as the step', () => {
  const remarks = limit();
  const allowed = [0, -3_600_000, -3_599_999].map((after) => remarks.allows('a', NOW + after));
  expect(allowed).toEqual([true, true, false]);
});

test('memory is bounded: the remark that was made longest ago is forgotten', () => {
  const remarks = limit();
  for (const key of ['a', 'b', 'c']) remarks.allows(key, NOW);
  expect([remarks.allows('c', NOW), remarks.allows('a', NOW)]).toEqual([false, true]);
});
