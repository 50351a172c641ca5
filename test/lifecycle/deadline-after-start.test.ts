/** What a start of the daemon makes of the deadline of a step that was begun before it. */
import { expect, it } from 'vitest';
import { deadlineAfterStart } from '../../src/lifecycle/engine/step-times.ts';

const MINUTE_MS = 60_000;

/** All in minutes; a step of half an hour that was begun at 0. */
it.each([
  { what: 'stays where it is far off', deadline: 30, now: 10, becomes: 30 },
  { what: 'is put off by five minutes when it is near', deadline: 30, now: 28, becomes: 33 },
  { what: 'is put off when it has passed', deadline: 30, now: 500, becomes: 505 },
  { what: 'stays when it was put off before, however near it is', deadline: 33, now: 32, becomes: 33 },
  { what: 'is put off again when it has passed while ingot was down', deadline: 33, now: 34, becomes: 39 },
  {
    what: 'is no farther off than the limit, when the clock was set back',
    deadline: 30,
    now: -600,
    becomes: -570,
  },
  { what: 'of five minutes is near from its beginning', limit: 5, deadline: 5, now: 1, becomes: 6 },
  { what: 'of a minute is put off by no more than that', limit: 1, deadline: 1, now: 7, becomes: 8 },
])('a deadline $what', ({ limit = 30, deadline, now, becomes }) => {
  const before = { deadline: deadline * MINUTE_MS, begun: 0 };
  const after = deadlineAfterStart(before, { now: now * MINUTE_MS, limitMs: limit * MINUTE_MS });
  expect(after / MINUTE_MS).toBe(becomes);
});
