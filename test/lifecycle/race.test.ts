import { expect, test } from 'vitest';
import { createWorld } from './fakes/world.ts';

test('of two clients that want one node at once, one wins and the other hears who holds it', async () => {
  const world = await createWorld();
  const { uuid } = await world.node();
  const asked = ['first', 'second'].map(() => world.daemon().requestVerb(uuid, { verb: 'manage' }));
  const [first, second] = await Promise.allSettled(asked);
  expect(first?.status).toBe('fulfilled');
  expect(second).toMatchObject({
    status: 'rejected',
    reason: {
      code: 'node_locked',
      message: expect.stringMatching(/^Node .* is locked by the job "manage" \(number \d+\)/),
    },
  });
  expect((await world.until(['manageable', 'enroll'])).provision_state).toBe('manageable');
});
