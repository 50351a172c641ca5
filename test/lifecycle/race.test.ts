import { expect, test } from 'vitest';
import { createWorld } from './fakes/world.ts';

test('of two clients that want one node at once, one wins and the other hears who holds it', async () => {
  const world = await createWorld();
  const { uuid } = await world.node();
  const asked = ['first', 'second'].map((askedBy) =>
    world.daemon().requestVerb(uuid, { verb: 'manage', askedBy }),
  );
  const [first, second] = await Promise.allSettled(asked);
  expect(first?.status).toBe('fulfilled');
  expect(second).toMatchObject({
    status: 'rejected',
    reason: {
      code: 'node_locked',
      message: `Node ${uuid} is locked by host ingot, please retry after the current operation is completed.`,
      hint: expect.stringMatching(/^The job "manage" \(number \d+\), asked for by first, holds it\./),
    },
  });
  expect((await world.until(['manageable', 'enroll'])).provision_state).toBe('manageable');
});
