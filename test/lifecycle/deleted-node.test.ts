/** A node in maintenance may be deleted under its job: nothing of the job lingers. */
import { expect, test } from 'vitest';
import { apiFixture } from '../api/fixtures.ts';
import { createWorld } from './fakes/world.ts';

/** No step's time is ever over; a call that is cut has ended at once. */
const SHORT_MS = 5_000;
const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (ms <= SHORT_MS) setImmediate(resolve);
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });

test('a node that is deleted under its job takes the job, its step and its place along', async () => {
  const asked = Promise.withResolvers<void>();
  const world = await createWorld({
    machines: 2,
    deps: {
      limits: { power_actions: 1, image_writes: 1, jobs: 1 },
      clock: { now: () => Date.UTC(2026, 10, 22, 12), elapsed: () => 0, sleep },
      withBmc: (node, work) => {
        const [silent, answering] = world.machines;
        if (answering === undefined) throw new Error('two machines were asked for');
        if (node.uuid !== silent?.uuid) return work(answering.bmc);
        asked.resolve();
        return new Promise(() => undefined);
      },
    },
  });
  const [silent, answering] = world.machines;
  const { ask } = await apiFixture({ store: world.store(), lifecycle: world.daemon() });
  for (const machine of [silent, answering]) {
    const path = `/v1/nodes/${machine?.uuid}/states/provision`;
    expect((await ask('PUT', path, { body: { target: 'manage' } })).status).toBe(202);
  }
  await asked.promise;
  await ask('PUT', `/v1/nodes/${silent?.uuid}/maintenance`, { body: { reason: 'its BMC is dead' } });
  expect((await ask('DELETE', `/v1/nodes/${silent?.uuid}`)).status).toBe(204);
  // Only with the one place for jobs free again does the other job get on.
  await expect
    .poll(async () => (await world.store().nodes.get(answering?.uuid ?? ''))?.provision_state)
    .toBe('manageable');
  expect(await world.store().jobs.running()).toEqual([]);
});
